"""Building aside on PostgreSQL: in a schema of its own, beside the live one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction
from psycopg.errors import UniqueViolation

from ask.core.content import start_local_ids
from ask.stackexchange.aside.base import ALIAS, Aside, DoubledId, SomebodyBuilds
from ask.stackexchange.carrying import carry_over
from ask.stackexchange.sides import Sides

SCHEMA = "ask_aside"
LOCK = 0x41736B  # "Ask", for pg_try_advisory_lock
PATIENCE = "3s"
"""How long the swap waits for readers before it lets those behind it pass and tries again."""

ATTEMPTS = 100

_LIVE_TABLE = re.compile(r" ON (ONLY )?\S+ USING ")


class PostgreSQLAside(Aside):
    """The tables in `SCHEMA`; found first on the alias's search path."""

    def __init__(self) -> None:
        super().__init__()
        self._types: dict[tuple[str, str], str] = {}

    def begin(self) -> None:
        with self.live.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            self.schema: str = cursor.fetchone()[0]
        options = self.live.settings_dict.get("OPTIONS", {})
        self.use_alias(
            {
                **self.live.settings_dict,
                "OPTIONS": {
                    **options,
                    "options": f"-c search_path={SCHEMA},{self.schema}"
                    " -c synchronous_commit=off -c maintenance_work_mem=256MB -c work_mem=64MB",
                },
            }
        )
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                self.forget_alias()
                raise SomebodyBuilds("another import is at work on this database; wait for its end")
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
            for model in self.models:
                table = model._meta.db_table
                cursor.execute(
                    f"CREATE TABLE {SCHEMA}.{table} (LIKE {self.schema}.{table}"
                    " INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING STORAGE)"
                )

    def end(self) -> None:
        try:
            self.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        finally:
            self.forget_alias()

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(columns)
        with self.connection.cursor() as cursor:
            types = [self._type(cursor, table, column) for column in columns]
            with cursor.copy(f"COPY {SCHEMA}.{table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)

    def _type(self, cursor: Any, table: str, column: str) -> str:
        if not self._types:
            cursor.execute(
                "SELECT c.relname, a.attname, t.typname FROM pg_attribute a"
                " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid"
                " WHERE c.relnamespace = %s::regnamespace AND a.attnum > 0",
                [SCHEMA],
            )
            self._types = {(relation, name): kind for relation, name, kind in cursor.fetchall()}
        return self._types[table, column]

    def add_indexes(self) -> Iterable[str]:
        names = [model._meta.db_table for model in self.models]
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k"
                " JOIN pg_class c ON c.oid = k.conrelid"
                " WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s)"
                " AND k.contype IN ('p', 'u', 'c', 'x') ORDER BY 1, 2",
                [self.schema, names],
            )
            statements = [
                (name, f'ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT "{name}" {definition}')
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
            statements += [
                (name, _LIVE_TABLE.sub(f" ON {SCHEMA}.{table} USING ", sql, count=1))
                for table, name, sql in cursor.fetchall()
            ]
            for name, sql in statements:
                yield name
                try:
                    cursor.execute(sql)
                except Exception as e:
                    if isinstance(e.__cause__, UniqueViolation):
                        raise DoubledId(str(e.__cause__.diag.message_detail)) from e
                    raise

    def analyze(self) -> None:
        for model in self.models:
            # Index-only scans need the map of visible pages that VACUUM writes.
            self.run(f"VACUUM (ANALYZE, FREEZE) {SCHEMA}.{model._meta.db_table}")

    @contextmanager
    def beside(self) -> Iterator[Sides]:
        yield Sides(using=ALIAS, live=self.schema, new=SCHEMA)

    def swap(self) -> dict[str, int]:
        attempt = 0
        while True:
            attempt += 1
            try:
                with transaction.atomic(using=ALIAS):
                    return self._swap()
            except OperationalError as e:
                # Lock not available: let the readers that wait behind us pass.
                if getattr(e.__cause__, "sqlstate", "") != "55P03" or attempt == ATTEMPTS:
                    raise

    def _swap(self) -> dict[str, int]:
        tables = [model._meta.db_table for model in self.models]
        self.run(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        self.run("SET LOCAL synchronous_commit = on")
        live = ", ".join(f"{self.schema}.{table}" for table in tables)
        self.run(f"LOCK TABLE {live} IN ACCESS EXCLUSIVE MODE")
        with self.beside() as sides:
            kept = carry_over(sides)
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
        return kept

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
