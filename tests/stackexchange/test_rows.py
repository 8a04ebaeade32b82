from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ask.stackexchange.archives import UnreadableDump
from ask.stackexchange.pieces import Cutter, Piece, cut_file
from ask.stackexchange.rows import PieceReader
from ask.stackexchange.tables import TAGS, VOTES, Table
from ask.stackexchange.values import MOMENT, TAG_NAMES
from tests.stackexchange.dumps import row, vote

HEAD = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n'


def cut(data: bytes, *, arriving: int = 1 << 20, size: int = 1 << 20) -> list[Piece]:
    pieces: list[Piece] = []
    cutter = Cutter("Votes", pieces.append, size=size)
    for start in range(0, len(data), arriving):
        cutter.feed(data[start : start + arriving])
    cutter.finish()
    return pieces


def values(table: Table, pieces: Iterable[Piece]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for piece in pieces:
        for columns in PieceReader(table, piece).batches():
            rows += map(list, zip(*columns.values(), strict=True))
    return rows


def read(table: Table, xml: str, *, head: bytes = HEAD, **cutting: int) -> list[list[Any]]:
    return values(table, cut(head + xml.encode(), **cutting))


@pytest.mark.parametrize("arriving", [1, 2, 7, 1 << 20])
@pytest.mark.parametrize("size", [1, 60, 150, 1 << 20])
def test_bytes_may_arrive_and_be_cut_anyhow(arriving: int, size: int) -> None:
    votes = [vote(number, post=2 * number, type=number % 3) for number in range(1, 30)]
    xml = "<votes>\r\n" + "\r\n".join(votes) + "\r\n</votes>"
    found = read(VOTES, xml, arriving=arriving, size=size)
    assert [row[:3] for row in found] == [[n, 2 * n, n % 3] for n in range(1, 30)]


@pytest.mark.parametrize("arriving", [1, 7, 1 << 20])
def test_the_same_bytes_are_cut_at_the_same_places(arriving: int) -> None:
    votes = [vote(number, post=number, type=2) for number in range(1, 30)]
    data = HEAD + ("<votes>" + "".join(votes) + "</votes>").encode()
    pieces = cut(data, arriving=arriving, size=200)
    assert len(pieces) > 5
    assert [piece.start for piece in pieces] == [piece.start for piece in cut(data, size=200)]
    assert b"".join(piece.data for piece in pieces) == data
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]


@pytest.mark.parametrize("size", [1, 60, 200, 1 << 20])
@pytest.mark.parametrize("head", [HEAD + b"<votes>", b"<votes/>", b"<!-- <votes> -->"])
def test_a_file_is_cut_like_its_bytes(tmp_path: Path, size: int, head: bytes) -> None:
    path = tmp_path / "Votes.xml"
    votes = [vote(number, post=number, type=2) for number in range(1, 30)]
    for data in (b"", head, head + "".join(votes).encode() + b"</votes>"):
        path.write_bytes(data)
        pieces = [piece.loaded() for piece in cut_file("Votes", path, size=size)]
        expected = cut(data, size=size)
        assert [(p.start, bytes(p.data), p.head, p.is_last) for p in pieces] == [
            (p.start, bytes(p.data), p.head, p.is_last) for p in expected
        ]


def test_a_file_that_is_shortened_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Votes.xml"
    path.write_bytes(HEAD + f"<votes>{vote(1, post=1, type=2)}</votes>".encode())
    (piece,) = cut_file("Votes", path)
    path.write_bytes(HEAD)
    with pytest.raises(UnreadableDump, match="shortened"):
        piece.loaded()


def test_what_belongs_to_no_document_is_refused_in_any_piece() -> None:
    votes = [vote(number, post=number, type=2) for number in range(1, 30)]
    for place in (0, 15, 29):
        broken = [*votes[:place], "</votes><votes>", *votes[place:]]
        with pytest.raises(UnreadableDump, match="not well-formed"):
            read(VOTES, "<votes>" + "".join(broken) + "</votes>", size=200)


@pytest.mark.parametrize("name", ["Q&A", "&quot;", "<b>", "é😀", "a\nb\tc", "&#38;", " "])
def test_a_text_is_read_as_it_was_written(name: str) -> None:
    xml = row(Id=1, TagName=name).replace("\n", "&#xA;").replace("\t", "&#x9;")
    assert read(TAGS, f"<tags>{xml}</tags>")[0][1] == name


def test_a_missing_attribute_is_the_default() -> None:
    assert read(TAGS, f"<tags>{row(Id=1, TagName='a')}</tags>") == [
        [1, "a", 0, None, None, False, False]
    ]


def test_a_document_type_is_refused() -> None:
    bomb = '<!DOCTYPE tags [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(UnreadableDump, match="document type"):
        read(TAGS, f"{bomb}<tags>{row(Id=1, TagName='x').replace('x', '&b;')}</tags>")


def test_a_file_cut_between_rows_is_refused() -> None:
    with pytest.raises(UnreadableDump, match="ends in the middle, after 1 rows"):
        read(TAGS, f"<tags>{row(Id=1, TagName='a')}")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UnreadableDump):
        read(TAGS, "", head=b"")


def test_moments_are_utc() -> None:
    texts = ["2014-01-21T20:26:05.383", "2014-01-21T20:26:05+02:00", None]
    first = datetime(2014, 1, 21, 20, 26, 5, 383_000, tzinfo=UTC).replace(tzinfo=None)
    second = datetime(2014, 1, 21, 18, 26, 5, tzinfo=UTC).replace(tzinfo=None)
    assert MOMENT.all(texts, default=None) == [first, second, None]
    assert MOMENT.all([*texts] * 3, default=None) == [first, second, None] * 3
    assert [MOMENT.one(text) for text in texts if text] == [first, second]


@pytest.mark.parametrize("text", ["<a><b.c><c#>", "|a|b.c|c#|", "<a><b.c><a><c#>"])
def test_tags_are_read_in_every_notation(text: str) -> None:
    assert TAG_NAMES.one(text) == "a b.c c#"
