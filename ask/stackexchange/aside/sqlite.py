"""Building aside on SQLite: in a second file, which then becomes the content file."""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.db import transaction

from ask.core.content import start_local_ids
from ask.core.sqlite.succession import (
    files_of,
    generations,
    name_successor,
    point_to,
    remove_file,
    remove_replaced,
    successor_path,
)
from ask.stackexchange.aside.base import (
    ALIAS,
    STEPS,
    Aside,
    Batch,
    DoubledId,
    Leftover,
    SomebodyBuilds,
)
from ask.stackexchange.carrying import Carried, carry_over
from ask.stackexchange.sides import Sides

LOADING = "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL"
"""While rows are appended nobody reads them, and a log would write each of them twice."""

COMPLETING = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000;"
    "PRAGMA threads=2"
)
"""Afterwards some statements read while others write."""

ROWS = 50
"""Rows of one INSERT: to begin and end a statement takes longer than to store a short row."""

SWAP = "swap"
"""The step that says: the file is complete, and everything after it stands in its log alone."""


class SQLiteAside(Aside):
    """The tables in a file beside the live one: see `ask.core.sqlite.succession`."""

    is_serial = True

    def __init__(self, *, dump: str, fingerprint: str) -> None:
        super().__init__(dump=dump, fingerprint=fingerprint)
        self.path = Path(self.live.settings_dict["NAME"])
        self.lock: int | None = None
        self.new = self.path
        """The file of the new tables."""

    def begin(self) -> None:
        self._take_lock()
        unfinished = next(filter(self._is_unfinished, self._others()), None)
        self._keep_memory_small()
        remove_replaced(self.path, besides=unfinished)
        self.new = unfinished or successor_path(self.path, datetime.now(UTC))
        self._use_file(self.new, journal=COMPLETING if _has_log(self.new) else LOADING)
        if not unfinished:
            self._make_tables()

    def _others(self) -> list[Path]:
        """The files beside the content. To be called in the lock."""
        # Opened anew, not only open: an import that was killed a moment ago may have left the link
        # to turn, and would have left its content among the others.
        self.live.close()
        self.live.ensure_connection()
        current = self.path.resolve()
        return sorted(found for found in generations(self.path) if found != current)

    def _is_unfinished(self, path: Path) -> bool:
        """Whether a file holds a part of this import."""
        try:
            if SWAP in self._steps(f"{path.as_uri()}?immutable=1"):  # that is, without its log
                # Only the swap wrote one, and what it carried over is to be carried over again.
                path.with_name(f"{path.name}-wal").unlink(missing_ok=True)
        except sqlite3.Error:
            pass  # everything may still be in the log
        try:
            return self.read_steps(self._steps(path.as_uri()))
        except sqlite3.Error:
            return False

    def _steps(self, uri: str) -> dict[str, str]:
        # Not by the alias: Django's backend here follows a file that names its successor.
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return dict(connection.execute(f"SELECT key, result FROM {STEPS}"))  # noqa: S608

    def _use_file(self, path: Path, *, journal: str) -> None:
        settings = dict(self.live.settings_dict)
        settings["NAME"] = str(path)
        settings["OPTIONS"] = {
            **settings["OPTIONS"],
            # IMMEDIATE would claim the live file too, once it is attached.
            "transaction_mode": "DEFERRED",
            # Memory stays flat: sorting goes to files, and the file is not mapped.
            "init_command": f"{journal}; PRAGMA cache_size=-16000; PRAGMA temp_store=FILE",
        }
        self.use_alias(settings)

    def _make_tables(self) -> None:
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite!_%%' ESCAPE '!' AND name <> %s",
                [STEPS],
            )
            statements = [sql for (sql,) in cursor.fetchall()]
        with transaction.atomic(using=ALIAS):
            self.begin_steps()
            for sql in statements:
                self.run(sql)
            self.say_begun()

    def end(self, *, is_kept: bool) -> None:
        self.forget_alias()
        if self.new not in {self.path, self.path.resolve()} and not is_kept:
            remove_file(self.new)
        self._give_lock_back()

    def leftovers(self) -> list[Leftover]:
        return list(map(_leftover, self._others()))

    def remove(self, leftover: Leftover) -> None:
        remove_file(Path(leftover.name))

    def _take_lock(self) -> None:
        path = self.path.with_name(f"{self.path.name}.import-lock")
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            who = os.pread(lock, 1000, 0).decode(errors="replace").strip()
            os.close(lock)
            raise SomebodyBuilds(f"another import is at work on {self.path}: {who}") from e
        os.truncate(lock, 0)
        since = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        os.pwrite(lock, f"{self.dump}, process {os.getpid()}, since {since}\n".encode(), 0)
        self.lock = lock

    def leave_to_parent(self) -> None:
        self._give_lock_back()  # else the lock would outlive a parent that is killed

    def _give_lock_back(self) -> None:
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def store(self, key: str, batches: Iterable[Batch], *, result: Any) -> None:
        with transaction.atomic(using=ALIAS):
            if not self.claim(key, result):
                return
            for batch in batches:
                try:
                    self._insert(batch)
                except sqlite3.IntegrityError as e:
                    raise DoubledId(str(e)) from e

    def _insert(self, batch: Batch) -> None:
        raw, rows = self.connection.connection, batch.rows
        row = f"({', '.join('?' * len(batch.columns))})"
        into = f"INSERT INTO {batch.table} ({', '.join(batch.columns)}) VALUES "  # noqa: S608
        whole = len(rows) - len(rows) % ROWS
        raw.executemany(
            into + ", ".join([row] * ROWS),
            (list(chain.from_iterable(rows[at : at + ROWS])) for at in range(0, whole, ROWS)),
        )
        raw.executemany(into + row, rows[whole:])

    def is_loaded(self) -> None:
        self.forget_alias()
        self._use_file(self.new, journal=COMPLETING)

    def adapt(self, moments: list[Any]) -> list[Any]:
        different = set(moments)
        if 2 * len(different) < len(moments):  # votes have days, and days repeat
            known = dict(zip(different, map(_written, different), strict=True))
            return [known[moment] for moment in moments]
        return list(map(_written, moments))

    def indexes(self) -> dict[str, str]:
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
                " AND tbl_name IN (SELECT value FROM json_each(%s)) ORDER BY tbl_name, name",
                [json.dumps([model._meta.db_table for model in self.models])],
            )
            return dict(cursor.fetchall())

    def add_index(self, sql: str) -> None:
        self.run(sql)

    def interrupt(self) -> None:
        for connection in list(self.at_work):
            if connection.connection is not None:
                connection.connection.interrupt()

    def vacuum(self, table: str) -> None:
        """Nothing needs it."""

    def analyze(self, table: str) -> None:
        with self.writing:
            self.run(f"ANALYZE {table}")

    def free_space(self) -> int | None:
        return shutil.disk_usage(self.path.resolve().parent).free

    @contextmanager
    def beside(self) -> Iterator[Sides]:
        self.run("ATTACH DATABASE %s AS live", [str(self.path.resolve())])
        # The size in `_use_file` is the new file's alone.
        self.run("PRAGMA live.cache_size=-16000")
        try:
            yield Sides(using=ALIAS, live="live", new="main")
        finally:
            self.run("DETACH DATABASE live")

    def swap(self, last: Callable[[], None]) -> Carried:
        # What takes long comes first. The mark comes after all else is safe in the file: whoever
        # sees it there needs no log.
        self._empty_log()
        self.once(SWAP, lambda: None)
        self._empty_log()
        # From here on only the log is written.
        self.run("PRAGMA wal_autocheckpoint=0")
        self.run("PRAGMA synchronous=FULL")
        # Writers wait from here on until the new file is in place; readers do not.
        with transaction.atomic():
            with self.beside() as sides, transaction.atomic(using=ALIAS):
                self._copy_what_is_no_content()
                carried = carry_over(sides)
                start_local_ids(self.connection, self.models)
                last()
                self.run(f"DROP TABLE {STEPS}")
            name_successor(self.live, self.new)
        self.forget_alias()
        point_to(self.path, self.new)
        self.live.close()
        self._keep_memory_small()
        return carried

    def _empty_log(self) -> None:
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        with self.new.open("rb+") as file:
            os.fsync(file.fileno())

    def _keep_memory_small(self) -> None:
        """Not map the live file, however much of it this process reads."""
        with self.live.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")

    def _copy_what_is_no_content(self) -> None:
        """As it is now: somebody may have migrated since the new file was begun."""
        content = {model._meta.db_table for model in self.models}
        others = (
            " WHERE name NOT LIKE 'sqlite!_%%' ESCAPE '!' AND tbl_name NOT IN"
            " (SELECT value FROM json_each(%s)) ORDER BY type <> 'table', type = 'view', rowid"
        )
        ours = [json.dumps([STEPS, *content])]
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT name FROM main.sqlite_master{others}", ours)  # noqa: S608
            for (name,) in cursor.fetchall():
                if name in self.connection.introspection.table_names(cursor):
                    cursor.execute(f'DROP TABLE main."{name}"')
            cursor.execute(f"SELECT type, name, sql FROM live.sqlite_master{others}", ours)  # noqa: S608
            for kind, name, sql in cursor.fetchall():
                if sql:
                    cursor.execute(sql)
                if kind == "table":
                    cursor.execute(f'INSERT INTO main."{name}" SELECT * FROM live."{name}"')  # noqa: S608
        self.run(
            "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq"
            " FROM live.sqlite_sequence AS s WHERE NOT EXISTS"
            " (SELECT 1 FROM main.sqlite_sequence AS n WHERE n.name = s.name)"
        )


def _leftover(path: Path) -> Leftover:
    sizes, moments = [], []
    for file in files_of(path):
        with suppress(FileNotFoundError):  # a log goes with the last who reads
            stat = file.stat()
            sizes.append(stat.st_size)
            moments.append(stat.st_mtime)
    touched_at = datetime.fromtimestamp(max(moments), UTC)
    return Leftover(name=str(path), size=sum(sizes), touched_at=touched_at)


def _written(moment: datetime | None) -> str | None:
    """As Django writes it."""
    return None if moment is None else moment.isoformat(" ")


def _has_log(path: Path) -> bool:
    """Whether a file was being completed already."""
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")
