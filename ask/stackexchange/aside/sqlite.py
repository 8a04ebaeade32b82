"""Building aside on SQLite: in a second file, which then becomes the content file."""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from ask.core.content import start_local_ids
from ask.core.sqlite.succession import (
    name_successor,
    point_to,
    remove_file,
    remove_replaced,
    successor_path,
)
from ask.stackexchange.aside.base import ALIAS, Aside, DoubledId, SomebodyBuilds
from ask.stackexchange.carrying import carry_over
from ask.stackexchange.sides import Sides


class SQLiteAside(Aside):
    """The tables in a file beside the live one: see `ask.core.sqlite.succession`."""

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(self.live.settings_dict["NAME"])
        self.lock: int | None = None

    def begin(self) -> None:
        self._take_lock()
        remove_replaced(self.path)
        self.new = successor_path(self.path, datetime.now(UTC))
        settings = dict(self.live.settings_dict)
        settings["NAME"] = str(self.new)
        settings["OPTIONS"] = {
            **settings["OPTIONS"],
            # IMMEDIATE would claim the live file too, once it is attached.
            "transaction_mode": "DEFERRED",
            # Nobody else sees this file, and one that was not finished is thrown away.
            "init_command": (
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                "PRAGMA main.locking_mode=EXCLUSIVE; PRAGMA cache_size=-64000;"
                "PRAGMA temp_store=MEMORY"
            ),
        }
        self.use_alias(settings)
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            )
            statements = [sql for (sql,) in cursor.fetchall()]
        for sql in statements:
            self.run(sql)

    def end(self) -> None:
        self.forget_alias()
        if self.new != self.path.resolve():
            remove_file(self.new)
        if self.lock is not None:
            os.close(self.lock)

    def _take_lock(self) -> None:
        path = self.path.with_name(f"{self.path.name}.import-lock")
        self.lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            os.close(self.lock)
            raise SomebodyBuilds(
                f"another import is at work on {self.path}; wait for its end"
            ) from e

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        self.connection.ensure_connection()
        raw = self.connection.connection
        try:
            raw.execute("BEGIN")
            raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", map(_adapt, rows))  # noqa: S608
            raw.execute("COMMIT")
        except sqlite3.IntegrityError as e:
            raise DoubledId(str(e)) from e

    def add_indexes(self) -> Iterable[str]:
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
                " ORDER BY tbl_name, name"
            )
            found = cursor.fetchall()
        for name, sql in found:
            yield name
            self.run(sql)

    def analyze(self) -> None:
        self.run("ANALYZE")

    @contextmanager
    def beside(self) -> Iterator[Sides]:
        self.run("ATTACH DATABASE %s AS live", [str(self.path.resolve())])
        # The size in `begin` is the new file's alone.
        self.run("PRAGMA live.cache_size=-64000")
        try:
            yield Sides(using=ALIAS, live="live", new="main")
        finally:
            self.run("DETACH DATABASE live")

    @contextmanager
    def trial(self) -> Iterator[Sides]:
        # Without a journal nothing could be rolled back. Not of the live file, so by name.
        self.run("PRAGMA main.journal_mode=MEMORY")
        with super().trial() as sides:
            yield sides
        self.run("PRAGMA main.journal_mode=OFF")

    def swap(self) -> dict[str, int]:
        # Writers wait from here on until the new file is in place; readers do not.
        with transaction.atomic():
            with self.beside() as sides, transaction.atomic(using=ALIAS):
                self._copy_what_is_no_content()
                kept = carry_over(sides)
                start_local_ids(self.connection, self.models)
            self.run("PRAGMA journal_mode=DELETE")
            self.forget_alias()
            with self.new.open("rb+") as file:
                os.fsync(file.fileno())
            name_successor(self.live, self.new)
        point_to(self.path, self.new)
        self.live.close()
        return kept

    def _copy_what_is_no_content(self) -> None:
        content = {model._meta.db_table for model in self.models}
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM main.sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            )
            others = [name for (name,) in cursor.fetchall() if name not in content]
        for table in others:
            self.run(f'INSERT INTO main."{table}" SELECT * FROM live."{table}"')  # noqa: S608
        self.run(
            "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq"
            " FROM live.sqlite_sequence AS s WHERE NOT EXISTS"
            " (SELECT 1 FROM main.sqlite_sequence AS n WHERE n.name = s.name)"
        )


def _adapt(row: Sequence[Any]) -> list[Any]:
    """Moments as Django writes them to SQLite: in UTC, without a zone."""
    return [
        str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value for value in row
    ]
