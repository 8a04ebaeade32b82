"""What imports left beside the content, on SQLite; `tests/jobs/test_clean_stale.py` removes it."""

from datetime import UTC, datetime
from pathlib import Path

from pytest_django import DjangoDbBlocker

from ask.core.sqlite.base import DatabaseWrapper
from ask.core.sqlite.succession import point_to
from ask.stackexchange.aside.sqlite import SQLiteAside
from tests.core.test_succession import replace_unseen, successor, words, wrapper


def aside(path: Path, *, live: DatabaseWrapper) -> SQLiteAside:
    made = SQLiteAside(dump="dump", fingerprint="")
    made.live, made.path = live, path
    return made


def test_everything_but_the_content_is_left(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    path = tmp_path / "ask.sqlite3"
    before = datetime.now(UTC).replace(microsecond=0)
    other, content = successor(path), successor(path, minute=1)
    other.with_name(f"{other.name}-wal").write_bytes(b"x" * 100)
    point_to(path, content)
    live = wrapper(path)
    importer = aside(path, live=live)
    with django_db_blocker.unblock(), importer.alone():
        (found,) = importer.leftovers()
        assert found.name == str(other)
        assert found.size == other.stat().st_size + 100
        assert found.touched_at >= before
        importer.remove(found)
        assert importer.leftovers() == []
        live.close()
    assert [each.name for each in tmp_path.glob("ask-*")] == [content.name]


def test_the_content_of_an_import_that_was_killed_in_the_last_moment_is_not_left(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    path = tmp_path / "ask.sqlite3"
    old = successor(path)
    point_to(path, old)
    live = wrapper(path)
    importer = aside(path, live=live)
    with django_db_blocker.unblock():
        assert words(live) == ["new"]
        content = replace_unseen(path, minute=1)
        with importer.alone():
            assert [found.name for found in importer.leftovers()] == [str(old)]
        assert path.resolve() == content
        live.close()
