import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from ask.core.sqlite.base import DatabaseWrapper
from ask.core.sqlite.succession import (
    REFUSAL,
    generations,
    name_successor,
    point_to,
    remove_replaced,
    successor_of,
    successor_path,
)
from ask.env import databases

NOW = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ask.sqlite3"


def wrapper(path: Path) -> DatabaseWrapper:
    settings = {
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        **databases(f"sqlite:///{path}")["default"],
    }
    return DatabaseWrapper(settings, alias="content")


@pytest.fixture
def opened(path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """A connection to a content file that has one table with one row."""
    with django_db_blocker.unblock():
        connection = wrapper(path)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE said (word text)")
            cursor.execute("INSERT INTO said VALUES ('old')")
        yield connection
        connection.close()


def successor(path: Path, *, minute: int = 0) -> Path:
    new = successor_path(path, NOW.replace(minute=minute))
    with sqlite3.connect(new) as connection:
        connection.execute("CREATE TABLE said (word text)")
        connection.execute("INSERT INTO said VALUES ('new')")
    connection.close()
    return new


def words(connection: DatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM said ORDER BY rowid")
        return [word for (word,) in cursor.fetchall()]


def say(connection: DatabaseWrapper, word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO said VALUES (%s)", [word])


def test_the_next_request_reads_the_successor(path: Path, opened: DatabaseWrapper) -> None:
    point_to(path, successor(path))
    assert words(opened) == ["old"]
    opened.close_if_unusable_or_obsolete()
    assert words(opened) == ["new"]


def test_a_connection_to_a_replaced_file_is_not_usable(path: Path, opened: DatabaseWrapper) -> None:
    assert opened.is_usable()
    point_to(path, successor(path))
    assert not opened.is_usable()


def test_a_second_successor_replaces_the_first(path: Path, opened: DatabaseWrapper) -> None:
    first = successor(path)
    point_to(path, first)
    second = successor(path, minute=1)
    point_to(path, second)
    assert set(generations(path)) == {first, second}
    remove_replaced(path)
    assert generations(path) == [second]
    opened.close_if_unusable_or_obsolete()
    assert words(opened) == ["new"]


def replace_unseen(path: Path, *, minute: int = 0) -> Path:
    """Name a successor as an import does that is killed before it turns the link."""
    new = successor(path, minute=minute)
    importer = wrapper(path)
    importer.set_autocommit(False)
    name_successor(importer, new)
    importer.commit()
    importer.close()
    return new


def test_nothing_is_written_to_a_replaced_file(path: Path, opened: DatabaseWrapper) -> None:
    replace_unseen(path)
    with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
        opened.connection.execute("INSERT INTO said VALUES ('lost')")


def test_a_single_statement_begins_again_on_the_successor(
    path: Path, opened: DatabaseWrapper
) -> None:
    replace_unseen(path)
    say(opened, "kept")
    assert words(opened) == ["new", "kept"]


def test_what_somebody_may_still_open_stays(path: Path, opened: DatabaseWrapper) -> None:
    first = successor(path)
    point_to(path, first)
    second = successor(path, minute=1)
    point_to(path, second)
    assert first.exists()


def test_who_opens_a_file_that_names_its_successor_turns_the_link(
    path: Path, opened: DatabaseWrapper
) -> None:
    new = successor(path)
    opened.set_autocommit(False)
    name_successor(opened, new)
    opened.commit()
    opened.close()  # and the import was killed before it turned the link
    later = wrapper(path)
    assert words(later) == ["new"]
    later.close()
    assert path.resolve() == new


def test_a_writer_that_waits_for_the_swap_writes_to_the_successor(
    path: Path, opened: DatabaseWrapper
) -> None:
    new = successor(path)
    importer = wrapper(path)
    importer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    done: list[list[str]] = []
    began = threading.Event()

    def write() -> None:
        writer = wrapper(path)
        assert words(writer) == ["old"]
        began.set()
        writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        say(writer, "kept")
        writer.commit()
        done.append(words(writer))
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert began.wait(10)
    name_successor(importer, new)
    importer.commit()
    point_to(path, new)
    thread.join(20)
    importer.close()
    assert done == [["new", "kept"]]


def test_an_old_file_is_not_its_own_successor(opened: DatabaseWrapper) -> None:
    assert words(opened) == ["old"]
    assert successor_of(opened.connection) is None


def test_statements_are_prepared_while_others_change_the_schema(
    path: Path, opened: DatabaseWrapper
) -> None:
    ended = threading.Event()
    with opened.cursor() as cursor:
        for number in range(400):  # the more there are, the longer the schema is read
            cursor.execute(f"CREATE TABLE table_{number} (word text)")

    def make_indexes() -> None:
        with sqlite3.connect(path, isolation_level=None, timeout=30) as other:
            number = 0
            while not ended.is_set():
                number += 1
                other.execute(f"CREATE INDEX said_{number} ON said (word)")
                other.execute(f"DROP INDEX said_{number}")

    thread = threading.Thread(target=make_indexes)
    thread.start()
    try:
        with opened.cursor() as cursor:
            for number in range(1_000):  # none is like another, so that each is prepared
                cursor.execute(f"SELECT word, {number} FROM said")  # noqa: S608
                assert cursor.fetchall() == [("old", number)]
    finally:
        ended.set()
        thread.join()
