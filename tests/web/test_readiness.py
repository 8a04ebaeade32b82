"""What a process needs to serve, each part really broken."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from pytest_django import Settings

from ask.web.readiness import missing, unapplied
from tests.caching.broken import BROKEN

pytestmark = pytest.mark.django_db(databases="__all__")


def missing_with(*, patience: float = 10, **environment: str) -> str:
    """What a process of its own misses, as it is printed."""
    program = (
        "import django; django.setup(); from ask.web.readiness import missing;"
        f" print(missing(patience={patience}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "ask.settings", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_site_in_order_misses_nothing() -> None:
    assert missing(patience=30) == []
    assert missing(patience=30) == []


@pytest.mark.parametrize("alias", list(connections))
def test_a_migration_that_was_not_applied_is_named(alias: str) -> None:
    assert unapplied(alias) == ()
    ((_app, last),) = MigrationLoader(None).graph.leaf_nodes("questions")
    MigrationRecorder(connections[alias]).record_unapplied("questions", last)
    assert unapplied(alias) == (f"questions.{last}",)


def test_a_new_database_is_not_ready(tmp_path: Path) -> None:
    found = missing_with(DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")
    assert "database default: not migrated: " in found
    assert "database clock: not migrated: " in found
    assert "cron.0001_initial" in found


def test_a_database_that_is_away_is_said_without_its_address() -> None:
    found = missing_with(DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    # Attempts to log in are counted in it.
    assert found == "['database default: cannot be used', 'cache default: cannot be used']"


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_database_that_hangs_is_given_up(silent: int) -> None:
    found = missing_with(patience=0.2, DATABASE_URL=f"postgres://nobody@127.0.0.1:{silent}/none")
    assert found == "['no answer in 0.2 s']"


@pytest.mark.parametrize("kind", ["filebased.FileBasedCache", "db.DatabaseCache"])
def test_a_cache_without_its_folder_or_its_table_is_said(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    location = str(tmp_path / "file" / "cache")
    broken = {"BACKEND": f"django.core.cache.backends.{kind}", "LOCATION": location}
    with override_settings(CACHES={"default": broken}):
        assert missing(patience=30) == ["cache default: cannot be used"]


def test_a_cache_that_keeps_nothing_is_said(settings: Settings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        "second": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }
    assert missing(patience=30) == ["cache default: it does not keep what it is given"]


def test_a_cache_whose_server_is_away_is_said(settings: Settings) -> None:
    settings.CACHES = BROKEN
    assert missing(patience=30) == ["cache values: cannot be used"]
