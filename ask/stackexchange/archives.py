"""Where a dump's XML files are: a folder, a .zip, one .7z or the eight of a large site."""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import py7zr
from py7zr.exceptions import ArchiveError, DecompressionError
from py7zr.io import Py7zIO, WriterFactory

TABLES = ("Users", "Tags", "Posts", "Comments", "Votes", "Badges", "PostHistory", "PostLinks")
"""The dump's files, in the order in which they are read where the order is free."""

CHUNK = 1 << 18

Take = Callable[[str, bytes], None]
"""Called with a table's name and the next bytes of its XML; no bytes mean the end of the table."""


class UnreadableDump(Exception):
    """The files are not a dump that can be read; the text says which and why, for the operator."""


@dataclass(frozen=True)
class Member:
    """One table's XML file."""

    table: str
    archive: Path
    name: str
    size: int
    """In bytes, unpacked."""


class Dump:
    """The tables found under some paths, and their bytes."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Raises UnreadableDump when a path holds no table, or two hold the same."""
        self.paths = list(paths)
        self.members: dict[str, Member] = {}
        for path in self.paths:
            found = [member for member in _members(path) if member.table]
            if not found:
                raise UnreadableDump(f"{path}: no table of a dump in it (Posts.xml, Users.xml, …)")
            for member in found:
                if other := self.members.get(member.table):
                    raise UnreadableDump(
                        f"{path}: {member.table} stands in {other.archive} as well;"
                        " give one dump only"
                    )
                self.members[member.table] = member

    @property
    def size(self) -> int:
        """Bytes of XML in all tables."""
        return sum(member.size for member in self.members.values())

    def read(self, take: Take) -> None:
        """Hand every table's bytes to `take`, one table after another, in the archive's order.

        Raises UnreadableDump when an archive is damaged.
        """
        for path in self.paths:
            members = [member for member in self.members.values() if member.archive == path]
            try:
                if path.is_dir():
                    _read_folder(members, take)
                elif _kind(path) == "zip":
                    _read_zip(path, members, take)
                else:
                    _read_7z(path, members, take)
            except (OSError, EOFError, ArchiveError, DecompressionError, zipfile.BadZipFile) as e:
                raise UnreadableDump(f"{path}: the archive is damaged or incomplete: {e}") from e


def _table(name: str) -> str:
    """Which table a file is, by its name: `Posts.xml`, in old dumps `posts.xml`; else empty."""
    stem = PurePosixPath(name)
    if stem.suffix.lower() != ".xml":
        return ""
    return next((table for table in TABLES if table.lower() == stem.stem.lower()), "")


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"PK"):
        return "zip"
    if magic == b"7z\xbc\xaf\x27\x1c":
        return "7z"
    raise UnreadableDump(f"{path}: neither a .7z nor a .zip archive nor a folder of XML files")


def _members(path: Path) -> Iterator[Member]:
    try:
        if path.is_dir():
            files = {_table(entry.name): entry for entry in path.iterdir()}
            for table in (table for table in TABLES if table in files):
                yield Member(table, path, files[table].name, files[table].stat().st_size)
        elif _kind(path) == "zip":
            with zipfile.ZipFile(path) as archive:
                infos = {_table(info.filename): info for info in archive.infolist()}
            for table in (table for table in TABLES if table in infos):
                yield Member(table, path, infos[table].filename, infos[table].file_size)
        else:
            with py7zr.SevenZipFile(path) as archive7:
                if archive7.needs_password():
                    raise UnreadableDump(f"{path}: the archive wants a password; unpack it first")
                for entry in archive7.list():
                    yield Member(_table(entry.filename), path, entry.filename, entry.uncompressed)
    except FileNotFoundError as e:
        raise UnreadableDump(f"{path}: no such file or folder") from e
    except (OSError, EOFError, ArchiveError, zipfile.BadZipFile) as e:
        raise UnreadableDump(f"{path}: the archive is damaged or incomplete: {e}") from e


def _read_stream(stream: IO[bytes], table: str, take: Take) -> None:
    while chunk := stream.read(CHUNK):
        take(table, chunk)
    take(table, b"")


def _read_folder(members: list[Member], take: Take) -> None:
    for member in members:
        with (member.archive / member.name).open("rb") as stream:
            _read_stream(stream, member.table, take)


def _read_zip(path: Path, members: list[Member], take: Take) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in members:
            with archive.open(member.name) as stream:
                _read_stream(stream, member.table, take)


class _Writer(Py7zIO):
    """What py7zr believes to be a file that it unpacks into."""

    def __init__(self, table: str, take: Take) -> None:
        self.table = table
        self.take = take
        self.written = 0

    def write(self, data: bytes | bytearray) -> int:
        self.written += len(data)
        if data:
            self.take(self.table, bytes(data))
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
    tables = {member.name: member.table for member in members}

    class Factory(WriterFactory):
        def create(self, filename: str) -> Py7zIO:
            return _Writer(tables[filename], take)

    # Given a path, py7zr unpacks the blocks of an archive in threads, several tables at once.
    with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
        archive.extract(targets=list(tables), factory=Factory())


_SITE = re.compile(r"((?:[\w-]+\.)+(?:com|net|org))(?:-\w+)?(?:\.(?:7z|zip))?$", re.IGNORECASE)


def site_of(paths: Sequence[Path]) -> str:
    """The host that the first path's name speaks of (`beer.stackexchange.com`), or nothing."""
    found = _SITE.match(paths[0].resolve().name)
    return found[1].lower() if found else ""
