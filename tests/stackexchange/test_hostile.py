"""Broken and hostile dumps: each is refused in one line, and the site stays as it was."""

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import py7zr
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Model

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS, content_models
from ask.questions.models import Comment, Post, PostTag, Question, Tag
from ask.ratings.models import Standing, TopAnswerer
from ask.stackexchange import archives, importing, pieces
from ask.stackexchange.aside import ALIAS
from ask.stackexchange.models import Source
from tests.sites import site
from tests.stackexchange.dumps import answer, question, row, small, user, vote

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
MOMENT = "2014-01-22T10:00:00.000"


def bring(path: Path, *options: str) -> str:
    """Import as an operator does; what the command says at the end."""
    out = StringIO()
    call_command("import_dump", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def everything() -> dict[str, list[object]]:
    models: list[type[Model]] = [*content_models(), Source]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }


def assert_refused(path: Path, complaint: str, *options: str) -> None:
    """In one line that a terminal can show, which says `complaint`."""
    before = everything()
    with pytest.raises(CommandError) as error:
        bring(path, *options)
    said = str(error.value)
    assert complaint in said
    assert said.isprintable(), repr(said)
    assert len(said) < 500
    assert error.value.returncode == 1
    assert everything() == before
    assert ALIAS not in connections.databases


# Archives


def xml(folder: Path) -> Path:
    return small(folder / "xml")


def zipped(
    path: Path, folder: Path, *, prefix: str = "", method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for file in folder.iterdir():
            archive.writestr(prefix + file.name, file.read_bytes(), method)
    return path


def sevenzipped(path: Path, folder: Path, **options: Any) -> Path:
    """Without a packed header, so that it can be changed."""
    with py7zr.SevenZipFile(path, "w", **options) as archive:
        archive.set_encoded_header_mode(False)
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


def signed(data: bytes) -> bytes:
    """A .7z with the checksums of its headers as they should be."""
    start, size = struct.unpack("<QQ", data[12:28])
    crc = struct.pack("<L", zlib.crc32(data[32 + start : 32 + start + size]))
    head = data[12:28] + crc
    return data[:8] + struct.pack("<L", zlib.crc32(head)) + head + data[32:]


def changed(path: Path, old: bytes, new: bytes) -> Path:
    """The archive with some bytes replaced by as many others."""
    data = path.read_bytes()
    assert old in data
    assert len(old) == len(new)
    data = data.replace(old, new)
    path.write_bytes(signed(data) if data.startswith(b"7z") else data)
    return path


def renamed_7z(folder: Path, name: str) -> Path:
    path = sevenzipped(folder / "a.7z", xml(folder))
    return changed(path, "Posts.xml".encode("utf-16-le"), name.encode("utf-16-le"))


def socket_in_7z(folder: Path) -> Path:
    """A .7z that lists a table as a socket, which py7zr passes over."""
    path = folder / "a.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        for file in sorted(xml(folder).iterdir()):
            archive.write(file, file.name)
            if file.name == "Users.xml":
                archive.header.files_info.files[-1]["attributes"] = 0x8000 | stat.S_IFSOCK << 16
    return path


def encrypted_zip(folder: Path) -> Path:
    path = zipped(folder / "a.zip", xml(folder))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + offset] |= 1
    path.write_bytes(data)
    return path


def lying_zip(folder: Path) -> Path:
    """Its header says that Posts.xml is a byte long."""
    path = zipped(folder / "a.zip", xml(folder))
    size = (folder / "xml" / "Posts.xml").stat().st_size
    return changed(path, struct.pack("<L", size), struct.pack("<L", 1))


def zeros(folder: Path, kind: str) -> Path:
    (folder / "xml").mkdir()
    for name in ("Posts", "Users"):
        (folder / "xml" / f"{name}.xml").write_bytes(bytes(8 << 20))
    pack: Callable[[Path, Path], Path] = zipped if kind == "zip" else sevenzipped
    return pack(folder / f"a.{kind}", folder / "xml")


def cut(path: Path, *, off: int) -> Path:
    path.write_bytes(path.read_bytes()[:-off])
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def pipe(folder: Path) -> Path:
    os.mkfifo(xml(folder) / "Badges.xml")
    return folder / "xml"


def doubled_zip(folder: Path) -> Path:
    path = zipped(folder / "a.zip", xml(folder))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("old/Posts.xml", "")
    return path


def doubled_in_folder(folder: Path) -> Path:
    (xml(folder) / "posts.XML").write_text("<posts/>")
    return folder / "xml"


def packed_header(header: bytes) -> bytes:
    """A .7z of nothing but a header, which is packed."""
    packed = lzma.compress(header, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    streams = b"".join(
        (
            b"\x17\x06\0\x01\x09" + number(len(packed)) + b"\0",
            b"\x07\x0b\x01\0\x01\x21\x21\x01\x16\x0c" + number(len(header)),
            b"\x0a\x01" + struct.pack("<L", zlib.crc32(header)) + b"\0\0",
        )
    )
    start = struct.pack("<QQ", len(packed), len(streams))
    return signed(b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(4) + start + bytes(4) + packed + streams)


def number(value: int) -> bytes:
    return b"\xff" + struct.pack("<Q", value)


def many_files(folder: Path) -> Path:
    """Half a million empty ones in a kilobyte."""
    count = 500_000
    empty = b"\x0e" + number(count // 8) + b"\xff" * (count // 8)
    names = b"\x11" + number(4 * count + 1) + b"\0" + b"a\0\0\0" * count
    header = b"\x01\x05" + number(count) + empty + names + b"\0\0"
    return written(folder / "a.7z", packed_header(header))


ARCHIVES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such file": (lambda folder: folder / "none.7z", "no such file or folder"),
    "a name with odd characters": (lambda folder: folder / "a\nb\x1b[31m", r"a b\x1b[31m: no such"),
    "a folder of nothing": (lambda folder: folder, "no table of a dump in it"),
    "no archive": (lambda folder: written(folder / "a.7z", b"hello"), "neither a .7z nor a .zip"),
    "an empty file": (lambda folder: written(folder / "a.7z", b""), "neither a .7z nor a .zip"),
    "a pipe": (pipe, "Badges.xml: not a file"),
    "only the beginning of a .7z": (
        lambda folder: written(folder / "a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(40)),
        "damaged or incomplete",
    ),
    "only the beginning of a .zip": (
        lambda folder: written(folder / "a.zip", b"PK\x03\x04" + bytes(40)),
        "damaged or incomplete",
    ),
    "a truncated .7z": (
        lambda folder: cut(sevenzipped(folder / "a.7z", xml(folder)), off=40),
        "damaged or incomplete",
    ),
    "a truncated .zip": (
        lambda folder: cut(zipped(folder / "a.zip", xml(folder)), off=40),
        "fetch it again",
    ),
    "a password": (
        lambda folder: sevenzipped(folder / "a.7z", xml(folder), password="secret"),
        "wants a password; unpack it",
    ),
    "a password for the names too": (
        lambda folder: sevenzipped(
            folder / "a.7z", xml(folder), password="secret", header_encryption=True
        ),
        "wants a password; unpack it",
    ),
    "a password of a .zip": (encrypted_zip, "wants a password; unpack it"),
    "a way out of a .zip": (
        lambda folder: zipped(folder / "a.zip", xml(folder), prefix="x/../../"),
        "leads outside of the archive",
    ),
    "a root in a .zip": (
        lambda folder: zipped(folder / "a.zip", xml(folder), prefix="/etc/"),
        "leads outside of the archive",
    ),
    "a drive in a .zip": (
        lambda folder: zipped(folder / "a.zip", xml(folder), prefix="C:\\"),
        "leads outside of the archive",
    ),
    "a way out of a .7z": (lambda folder: renamed_7z(folder, "../.P.xml"), "leads outside"),
    "a root in a .7z": (lambda folder: renamed_7z(folder, "/etc/.xml"), "leads outside"),
    "a table in a .7z that is a socket": (socket_in_7z, "lists Users.xml, but does not hold it"),
    "a .zip of something else than its header says": (lying_zip, "damaged or incomplete"),
    "a .zip of zeros": (lambda folder: zeros(folder, "zip"), "--no-size-check"),
    "a .7z of zeros": (lambda folder: zeros(folder, "7z"), "--no-size-check"),
    "a .zip that unpacks at one go": (
        lambda folder: zipped(folder / "a.zip", xml(folder), method=zipfile.ZIP_BZIP2),
        "packed by method 12, which is not read here",
    ),
    "a .7z that unpacks at one go": (
        lambda folder: sevenzipped(
            folder / "a.7z", xml(folder), filters=[{"id": py7zr.FILTER_DEFLATE}]
        ),
        "packed by MISC_DEFLATE, which is not read here",
    ),
    "a .7z of half a million files": (many_files, "500000 exceeds limit 10000"),
    "a .7z whose names are 100 MB": (
        lambda folder: written(folder / "a.7z", packed_header(bytes(100 << 20))),
        "damaged or incomplete",
    ),
    "a table twice in a .zip": (doubled_zip, "Posts stands in"),
    "a table twice in a folder": (doubled_in_folder, "Posts stands in"),
}


def test_broken_archives_are_refused(
    tmp_path: Path, subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "HARMLESS", 1 << 20)
    bring(small(tmp_path / "good"))
    for number, (case, (make, complaint)) in enumerate(ARCHIVES.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        with subtests.test(case):
            assert_refused(make(folder), complaint)


@pytest.mark.parametrize("kind", ["zip", "7z"])
def test_who_wants_zeros_gets_what_is_said_of_them(tmp_path: Path, kind: str) -> None:
    assert_refused(zeros(tmp_path, kind), "not well-formed", "--no-size-check")


# Files

ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


def posts(rows: str = "", *, head: str = HEAD, number: str = "number") -> bytes:
    rows = rows or question(1).replace("number", number)
    return f"{head}<posts>{rows}</posts>".encode()


FILES: dict[str, tuple[bytes, str]] = {
    "an empty file": (b"", "Posts.xml"),
    "something else": (b"hello", "Posts.xml is not well-formed"),
    "a cut row": (posts()[:-30], "Posts.xml ends in the middle"),
    "a cut between rows": (posts()[:-8], "fetch the dump again"),
    "two roots": (posts() + b"<posts></posts>", "not well-formed"),
    "other elements": (posts("<post Id='1'/>"), "an element <post>, where a dump has rows"),
    "a namespace": (posts().replace(b"<posts", b"<posts xmlns='x'"), "element <{x}row>"),
    "inner entities": (
        posts(head=f'<!DOCTYPE posts [<!ENTITY a0 "aaaaaaaaaa">{ENTITIES}]>', number="&a11;"),
        "declares a document type",
    ),
    "an outer entity": (
        posts(head='<!DOCTYPE posts [<!ENTITY a SYSTEM "file:///etc/passwd">]>', number="&a;"),
        "declares a document type",
    ),
    "an outer document type": (
        posts(head='<!DOCTYPE posts SYSTEM "http://127.0.0.1:9/posts.dtd">'),
        "declares a document type",
    ),
    "parameter entities": (
        posts(head='<!DOCTYPE posts [<!ENTITY % a SYSTEM "file:///dev/zero"> %a;]>'),
        "declares a document type",
    ),
    "a document type behind rows": (
        posts(question(1) + f"<!DOCTYPE posts [{ENTITIES}]>" + question(2)),
        "not well-formed",
    ),
    "an entity that nobody declares": (posts(number="&boom;"), "not well-formed"),
    "a NUL": (posts(number="&#0;"), "not well-formed"),
    "a raw NUL": (posts(number="\0"), "not well-formed"),
    "a control character": (posts(number="&#27;"), "not well-formed"),
    "half a pair": (posts(number="&#xD800;"), "not well-formed"),
    "U+FFFE": (posts(number="\ufffe"), "not well-formed"),
    "no UTF-8": (posts().replace(b"number", b"\xff\xed\xa0\x80"), "not well-formed"),
    "an unknown encoding": (posts(head=HEAD.replace("utf-8", "x" * 9_999)), "encoding: xxx"),
    "an attribute twice": (posts(f"<row {'a' * 9_999}='' {'a' * 9_999}=''/>"), "redefined"),
    "a name that never ends": (posts(f"<{'a' * 99_999}"), "not well-formed"),
    "a name before the first row that never ends": (
        f"<{'a' * 300_000}{question(1)}".encode(),
        "not well-formed",
    ),
    "elements without end": (posts("<row>" * 100_000), "Id is missing"),
    "attributes without end": (
        posts("<row " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>"),
        "Id is missing",
    ),
}


def test_broken_files_are_refused(tmp_path: Path, subtests: pytest.Subtests) -> None:
    bring(small(tmp_path / "good"))
    for number, (case, (data, complaint)) in enumerate(FILES.items()):
        folder = small(tmp_path / str(number))
        (folder / "Posts.xml").write_bytes(data)
        with subtests.test(case):
            assert_refused(folder, complaint)


def test_a_bomb_in_a_table_of_many_pieces_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1_000)
    monkeypatch.setattr(importing, "ALONE", 0)
    folder = small(tmp_path)
    head = f'<!DOCTYPE posts [<!ENTITY a0 "aaaaaaaaaa">{ENTITIES}]>'
    rows = "".join(question(number) for number in range(1, 100)).replace("hops", "&a11;")
    (folder / "Posts.xml").write_bytes(posts(rows, head=head))
    assert_refused(folder, "declares a document type")


# Rows

HUGE = "@20 MB@"
"""Stands for as much, so that it is in memory only where it is read."""

ROWS: dict[str, tuple[dict[str, list[str] | None], str]] = {
    "a table is missing": ({"Users": None}, "Users.xml is missing"),
    "a column is missing": ({"Posts": [row(Id=1)]}, "PostTypeId is missing"),
    "an id is no number": ({"Posts": [question(1, Id="x")]}, "Id='x'"),
    "an id is empty": ({"Posts": [question(1, Id="")]}, "no whole number"),
    "an id has digits of another script": ({"Posts": [question(1, Id="١")]}, "no whole number"),
    "an id is too large": ({"Posts": [question(LOCAL_IDS)]}, "an id that is not from 0"),
    "an id is below zero": ({"Posts": [question(-1)]}, "an id that is not from 0"),
    "an id is beyond 64 bits": ({"Users": [user(2**64, "A")]}, "an id beyond"),
    "an id is a million digits long": ({"Users": [user(1, "A", Id="1" * 10**6)]}, "an id beyond"),
    "an id is twice there": ({"Posts": [question(1), question(1)]}, "same id"),
    "the site's own user is twice there": (
        {"Users": [user(-1, "Community"), user(-1, "Community")]},
        "same id",
    ),
    "a tag is twice there": (
        {"Tags": [row(Id=1, TagName="a\nb\x9b31m"), row(Id=2, TagName="a\nb\x9b31m")]},
        "same id or name",
    ),
    "a tag's id leaves no room": ({"Tags": [row(Id=LOCAL_IDS - 1, TagName="a")]}, "not from 0"),
    "a tag has no name": ({"Tags": [row(Id=1, TagName="")]}, "TagName='' cannot be read: it is"),
    "a reference is no number": ({"Posts": [question(1, ParentId="?")]}, "ParentId='?'"),
    "a number is beyond 32 bits": ({"Posts": [question(1, Score=2**31)]}, "beyond 32 bits"),
    "an age is beyond 16 bits": ({"Users": [user(1, "A", Age=2**15)]}, "beyond 16 bits"),
    "a type is no number": ({"Votes": [vote(1, post=1, type=2, BountyAmount="1.5")]}, "1.5"),
    "a truth is neither": ({"Tags": [row(Id=1, TagName="a", IsRequired="maybe")]}, "neither"),
    "a date is none": ({"Posts": [question(1, CreationDate="soon")]}, "CreationDate='soon'"),
    "a date is of the year 0": (
        {"Posts": [question(1, CreationDate="0000-01-01T00:00:00")]},
        "no date such as",
    ),
    "a date is out of range": (
        {"Posts": [question(1, CreationDate="0001-01-01T00:00:00+05:00")]},
        "CreationDate=",
    ),
    "a date is long": ({"Posts": [question(1, CreationDate=f"{MOMENT}{'0' * 99}")]}, "no date"),
    "a million tags": (
        {"Posts": [question(1, Tags="".join(f"<{n}>" for n in range(10**6)))]},
        "1,000,000 tags, and a post has 100 at most",
    ),
    "a tag is long": ({"Posts": [question(1, Tags="x" * 256)]}, "a tag of more than 255"),
    "a title of 20 MB": ({"Posts": [question(1, Title=HUGE)]}, "more than 10,000 characters"),
    "a name of 20 MB": ({"Users": [user(1, HUGE)]}, "more than 255 characters"),
    "a tag of 20 MB": ({"Posts": [question(1, Tags=HUGE)]}, "a tag of more than 255"),
    "a location of 20 MB": ({"Users": [user(1, "A", Location=HUGE)]}, "more than 10,000"),
    "an address of 20 MB": ({"Users": [user(1, "A", WebsiteUrl=HUGE)]}, "more than 10,000"),
    "a date of 20 MB": ({"Posts": [question(1, CreationDate=HUGE)]}, "no date"),
    "an id of 20 MB": ({"Posts": [question(1, Id=HUGE)]}, "an id that is not"),
    "a revision's id is long": (
        {
            "PostHistory": [
                row(
                    Id=1,
                    PostId=1,
                    PostHistoryTypeId=1,
                    CreationDate=MOMENT,
                    RevisionGUID="x" * 37,
                )
            ]
        },
        "more than 36 characters",
    ),
}


def huge(rows: list[str]) -> list[str]:
    return [row.replace(HUGE, "1" * 20_000_000) for row in rows]


def test_broken_rows_are_refused(tmp_path: Path, subtests: pytest.Subtests) -> None:
    bring(small(tmp_path / "good"))
    for number, (case, (tables, complaint)) in enumerate(ROWS.items()):
        folder = small(
            tmp_path / str(number), **{name: huge(rows) for name, rows in tables.items() if rows}
        )
        for name, rows in tables.items():
            if rows is None:
                (folder / f"{name}.xml").unlink()
        with subtests.test(case):
            assert_refused(folder, complaint)


def test_an_id_that_two_pieces_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1_000)
    questions = [question(number) for number in (*range(1, 30), 1)]
    assert_refused(small(tmp_path, Posts=questions, Votes=[]), "same id")


def test_a_process_says_it_in_one_line(tmp_path: Path) -> None:
    rows = [question(number, Body="x" * 1_000) for number in range(1, 20_000)]
    folder = small(tmp_path / "bad", Posts=[*rows, question(1, Id="x\n\x9b")])
    with site(tmp_path) as place:
        before = place.content()
        _, complaint = place.run("import_dump", str(folder), "--workers=2", code=1)
        said = [line for line in complaint.splitlines() if ": " in line and "rows," not in line]
        assert len(said) == 1
        assert said[0].startswith("CommandError: Posts.xml, row ")
        assert r"(Id='x\n\x9b'): Id='x\n\x9b' cannot be read: no whole number" in said[0]
        assert place.content() == before


# What is odd, and imported all the same


def test_other_encodings_are_read(tmp_path: Path, subtests: pytest.Subtests) -> None:
    for name in ("utf-16", "windows-1251", "koi8-r"):
        folder = small(tmp_path / name)
        text = posts(head=HEAD.replace("utf-8", name), number="Почему").decode()
        (folder / "Posts.xml").write_bytes(text.encode(name))
        with subtests.test(name):
            bring(folder)
            assert Question.objects.get().title == "Why is it so, Почему 1?"


def test_a_body_of_20_megabytes_is_imported(tmp_path: Path) -> None:
    bring(small(tmp_path, Posts=huge([question(1, Body=HUGE)]), Votes=[]))
    assert len(Question.objects.get().body) == 20_000_000


def test_a_body_that_takes_long_to_read_is_shown_as_written(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    bodies = {
        "deep": "<div>" * 100_000,
        "deep tables": "<table><tr><td>" * 50_000,
        "not closed": "".join(f"<b id={n}><p>" for n in range(5_000)),
        "not closed, hidden": "".join(f"<b id={n}><!--</b>--><p>" for n in range(5_000)),
        "attributes": f"<a {' '.join(f'a{n}' for n in range(300_000))}>",
    }
    for case, body in bodies.items():
        with subtests.test(case):
            bring(small(tmp_path / case, Posts=[question(1, Body=body)], Votes=[]))
            assert Question.objects.get().body == body.replace("<", "&lt;").replace(">", "&gt;")


def test_references_to_characters_that_no_page_may_have_vanish(tmp_path: Path) -> None:
    text = "a&#1;b&#xFFFE;c&#0;d *e*"
    comments = [
        row(Id=1, PostId=1, Text="a&#1;b *c*", CreationDate=MOMENT),
        row(Id=2, PostId=1, Text=text, CreationDate=MOMENT),
    ]
    bring(small(tmp_path, Posts=[question(1, Body=text)], Votes=[], Comments=comments))
    assert Question.objects.get().body == "abc\ufffdd *e*"
    first, second = Comment.objects.order_by("id")
    assert first.html == "ab <em>c</em>"
    assert "\ufffe" not in second.html


def test_sums_beyond_32_bits_are_what_a_column_can_hold(tmp_path: Path) -> None:
    most = 2**31 - 1
    rows = [question(1), *(answer(n, to=1, Score=most) for n in (2, 3))]
    votes = [vote(n, post=2, type=9, BountyAmount=most) for n in (1, 2)]
    people = [user(1, "Alice"), user(2, "Bob", UpVotes=most)]
    bring(small(tmp_path, Posts=rows, Votes=votes, Users=people))
    assert max(Standing.objects.values_list("points", flat=True)) == most
    assert TopAnswerer.objects.values_list("score", flat=True)[0] == most


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999"])
def test_any_year_can_be_imported(tmp_path: Path, moment: str) -> None:
    bring(small(tmp_path, Posts=[question(1, CreationDate=moment, ClosedDate=moment)]))
    assert f"{Question.objects.get().created_at:%Y}".zfill(4) == moment[:4]


def test_tags_after_the_last_id_are_imported_again_and_again(tmp_path: Path) -> None:
    folder = small(tmp_path, Tags=[row(Id=LOCAL_IDS // 2, TagName="last")])
    for _ in range(3):
        bring(folder)
        assert sorted(Tag.objects.values_list("name", flat=True)) == ["beer", "hops", "last"]


def test_a_thousand_unknown_columns_are_named_in_part(tmp_path: Path) -> None:
    unknown: dict[str, object] = {f"a{number}": 1 for number in range(1_000)}
    said = bring(small(tmp_path, Posts=[question(1, **unknown)], Votes=[]))
    assert max(map(len, said.splitlines())) < 500


def test_a_name_that_a_dump_gives_may_be_borne_here_already(tmp_path: Path) -> None:
    mallory = User.objects.create(username="user1", display_name="Mallory")
    tag = Tag.objects.create(name="hops")
    post = Post.objects.create(post_type=1, title="Mine", tags="hops", body="")
    PostTag.objects.create(tag=tag, post=post)
    for _ in range(2):
        bring(small(tmp_path))
        assert User.objects.get(username="user1") == mallory
        assert User.objects.get(id=1).display_name == "Alice"
        hops = Tag.objects.get(name="hops")
        assert hops.id < LOCAL_IDS
        assert PostTag.objects.filter(tag=hops).count() == 2
