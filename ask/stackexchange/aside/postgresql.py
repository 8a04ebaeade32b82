"""Building aside on PostgreSQL: in a schema of its own, beside the live one."""

import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, connections, transaction
from django.db.models import TextField
from psycopg.errors import UniqueViolation

from ask.core.content import start_local_ids
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

SCHEMA = "ask_aside"
LOCK = 0x41736B  # "Ask", for pg_try_advisory_lock
PATIENCE = "500ms"
"""How long the swap waits for readers, and others behind it, before it lets those pass."""

ATTEMPTS = 100

LONGEST_PAUSE = 10.0
"""Seconds between two attempts at most: who reads for minutes is waited for, and nobody else is."""

LINGERING = 5.0
"""Seconds that the sessions of a killed import may need to notice."""

SESSION = "ask import"
"""How the sessions that fill the new tables are called."""

_LIVE_TABLE = re.compile(r" ON (ONLY )?\S+ USING ")


class PostgreSQLAside(Aside):
    """The tables in `SCHEMA`; found first on the alias's search path."""

    is_serial = False

    def __init__(self, *, dump: str, fingerprint: str) -> None:
        super().__init__(dump=dump, fingerprint=fingerprint)
        self._types: dict[tuple[str, str], str] = {}

    def begin(self) -> None:
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT current_schema(), coalesce((SELECT 'lz4' = ANY(enumvals) FROM pg_settings"
                " WHERE name = 'default_toast_compression'), false)"
            )
            self.schema: str
            self.schema, knows_lz4 = cursor.fetchone()
        # On the live session, which lies idle while the tables fill and so ends with this process.
        self._take_lock()
        self._end_lingering_sessions()
        options = self.live.settings_dict.get("OPTIONS", {})
        # As small as the usual compression of long texts, in half the time.
        compression = " -c default_toast_compression=lz4" if knows_lz4 else ""
        self.use_alias(
            {
                **self.live.settings_dict,
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    **options,
                    "application_name": SESSION,
                    "options": f"-c search_path={SCHEMA},{self.schema} -c timezone=UTC"
                    " -c statement_timeout=0 -c idle_session_timeout=0"
                    f" -c maintenance_work_mem=256MB -c work_mem=64MB{compression}",
                },
            }
        )
        if not self._is_resumed():
            self._make_tables()

    def _take_lock(self) -> None:
        deadline = time.monotonic() + LINGERING
        with self.live.cursor() as cursor:
            while True:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                if cursor.fetchone()[0]:
                    break
                if who := self._holder():
                    raise SomebodyBuilds(f"another import is at work on this database: {who}")
                if time.monotonic() > deadline:
                    raise SomebodyBuilds("another import is at work on this database")
                time.sleep(0.1)
            cursor.execute("SET idle_session_timeout = 0")  # the lock would end with the session
            name = f"{SESSION}: {self.dump}"[:40]
            cursor.execute(
                "SELECT set_config('application_name', %s, false)",
                [f"{name}, process {os.getpid()} on {socket.gethostname()}"[:63]],
            )

    def _holder(self) -> str | None:
        """Who holds the lock, in words; None if it is somebody who is just ending."""
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC',"
                " 'YYYY-MM-DD HH24:MI') FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND l.granted AND l.objid = %s"
                " AND a.datname = current_database() AND a.application_name LIKE %s",
                [LOCK, f"{SESSION}: %"],
            )
            found = cursor.fetchone()
        return f"{found[0].removeprefix(f'{SESSION}: ')}, since {found[1]} UTC" if found else None

    def _end_lingering_sessions(self) -> None:
        """A session whose process was killed may still be at a statement. We hold the lock."""
        deadline = time.monotonic() + LINGERING
        with self.live.cursor() as cursor:
            while time.monotonic() < deadline:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = %s",
                    [SESSION],
                )
                if not cursor.fetchone()[0]:
                    return
                time.sleep(0.05)

    def _is_resumed(self) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{SCHEMA}.{STEPS}"])
            if not cursor.fetchone()[0]:
                return False
            cursor.execute(f"SELECT key, result FROM {SCHEMA}.{STEPS}")  # noqa: S608
            return self.read_steps(dict(cursor.fetchall()))

    def _make_tables(self) -> None:
        with transaction.atomic(using=ALIAS):
            self.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            self.run(f"CREATE SCHEMA {SCHEMA}")
            self.begin_steps()
            for model in self.models:
                table = model._meta.db_table
                self.run(
                    f"CREATE TABLE {SCHEMA}.{table} (LIKE {self.schema}.{table}"
                    " INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING STORAGE)"
                )
                for field in model._meta.local_concrete_fields:
                    # Nobody looks for the whole of a text, and to sort bodies for the planner takes
                    # most of the time of ANALYZE.
                    if isinstance(field, TextField):
                        self.run(
                            f"ALTER TABLE {SCHEMA}.{table} ALTER COLUMN {field.column}"
                            " SET STATISTICS 0"
                        )
            self.say_begun()

    def end(self, *, is_kept: bool) -> None:
        if ALIAS not in connections.databases:
            return
        try:
            if not is_kept:
                self.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        finally:
            self.forget_alias()
            self._give_lock_back()

    def _give_lock_back(self) -> None:
        try:
            with self.live.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
                cursor.execute("RESET application_name")
                cursor.execute("RESET idle_session_timeout")
        except DatabaseError:
            self.live.close()  # the lock ends with its session

    def leave_to_parent(self) -> None:
        # The lock is the live session's, which must end with the parent, not with the last child.
        os.close(self.live.connection.fileno())

    def leftovers(self) -> list[Leftover]:
        with self.live.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM information_schema.columns"
                " WHERE table_schema = %s AND table_name = %s AND column_name = 'done_at'",
                [SCHEMA, STEPS],
            )
            # An import of a version whose steps had no moment is left to the next import.
            if not cursor.fetchone():
                return []
            cursor.execute(
                "SELECT (SELECT sum(pg_total_relation_size(oid)) FROM pg_class"  # noqa: S608
                " WHERE relnamespace = %s::regnamespace AND relkind = 'r'),"
                f" (SELECT max(done_at) FROM {SCHEMA}.{STEPS})",
                [SCHEMA],
            )
            size, touched_at = cursor.fetchone()
        return [Leftover(name=f"schema {SCHEMA}", size=int(size), touched_at=touched_at)]

    def remove(self, leftover: Leftover) -> None:
        self._end_lingering_sessions()  # they might hold locks on what goes
        with self.live.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")

    def store(self, key: str, batches: Iterable[Batch], *, result: Any) -> None:
        with transaction.atomic(using=ALIAS), self.connection.cursor() as cursor:
            if not self.claim(key, result):
                return
            for batch in batches:
                names = ", ".join(batch.columns)
                types = [self._type(batch.table, column) for column in batch.columns]
                copying = f"COPY {SCHEMA}.{batch.table} ({names}) FROM STDIN (FORMAT BINARY)"
                with cursor.copy(copying) as copy:
                    copy.set_types(types)
                    for row in batch.rows:
                        copy.write_row(row)

    def is_loaded(self) -> None:
        """Nothing is different then."""

    def adapt(self, moments: list[Any]) -> list[Any]:
        return moments

    def _type(self, table: str, column: str) -> str:
        if (table, column) not in self._types:
            self._types = self._read_types()
        # To PostgreSQL both are microseconds; psycopg tells moments with a zone from those without.
        kind = self._types[table, column]
        return "timestamp" if kind == "timestamptz" else kind

    def _read_types(self) -> dict[tuple[str, str], str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, a.attname, t.typname FROM pg_attribute a"
                " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid"
                " WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND a.attnum > 0",
                [SCHEMA],
            )
            return {(relation, name): kind for relation, name, kind in cursor.fetchall()}

    def indexes(self) -> dict[str, str]:
        names = [model._meta.db_table for model in self.models]
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k"
                " JOIN pg_class c ON c.oid = k.conrelid"
                " WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s)"
                " AND k.contype IN ('p', 'u', 'c', 'x') ORDER BY 1, 2",
                [self.schema, names],
            )
            found = [
                (table, name, f'ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT "{name}" {definition}')
                for table, name, definition in cursor.fetchall()
            ]
            cursor.execute(
                "SELECT c.relname, i.relname, pg_get_indexdef(i.oid) FROM pg_index x"
                " JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
                " LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')"
                " WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s)"
                " AND k.oid IS NULL ORDER BY 1, 2",
                [self.schema, names],
            )
            found += [
                (table, name, _LIVE_TABLE.sub(f" ON {SCHEMA}.{table} USING ", sql, count=1))
                for table, name, sql in cursor.fetchall()
            ]
            cursor.execute(
                "SELECT relname, pg_relation_size(oid) FROM pg_class"
                " WHERE relnamespace = %s::regnamespace AND relkind = 'r'",
                [SCHEMA],
            )
            sizes = dict(cursor.fetchall())
        # The largest first: two are made at once, and should end together.
        found.sort(key=lambda index: -sizes[index[0]])
        return {name: sql for _, name, sql in found}

    def add_index(self, sql: str) -> None:
        try:
            self.run(sql)
        except IntegrityError as e:
            if isinstance(e.__cause__, UniqueViolation):
                raise DoubledId(str(e.__cause__.diag.message_detail)) from e
            raise

    def interrupt(self) -> None:
        for connection in list(self.at_work):
            if connection.connection is not None:
                connection.connection.cancel()

    def vacuum(self, table: str) -> None:
        # Index-only scans need the map of visible pages that VACUUM writes. To freeze the rows as
        # well would write every page once more; autovacuum does it in its time.
        self.run(f"VACUUM {SCHEMA}.{table}")

    def analyze(self, table: str) -> None:
        self.run(f"ANALYZE {SCHEMA}.{table}")

    def free_space(self) -> int | None:
        with self.live.cursor() as cursor:
            try:
                cursor.execute("SHOW data_directory")
                folder = Path(cursor.fetchone()[0])
            except DatabaseError:
                return None  # not everybody may know
        is_local = self.live.settings_dict["HOST"] in {"", "127.0.0.1", "localhost", "::1"}
        try:
            return shutil.disk_usage(folder).free if is_local and folder.exists() else None
        except OSError:
            return None

    @contextmanager
    def beside(self) -> Iterator[Sides]:
        yield Sides(using=ALIAS, live=self.schema, new=SCHEMA)

    def swap(self, last: Callable[[], None]) -> Carried:
        attempt = 0
        while True:
            attempt += 1
            try:
                with transaction.atomic(using=ALIAS):
                    return self._swap(last)
            except OperationalError as e:
                # Lock not available: let the readers that wait behind us pass.
                if getattr(e.__cause__, "sqlstate", "") != "55P03" or attempt == ATTEMPTS:
                    raise
                time.sleep(min(attempt / 2, LONGEST_PAUSE))

    def _swap(self, last: Callable[[], None]) -> Carried:
        tables = [model._meta.db_table for model in self.models]
        self.run(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        live = ", ".join(f"{self.schema}.{table}" for table in tables)
        self.run(f"LOCK TABLE {live} IN ACCESS EXCLUSIVE MODE")
        with self.beside() as sides:
            carried = carry_over(sides)
        last()
        references = self._references(tables)
        for table, name, _ in references:
            self.run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in tables:
            self.run(f"DROP TABLE {self.schema}.{table}")
            self.run(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA {self.schema}")
        self.run(f"SET LOCAL search_path = {self.schema}")
        for table, name, definition in references:
            self.run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        start_local_ids(self.connection, self.models)
        self.run(f"DROP SCHEMA {SCHEMA} CASCADE")
        return carried

    def _references(self, tables: list[str]) -> list[tuple[str, str, str]]:
        """Foreign keys that other tables hold to the live ones: table, name, definition."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path = {self.schema}")
            cursor.execute(
                "SELECT k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid)"
                " FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid"
                " WHERE k.contype = 'f' AND t.relnamespace = %s::regnamespace"
                " AND t.relname = ANY(%s) ORDER BY 1, 2",
                [self.schema, tables],
            )
            return list(cursor.fetchall())
