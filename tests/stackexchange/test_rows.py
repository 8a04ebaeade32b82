from typing import Any

import pytest

from ask.stackexchange.archives import UnreadableDump
from ask.stackexchange.rows import RowReader
from ask.stackexchange.tables import TAGS, VOTES, Table, moment, tag_names
from tests.stackexchange.dumps import row, vote

HEAD = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n'


def read(table: Table, xml: str, *, head: bytes = HEAD, piece: int = 1 << 20) -> list[list[Any]]:
    rows: list[list[Any]] = []
    reader = RowReader(table, rows.append)
    data = head + xml.encode()
    for start in range(0, len(data), piece):
        reader.feed(data[start : start + piece])
    reader.finish()
    return rows


@pytest.mark.parametrize("piece", [1, 2, 7, 1 << 20])
def test_bytes_may_come_in_any_pieces(piece: int) -> None:
    xml = f"<votes>\r\n{vote(1, post=2, type=3)}\r\n{vote(2, post=5, type=8)}\r\n</votes>"
    assert [found[:3] for found in read(VOTES, xml, piece=piece)] == [[1, 2, 3], [2, 5, 8]]


@pytest.mark.parametrize("name", ["Q&A", "&quot;", "<b>", "é😀", "a\nb\tc", "&#38;", ""])
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
    assert moment("2014-01-21T20:26:05.383").isoformat() == "2014-01-21T20:26:05.383000+00:00"


@pytest.mark.parametrize("text", ["<a><b.c><c#>", "|a|b.c|c#|", "<a><b.c><a><c#>"])
def test_tags_are_read_in_every_notation(text: str) -> None:
    assert tag_names(text) == "a b.c c#"
