"""Where a dump's XML files are: a folder, a .zip, one .7z or the eight of a large site."""

import re
import stat
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Event
from typing import IO

import py7zr
import py7zr.archiveinfo
from py7zr.exceptions import CrcError, DecompressionError, PasswordRequired
from py7zr.io import Py7zIO, WriterFactory
from py7zr.properties import COMPRESSION_METHOD

from ask.core.one_line import one_line

TABLES = ("Users", "Tags", "Posts", "Comments", "Votes", "Badges", "PostHistory", "PostLinks")
"""The dump's files, in the order in which they are read where the order is free."""

CHUNK = 1 << 18

RATIO = 200
"""How many times its packed size an archive may unpack to. Real ones reach 5 to 20."""

HARMLESS = 1 << 30
"""Bytes up to which any ratio is fine."""

ZIP_METHODS = {zipfile.ZIP_STORED: "no packing", zipfile.ZIP_DEFLATED: "deflate"}
SEVENZIP_METHODS = ("COPY", "DELTA", "P7Z_BCJ", "LZMA", "LZMA2", "PPMD", "MISC_BZIP2")
"""Ways of packing of which no more is unpacked at once than is wanted."""

MOST_FILES = 10_000
"""Files of a .7z. py7zr would read millions of names: of 5 kB that unpack to them, three minutes
long and into 4 GB of memory."""

py7zr.archiveinfo.MAX_NUMFILES = MOST_FILES
py7zr.archiveinfo.MAX_NUMFOLDERS = MOST_FILES
py7zr.archiveinfo.MAX_SUBSTREAMS = MOST_FILES
py7zr.archiveinfo.MAX_HEADER_SIZE = 16 << 20

_DRIVE = re.compile(r"[A-Za-z]:")

Take = Callable[[str, bytes | memoryview], None]
"""Called with a table's name and the next bytes of its XML; no bytes mean the end of the table."""


class UnreadableDump(Exception):
    """The files are not a dump that can be read; one line says which and why, for the operator."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


@dataclass(frozen=True)
class Member:
    """One table's XML file."""

    table: str
    archive: Path
    name: str
    size: int
    """In bytes, unpacked."""
    version: str
    """What is another when the file is: a checksum, or when it was changed."""


class Dump:
    """The tables found under some paths, and their bytes."""

    def __init__(self, paths: Sequence[Path], *, is_size_checked: bool = True) -> None:
        """Raises UnreadableDump when a path holds no table, or two hold the same."""
        self.paths = list(paths)
        self.members: dict[str, Member] = {}
        for path in self.paths:
            found = list(_members(path))
            if not found:
                raise UnreadableDump(f"{path}: no table of a dump in it (Posts.xml, Users.xml, …)")
            for member in found:
                if other := self.members.get(member.table):
                    raise UnreadableDump(
                        f"{path}: {member.table} stands in {other.archive} as well;"
                        " give one dump only"
                    )
                self.members[member.table] = member
            if is_size_checked:
                _require_likely_ratio(path, found)

    @property
    def size(self) -> int:
        """Bytes of XML in all tables."""
        return sum(member.size for member in self.members.values())

    @property
    def fingerprint(self) -> list[str]:
        """What is another when the dump is, a line for each table."""
        return [
            f"{member.table} {member.size} {member.version}"
            for member in sorted(self.members.values(), key=lambda member: member.table)
        ]

    @property
    def is_packed(self) -> bool:
        """Whether bytes in the middle can only be had by unpacking all before them."""
        return not all(path.is_dir() for path in self.paths)

    def files(self) -> dict[str, Path]:
        """The files of tables that are not packed."""
        return {
            member.table: member.archive / member.name
            for member in self.members.values()
            if member.archive.is_dir()
        }

    def unpack(self, take: Take, *, without: Collection[str] = (), at_once: int = 1) -> None:
        """Hand the bytes of packed tables to `take`, in the archive's order, but for some tables.

        Of several archives so many are read `at_once`: several threads then call `take`, each for
        tables of its own. Raises UnreadableDump when an archive is damaged, and whatever `take`
        raises.
        """
        wanted: dict[Path, list[Member]] = {}
        for member in self.members.values():
            if member.table not in without and not member.archive.is_dir():
                wanted.setdefault(member.archive, []).append(member)
        if at_once == 1:
            for path, members in wanted.items():
                _unpack(path, members, take)
            return
        is_over = Event()

        def take_on(table: str, data: bytes | memoryview) -> None:
            if is_over.is_set():
                raise UnreadableDump("another archive of the dump cannot be read")
            take(table, data)

        with ThreadPoolExecutor(at_once) as threads:
            try:
                begun = [threads.submit(_unpack, *archive, take_on) for archive in wanted.items()]
                for done in as_completed(begun):
                    done.result()
            except BaseException:
                is_over.set()
                threads.shutdown(wait=False, cancel_futures=True)
                raise


def _unpack(path: Path, members: list[Member], take: Take) -> None:
    missing = {member.table: member.name for member in members}

    def wrapped(table: str, data: bytes | memoryview) -> None:
        try:
            take(table, data)
        except Exception as e:
            raise _OfTake(e) from e
        if not data:
            missing.pop(table, None)

    try:
        if _kind(path) == "zip":
            _read_zip(path, members, wrapped)
        else:
            _read_7z(path, members, wrapped)
    except _OfTake as e:
        raise e.error from e.error.__cause__
    except UnreadableDump:
        raise
    except Exception as e:
        # There is no end to what the libraries raise for archives with wrong bytes in them.
        raise _damaged(path, e) from e
    # An entry whose kind the damage has changed is listed, and passed over without a word.
    if missing:
        raise UnreadableDump(
            f"{path}: the archive is damaged or incomplete (it lists {', '.join(missing.values())},"
            " but does not hold it); fetch it again"
        )


class _OfTake(Exception):
    """Carries what `take` raised past the library that called it, which did nothing wrong."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _damaged(path: Path, error: Exception) -> UnreadableDump:
    if isinstance(error, OSError) and error.errno:
        return UnreadableDump(f"{error.filename or path}: cannot be read: {error.strerror}")
    reason = one_line(error)[:200] or type(error).__name__
    if isinstance(error, CrcError):
        reason = "a checksum does not match"
    return UnreadableDump(
        f"{path}: the archive is damaged or incomplete ({reason}); fetch it again"
    )


def _require_likely_ratio(path: Path, members: list[Member]) -> None:
    if path.is_dir():
        return
    unpacked, packed = sum(member.size for member in members), path.stat().st_size
    if unpacked > HARMLESS and unpacked > RATIO * packed:
        raise UnreadableDump(
            f"{path}: {packed:,} bytes claim to unpack to {unpacked:,}, {unpacked // packed:,}"
            f" times as many, and no dump does; --no-size-check imports it all the same"
        )


def _table(name: str) -> str:
    """Which table a file is, by its name: `Posts.xml`, in old dumps `posts.xml`; else empty."""
    stem = PurePosixPath(name)
    if stem.suffix.lower() != ".xml":
        return ""
    return next((table for table in TABLES if table.lower() == stem.stem.lower()), "")


def _kind(path: Path) -> str:
    if not path.is_file():
        raise UnreadableDump(f"{path}: neither a file nor a folder")
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"PK"):
        return "zip"
    if magic == b"7z\xbc\xaf\x27\x1c":
        return "7z"
    raise UnreadableDump(f"{path}: neither a .7z nor a .zip archive nor a folder of XML files")


def _members(path: Path) -> Iterator[Member]:
    """The tables of an archive or folder. Raises UnreadableDump."""
    if not path.exists():
        raise UnreadableDump(f"{path}: no such file or folder")
    try:
        if path.is_dir():
            yield from _in_folder(path)
        elif _kind(path) == "zip":
            yield from _in_zip(path)
        else:
            yield from _in_7z(path)
    except UnreadableDump:
        raise
    except PasswordRequired as e:
        raise _encrypted(path) from e
    except Exception as e:
        raise _damaged(path, e) from e


def _encrypted(path: Path) -> UnreadableDump:
    return UnreadableDump(
        f"{path}: the archive wants a password; unpack it, and import the folder of XML files"
    )


def _require_bounded(path: Path, methods: Iterable[str], *, known: Collection[str]) -> None:
    """The libraries unpack some kinds of packing at one go, however much a few bytes unpack to."""
    if others := sorted(set(methods) - set(known)):
        raise UnreadableDump(
            f"{path}: it is packed by {', '.join(others)}, which is not read here; unpack it, and"
            " import the folder of XML files"
        )


def _require_within(path: Path, name: str) -> None:
    """Nothing is ever written by such a name, but no dump has it either."""
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or _DRIVE.match(name):
        raise UnreadableDump(f"{path}: the name {name[:80]!r} in it leads outside of the archive")


def _in_folder(path: Path) -> Iterator[Member]:
    for table in TABLES:
        for entry in path.iterdir():
            if _table(entry.name) != table:
                continue
            info = entry.stat()
            if not stat.S_ISREG(info.st_mode):
                raise UnreadableDump(f"{entry}: not a file")
            yield Member(table, path, entry.name, info.st_size, str(info.st_mtime_ns))


def _in_zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        found = [(info, _table(info.filename)) for info in archive.infolist()]
    for info, _ in found:
        _require_within(path, info.filename)
    for table in TABLES:
        for info, name in found:
            if name == table:
                if info.flag_bits & 1:
                    raise _encrypted(path)
                method = ZIP_METHODS.get(info.compress_type, f"method {info.compress_type}")
                _require_bounded(path, [method], known=ZIP_METHODS.values())
                yield Member(table, path, info.filename, info.file_size, f"{info.CRC:08x}")


def _in_7z(path: Path) -> Iterator[Member]:
    with py7zr.SevenZipFile(path) as archive:
        if archive.needs_password():
            raise _encrypted(path)
        _require_bounded(path, _methods_of(archive), known=SEVENZIP_METHODS)
        for entry in archive.list():
            _require_within(path, entry.filename)
            table = "" if entry.is_directory or entry.is_symlink else _table(entry.filename)
            if table:
                yield Member(
                    table, path, entry.filename, entry.uncompressed, f"{entry.crc32 or 0:08x}"
                )


def _methods_of(archive: py7zr.SevenZipFile) -> Iterator[str]:
    """By what it is packed, under the names that py7zr has for it."""
    names = {code: name for name, code in vars(type(COMPRESSION_METHOD)).items()}
    streams = archive.header.main_streams
    for folder in streams.unpackinfo.folders if streams else ():
        for coder in folder.coders:
            yield names.get(coder["method"], "something unknown")


def _read_stream(stream: IO[bytes], table: str, take: Take) -> None:
    while chunk := stream.read(CHUNK):
        take(table, chunk)
    take(table, b"")


def _read_zip(path: Path, members: list[Member], take: Take) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in members:
            with archive.open(member.name) as stream:
                _read_stream(stream, member.table, take)


class _Writer(Py7zIO):
    """What py7zr believes to be a file that it unpacks into."""

    def __init__(self, member: Member, take: Take) -> None:
        self.member = member
        self.table = member.table
        self.take = take
        self.written = 0

    def write(self, data: bytes | bytearray) -> int:
        self.written += len(data)
        if self.written > self.member.size:
            raise DecompressionError(f"{self.member.name} is longer than the archive says")
        # What is unpacked at once may be many megabytes: no copy is made of the whole.
        view = memoryview(data)
        for start in range(0, len(view), CHUNK):
            self.take(self.table, view[start : start + CHUNK])
        return len(data)

    def close(self) -> None:
        self.take(self.table, b"")

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return self.written


def _read_7z(path: Path, members: list[Member], take: Take) -> None:
    found = {member.table: member for member in members}

    class Factory(WriterFactory):
        def create(self, filename: str) -> Py7zIO:
            return _Writer(found[_table(filename)], take)

    # Given a path, py7zr unpacks the blocks of an archive in several threads, each of which holds
    # tens of megabytes. Archives of Stack Exchange are one block.
    with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
        archive.extract(targets=[member.name for member in members], factory=Factory())


_SITE = re.compile(r"((?:[\w-]+\.)+(?:com|net|org))(?:-\w+)?(?:\.(?:7z|zip))?$", re.IGNORECASE)


def site_of(paths: Sequence[Path]) -> str:
    """The host that the first path's name speaks of (`beer.stackexchange.com`), or nothing."""
    found = _SITE.match(paths[0].resolve().name)
    return found[1].lower() if found else ""
