"""Sites of their own, on a database of their own, run by commands as an operator runs them."""

import atexit
import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

SQLITE = "site.sqlite3"

LEFT_OUT = ("stackexchange_source", "django_migrations")
"""Tables that say when something was done."""


class Site:
    """A site, which begins without content."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "CACHE_URL": "dummycache://",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start one of manage.py's commands, in a session of its own."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **options,
        )

    def run(self, *command: str, code: int = 0) -> tuple[str, str]:
        """Run a command to its end; what it printed, and what it complained of."""
        process = self.start(*command)
        out, complaint = process.communicate(timeout=300)
        assert process.returncode == code, complaint
        return out, complaint

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.path.resolve())) as file:
                return file.execute(sql).fetchall()
        with psycopg.connect(self.url) as server:
            return server.execute(sql).fetchall()

    def clock_query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement about what never waits for content."""
        if not self.url.startswith("sqlite"):
            return self.query(sql)
        clock = self.path.with_name(f"{self.path.stem}-clock{self.path.suffix}")
        with closing(sqlite3.connect(clock)) as file:
            return file.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Change something beside Ask."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.path.resolve())) as file, file:
                file.execute(sql)
        else:
            with psycopg.connect(self.url) as server:
                server.execute(sql)

    @property
    def path(self) -> Path:
        """Where the content is, on SQLite."""
        return Path(self.url.removeprefix("sqlite:///"))

    def tables(self) -> list[str]:
        """Every table of the site, by name."""
        sql = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            if self.url.startswith("sqlite")
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        return sorted(name for (name,) in self.query(sql) if name != "ask_successor")

    def content(self) -> dict[str, str]:
        """A digest of every table, whatever the order of its rows."""
        return {
            table: hashlib.sha256(
                "\n".join(sorted(map(str, self.query(f"SELECT * FROM {table}")))).encode()  # noqa: S608
            ).hexdigest()
            for table in self.tables()
            if table not in LEFT_OUT
        }

    def index_names(self) -> list[str]:
        """Every index and every constraint that is one."""
        sql = (
            "SELECT name FROM sqlite_master WHERE type = 'index'"
            if self.url.startswith("sqlite")
            else "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
        )
        return sorted(name for (name,) in self.query(sql))

    def leftovers(self) -> list[str]:
        """What an import built and nobody put in place."""
        if self.url.startswith("sqlite"):
            found = self.path.parent.glob(f"{self.path.stem}-[0-9]*.sqlite3")
            return [
                file.name
                for file in found
                if file != self.path.resolve() and not _is_replaced(file)
            ]
        return [name for (name,) in self.query("SELECT nspname FROM pg_namespace") if "ask" in name]


def run_manage(
    *command: str, stdin: str = "", code: int = 0, environment: dict[str, str] | None = None
) -> tuple[str, str]:
    """Run one of manage.py's commands that needs no site; what it printed, and complained of."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        env={**os.environ, **(environment or {})},
        input=stdin,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def _is_replaced(file: Path) -> bool:
    """Whether it was the site's content, and stays until the next import for who has it open."""
    with closing(sqlite3.connect(file)) as connection:
        named = "SELECT count(*) FROM sqlite_master WHERE name = 'ask_successor'"
        return bool(connection.execute(named).fetchone()[0])


def migrated(url: str) -> Site:
    """A site on an empty database, whose tables are made."""
    made = Site(url)
    made.run("migrate", "--verbosity=0")
    return made


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """A site on a database of the kind that is tested, removed at the end."""
    if connection.vendor == "sqlite":
        for file in _migrated_files().iterdir():
            shutil.copy(file, folder)
        yield Site(f"sqlite:///{folder / SQLITE}")
        return
    name, template = f"site_{secrets.token_hex(6)}", _migrated_database()
    with psycopg.connect(f"{_server()}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield Site(f"{_server()}/{name}")
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server() -> str:
    return os.environ["DATABASE_URL"].rpartition("/")[0]


# To make all tables takes seconds, to copy them none.


@cache
def _migrated_files() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ask-site-"))
    atexit.register(shutil.rmtree, folder)
    migrated(f"sqlite:///{folder / SQLITE}")
    return folder


@cache
def _migrated_database() -> str:
    name = f"migrated_{secrets.token_hex(6)}"
    with psycopg.connect(f"{_server()}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    migrated(f"{_server()}/{name}")
    return name
