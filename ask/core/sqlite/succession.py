"""How one content file takes the place of another while the site runs.

The file that `DATABASE_URL` names may be a symbolic link to the file that holds the content. A
successor is built beside it under a name of its own. The moment of the change is one commit in the
old file: it writes the successor's name into the table `ask_successor` and lays a trigger on every
table, so that nothing can be written there any more. After it the link is turned.

Whoever is killed between the two leaves an old file that names its successor: the next who opens
it turns the link. Whoever waits for the old file's lock meanwhile finds the link turned, and
begins again on the new file. So no write is lost, and none is seen twice.
"""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "ask_successor"
REFUSAL = "an import has replaced this file"
"""What a write to a replaced file is told."""


def successor_path(path: Path, now: datetime) -> Path:
    """A name for a successor of the file at `path`: `ask-20240131T120000123456.sqlite3`."""
    return path.with_name(f"{path.stem}-{now:%Y%m%dT%H%M%S%f}{path.suffix}")


def generations(path: Path) -> list[Path]:
    """The files beside `path` that are, or were to be, successors."""
    return [
        found.resolve()
        for found in path.parent.glob(f"{path.stem}-[0-9]*T[0-9]*{path.suffix}")
        if not found.is_symlink()
    ]


def name_successor(connection: BaseDatabaseWrapper, successor: Path) -> None:
    """In the open transaction: from its commit on, `successor` is the site's content."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND substr(name, 1, 7) <> 'sqlite_'"
        )
        for (table,) in cursor.fetchall():
            for action in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    f'CREATE TRIGGER "ask_replaced_{table}_{action}" BEFORE {action} ON "{table}"'
                    f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}; try again');"
                    " END"
                )
        cursor.execute(f"CREATE TABLE {TABLE} (name text NOT NULL)")
        cursor.execute(f"INSERT INTO {TABLE} (name) VALUES (%s)", [successor.name])  # noqa: S608


def successor_of(connection: sqlite3.Connection) -> str | None:
    """The name of the file that replaced the one behind an open connection."""
    try:
        found = connection.execute(f"SELECT name FROM {TABLE}").fetchone()  # noqa: S608
    except sqlite3.OperationalError:
        return None
    return str(found[0]) if found else None


def point_to(path: Path, successor: Path) -> None:
    """Turn the link at `path` to `successor`. May be repeated.

    Who has the old file open reads on in it. It stays, with its log, until `remove_replaced`:
    somebody may have opened the one and not yet the other, and must find in it who succeeded.
    """
    if path.resolve() == successor.resolve():
        return
    link = path.with_name(f"{path.name}.link-{os.getpid()}")
    link.unlink(missing_ok=True)
    link.symlink_to(successor.name)
    link.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove_replaced(path: Path, *, besides: Path | None = None) -> None:
    """Remove what earlier successions replaced, or never finished, `besides` one of these."""
    kept = {path.resolve(), besides}
    gone = [found for found in generations(path) if found not in kept]
    for found in gone:
        remove_file(found)
    if path.is_symlink():
        _remove_logs(path)  # of the file that bore this name before the first succession


def files_of(path: Path) -> list[Path]:
    """A database file and the logs that it may have."""
    return [path, *_logs(path)]


def remove_file(path: Path) -> None:
    """Remove a database file and its logs, as far as they are there."""
    path.unlink(missing_ok=True)
    _remove_logs(path)


def _remove_logs(path: Path) -> None:
    for log in _logs(path):
        log.unlink(missing_ok=True)


def _logs(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("-journal", "-wal", "-shm")]
