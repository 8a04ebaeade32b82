"""The command that writes the sample community."""

import zipfile
from io import StringIO
from pathlib import Path

import py7zr
import pytest
from django.core.management import CommandError, call_command

FILES = [
    f"{table}.xml"
    for table in (
        "Badges",
        "Comments",
        "PostHistory",
        "PostLinks",
        "Posts",
        "Tags",
        "Users",
        "Votes",
    )
]


def make(out: Path, *options: str) -> str:
    said = StringIO()
    call_command(
        "make_dump", str(out), "--questions", "20", *options, stdout=said, stderr=StringIO()
    )
    return said.getvalue()


def test_it_writes_eight_files_and_says_so(tmp_path: Path) -> None:
    said = make(tmp_path / "dump")
    assert sorted(path.name for path in (tmp_path / "dump").iterdir()) == FILES
    assert said.startswith(f"wrote {tmp_path / 'dump'}: ")
    assert said.count("\n") == 1


def test_it_writes_a_zip_with_the_files_at_its_root(tmp_path: Path) -> None:
    make(tmp_path / "dump.zip")
    with zipfile.ZipFile(tmp_path / "dump.zip") as archive:
        assert sorted(archive.namelist()) == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["dump.zip"]


def test_it_writes_a_7z_with_the_files_at_its_root(tmp_path: Path) -> None:
    make(tmp_path / "dump.7z")
    with py7zr.SevenZipFile(tmp_path / "dump.7z") as archive:
        assert sorted(archive.getnames()) == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["dump.7z"]


def test_the_options_reach_the_dump(tmp_path: Path) -> None:
    make(tmp_path / "dump", "--language", "ru", "--tags-format", "pipe", "--seed", "9")
    posts = (tmp_path / "dump" / "Posts.xml").read_text(encoding="utf-8-sig")
    assert ' Tags="|' in posts
    assert "What " not in posts


def test_an_archive_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "dump.7z").write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        make(tmp_path / "dump.7z")
    assert (tmp_path / "dump.7z").read_text() == "mine"


def test_a_folder_that_is_not_empty_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--questions=-1",), "must not be negative"),
        (("--language", "en,xx"), "unknown language: xx"),
        (("--language", ","), "names no language"),
        (("--tags-format", "comma"), "invalid choice"),
    ],
)
def test_it_refuses_what_it_does_not_know(
    tmp_path: Path, options: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint) as refused:
        make(tmp_path / "dump", *options)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "dump").exists()
