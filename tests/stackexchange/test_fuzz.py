"""Whatever the bytes of a dump are: it is imported, or refused in one line, and soon."""

import random
import shutil
import signal
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import py7zr
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ask.core.progress import Progress
from ask.stackexchange import pieces
from ask.stackexchange.archives import TABLES, UnreadableDump
from ask.stackexchange.importing import Import
from ask.stackexchange.pieces import Cutter, Piece
from ask.stackexchange.rows import PieceReader
from ask.stackexchange.tables import ALL
from ask.stackexchange.values import MOMENT, TAG_NAMES, TRUTH, Number
from tests.stackexchange.dumps import answer, question, row, small, user, vote

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DAY = "2014-01-22T10:00:00.000"

PATIENCE = 20
"""Seconds that the smallest dump may take on a busy machine."""


def many(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )


@contextmanager
def soon() -> Iterator[None]:
    """What does not end is ended, and has failed."""

    def give_up(*_: object) -> NoReturn:
        raise AssertionError(f"no end after {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def result(path: Path, *, is_stored: bool = False) -> str:
    """What is said where it is refused; nothing where it is imported."""
    try:
        with soon(), Progress(stream=StringIO()) as progress:
            work = Import([path], now=lambda: NOW, progress=progress)
            if is_stored:
                work.run()
            else:
                work.check()
    except UnreadableDump as e:
        assert str(e).isprintable()
        assert 0 < len(str(e)) < 500
        return str(e)
    return ""


# A small dump of all tables


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Each table's XML."""
    tags = [row(Id=1, TagName="beer", Count=2, ExcerptPostId=4, WikiPostId=4)]
    folder = small(
        tmp_path_factory.mktemp("fuzz"),
        Users=[user(-1, "Community"), user(1, "Alice", AboutMe="<p>A &amp; B</p>"), user(2, "Bob")],
        Tags=[*tags, row(Id=2, TagName="hops", Count=2, IsRequired="True")],
        Posts=[question(1), answer(2, to=1), question(3, Tags="|beer|"), answer(4, to=3)],
        Comments=[row(Id=1, PostId=1, UserId=2, Text="*Why* `not`?", CreationDate=DAY)],
        Votes=[vote(1, post=1, type=2), vote(2, post=2, type=9, UserId=1, BountyAmount=50)],
        Badges=[row(Id=1, UserId=1, Name="Student", Date=DAY, Class=3, TagBased="False")],
        PostHistory=[
            row(Id=1, PostId=1, PostHistoryTypeId=2, RevisionGUID="a", CreationDate=DAY, Text="x")
        ],
        PostLinks=[row(Id=1, PostId=1, RelatedPostId=3, LinkTypeId=1, CreationDate=DAY)],
    )
    return {table: (folder / f"{table}.xml").read_bytes() for table in TABLES}


@contextmanager
def written(files: dict[str, bytes]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ask-fuzz-"))
    try:
        for table, data in files.items():
            (folder / f"{table}.xml").write_bytes(data)
        yield folder
    finally:
        shutil.rmtree(folder)


# Bytes

NASTY = (
    b"<",
    b">",
    b"&",
    b'"',
    b"\0",
    b"&#0;",
    b"&#xFFFE;",
    b"&lt;",
    b"]]>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY a 'a'>]>",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<row ",
    b"<row/>",
    b"</posts>",
    b"<posts>",
    b" Id='1'",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"9" * 30,
    b"-",
)


def changed(data: bytes, rng: random.Random) -> bytes:
    """With one to four changes: bits flipped, bytes put in, taken out, doubled, and the end cut."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(found))
        end = min(at + int(rng.paretovariate(0.7)), len(found))
        kind = rng.randrange(6)
        if kind == 0 and at < len(found):
            found[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            found[at:at] = rng.choice(NASTY)
        elif kind == 2:
            found[at:at] = rng.randbytes(rng.randint(1, 8))
        elif kind == 3:
            del found[at:end]
        elif kind == 4:
            place = rng.randint(0, len(found))
            found[place:place] = found[at:end]
        elif rng.randrange(4) == 0:
            del found[at:]
    return bytes(found)


SEEDS = st.integers(0, 2**64 - 1)


def changed_file(files: dict[str, bytes], seed: int) -> dict[str, bytes]:
    rng = random.Random(seed)
    table = rng.choice(TABLES)
    return {**files, table: changed(files[table], rng)}


def check_changed_files(files: dict[str, bytes], *, count: int) -> None:
    @many(count)
    @given(SEEDS)
    def check(seed: int) -> None:
        with written(changed_file(files, seed)) as folder:
            result(folder)

    check()


def test_changed_files_are_read_or_refused(files: dict[str, bytes]) -> None:
    check_changed_files(files, count=500)


@pytest.mark.long
def test_many_changed_files_are_read_or_refused(files: dict[str, bytes]) -> None:
    check_changed_files(files, count=30_000)


# Archives


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, data in files.items():
            archive.writestr(f"{table}.xml", data)


def sevenzipped(path: Path, files: dict[str, bytes]) -> None:
    with py7zr.SevenZipFile(path, "w") as archive:
        for table, data in files.items():
            archive.writestr(data, f"{table}.xml")


def sevenzipped_plainly(path: Path, files: dict[str, bytes]) -> None:
    """With a header that is not packed."""
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.set_encoded_header_mode(False)
        for table, data in files.items():
            archive.writestr(data, f"{table}.xml")


def signed(data: bytes) -> bytes:
    """With checksums of the headers of a .7z that are right, whatever became of them."""
    if len(data) < 32:
        return data
    start, size = struct.unpack("<QQ", data[12:28])
    header = data[32 + start : 32 + start + size] if start < len(data) else b""
    head = data[12:28] + struct.pack("<L", zlib.crc32(header))
    return data[:8] + struct.pack("<L", zlib.crc32(head)) + head + data[32:]


def changed_header(data: bytes, rng: random.Random) -> bytes:
    """The header of a .7z changed, and everything that speaks of it too."""
    start, size = struct.unpack("<QQ", data[12:28])
    header = changed(data[32 + start :], rng)
    if rng.randrange(2):
        size = len(header)
    return signed(data[:12] + struct.pack("<QQ", start, size) + data[28 : 32 + start] + header)


PACKED: dict[
    str,
    tuple[Callable[[Path, dict[str, bytes]], None], Callable[[bytes, random.Random], bytes]],
] = {
    "zip": (zipped, changed),
    "7z": (sevenzipped, changed),
    "7z with a changed header": (sevenzipped_plainly, changed_header),
    "7z with a changed packed header": (sevenzipped, changed_header),
}


def check_changed_archives(files: dict[str, bytes], folder: Path, kind: str, count: int) -> None:
    pack, change = PACKED[kind]
    path = folder / "dump"
    pack(path, files)
    data = path.read_bytes()

    @many(count)
    @given(SEEDS)
    def check(seed: int) -> None:
        path.write_bytes(change(data, random.Random(seed)))
        result(path)

    check()


@pytest.mark.parametrize("kind", PACKED)
def test_changed_archives_are_read_or_refused(
    tmp_path: Path, files: dict[str, bytes], kind: str
) -> None:
    check_changed_archives(files, tmp_path, kind, 200)


@pytest.mark.long
@pytest.mark.parametrize("kind", PACKED)
def test_many_changed_archives_are_read_or_refused(
    tmp_path: Path, files: dict[str, bytes], kind: str
) -> None:
    check_changed_archives(files, tmp_path, kind, 8_000)


# Attributes

TEXTS = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=30),
    st.text("<>&\"'|/\\ \n\t\x01\x9b;:#%[](){}`*_~!-=$+.0x1eé\u202e\ufdd0😀", max_size=60),
    st.lists(
        st.sampled_from(
            "<p> </p> <b <script> &#1; &#xFFFE; &amp; &lt; <a href=' javascript: ' > ]]> <!-- -->"
            " [a]( ) http:// www. a@b.c `` ** __ $$ \\( \\[ <pre><code> <table> <td> <img"
            " src=' <svg> |a| <a><b> | x".split(" ")
        ),
        max_size=20,
    ).map("".join),
)
NUMBERS = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from([2**15, 2**31 - 1, -(2**31), 2**31, 2**63, 10**9, 999_999_999]).map(str),
    st.sampled_from(
        ["", "-", "--1", "+1", "1.0", "1e3", " 1", "0x1", "1_0", "٣", "²", "NaN", "9" * 99]
    ),
)
MOMENTS = st.one_of(
    st.datetimes().map(datetime.isoformat),
    st.sampled_from(
        ["", DAY, "0000-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2014"]
    ),
    st.sampled_from(["2014-02-30T00:00:00", "20140122T10", "2014-W01-1", "10:00", "2014-01-22Z"]),
)
TRUTHS = st.sampled_from(["True", "false", "", "1", "ſ"])


def values_of(kind: object) -> st.SearchStrategy[str]:
    usual: st.SearchStrategy[str] = TEXTS
    if isinstance(kind, Number):
        usual = NUMBERS
    elif kind is MOMENT:
        usual = MOMENTS
    elif kind is TRUTH:
        usual = TRUTHS
    elif kind is TAG_NAMES:
        usual = st.one_of(TEXTS, st.lists(TEXTS, max_size=5).map("|".join))
    return usual


LIKELY = {
    "Id": st.integers(-2, 9).map(str),
    "PostId": st.integers(0, 9).map(str),
    "ParentId": st.integers(0, 9).map(str),
    "UserId": st.integers(-1, 9).map(str),
    "PostTypeId": st.integers(0, 17).map(str),
    "VoteTypeId": st.integers(0, 17).map(str),
    "PostHistoryTypeId": st.integers(0, 70).map(str),
    "CreationDate": st.just(DAY),
    "Date": st.just(DAY),
}
"""What lets a row be read as far as its other attributes."""


@st.composite
def rows(draw: st.DrawFn, table: str) -> str:
    """A row most of which is right: what is wrong in it is met."""
    found: dict[str, object] = {}
    for column in ALL[table].columns:
        chance = draw(st.integers(0, 9))
        if column.is_required or column.attribute in LIKELY or chance < 6:
            right = LIKELY.get(column.attribute)
            strategy = right if right is not None and chance < 9 else values_of(column.kind)
            found[column.attribute] = draw(strategy)
    if draw(st.integers(0, 9)) == 0:
        found[draw(st.sampled_from(["Mood", "id", "ID", "_"]))] = "x"
    text = row(**found)
    # What XML cannot hold stands there as a reference, which is refused.
    return "".join(char if char >= " " or char in "\t\n" else f"&#{ord(char)};" for char in text)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[str]]:
    names = draw(st.lists(st.sampled_from(TABLES), unique=True, min_size=1, max_size=3))
    return {name: draw(st.lists(rows(name), min_size=1, max_size=4)) for name in names}


def with_rows(files: dict[str, bytes], found: dict[str, list[str]]) -> dict[str, bytes]:
    made = {
        name: f"<{name.lower()}>{''.join(written)}</{name.lower()}>".encode()
        for name, written in found.items()
    }
    return {**files, **made}


def check_odd_rows(files: dict[str, bytes], *, count: int, is_stored: bool = False) -> None:
    refused = []

    @many(count)
    @given(tables())
    def check(found: dict[str, list[str]]) -> None:
        with written(with_rows(files, found)) as folder:
            refused.append(bool(result(folder, is_stored=is_stored)))

    check()
    assert any(refused)
    assert not all(refused)


def test_odd_rows_are_read_or_refused(files: dict[str, bytes]) -> None:
    check_odd_rows(files, count=250)


@pytest.mark.long
def test_many_odd_rows_are_read_or_refused(files: dict[str, bytes]) -> None:
    check_odd_rows(files, count=20_000)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_odd_rows_are_stored_or_refused(files: dict[str, bytes]) -> None:
    check_odd_rows(files, count=40, is_stored=True)


@pytest.mark.long
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_many_odd_rows_are_stored_or_refused(files: dict[str, bytes]) -> None:
    check_odd_rows(files, count=600, is_stored=True)


# Pieces


def columns(table: str, data: bytes, *, size: int) -> list[list[Any]] | None:
    """The rows of a file that is cut into pieces of this size; None if it is refused."""
    found: list[Piece] = []
    read: list[list[Any]] = []
    try:
        cutter = Cutter(table, found.append, size=size)
        cutter.feed(data)
        cutter.finish()
        for piece in found:
            for batch in PieceReader(ALL[table], piece).batches():
                read += map(list, zip(*batch.values(), strict=True))
    except UnreadableDump:
        return None
    return read


def check_pieces(files: dict[str, bytes], *, count: int) -> None:
    """In pieces a file is what it is as a whole, or is refused; never is it more."""

    @many(count)
    @given(SEEDS, st.integers(1, 600))
    def check(seed: int, size: int) -> None:
        for table, data in files.items():
            assert columns(table, data, size=size) == columns(table, data, size=pieces.PIECE)
        for table, data in changed_file(files, seed).items():
            if data != files[table]:
                parts = columns(table, data, size=size)
                assert parts in (columns(table, data, size=pieces.PIECE), None)

    check()


def test_pieces_of_any_size_say_what_the_whole_says(files: dict[str, bytes]) -> None:
    check_pieces(files, count=300)


@pytest.mark.long
def test_pieces_of_many_sizes_say_what_the_whole_says(files: dict[str, bytes]) -> None:
    check_pieces(files, count=20_000)


def test_a_dump_of_many_pieces_is_read_or_refused(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(1)
    for seed in range(40):
        monkeypatch.setattr(pieces, "PIECE", rng.randint(1, 600))
        with written(changed_file(files, seed)) as folder:
            result(folder)
