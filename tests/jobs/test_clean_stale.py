"""The job `clean_stale`."""

import os
import pickle
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.management import CommandError, call_command
from django.db import connection, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from pytest_django import Settings

from ask.accounts import sessions
from ask.caching import expired
from ask.moderation.closing import close
from ask.moderation.models import CloseVote
from ask.questions import drafts
from ask.questions.models import Draft
from tests import cast
from tests.sites import Site, site
from tests.stackexchange.dumps import small

NOTHING = "0 sessions, 0 cached values, 0 drafts, 0 votes to close and 0 leftovers of imports."


def clean_stale(*arguments: str) -> str:
    out = StringIO()
    call_command("clean_stale", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


in_process = pytest.mark.django_db(transaction=True, databases="__all__")
"""Without a transaction around it: the job opens the content file anew."""


def session(key: str, *, expires_at: datetime) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=expires_at)


@in_process
def test_expired_sessions_go_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "BATCH", 2)
    now = timezone.now()
    session("alive", expires_at=now + timedelta(hours=1))
    for number in range(5):
        session(f"over{number}", expires_at=now - timedelta(seconds=number + 1))
    found = "5 sessions, 0 cached values, 0 drafts, 0 votes to close and 0 leftovers of imports."
    assert clean_stale("--dry-run") == f"Would remove {found}"
    assert Session.objects.count() == 6
    assert clean_stale() == f"Removed {found}"
    assert [each.session_key for each in Session.objects.all()] == ["alive"]
    assert clean_stale() == f"Removed {NOTHING}"


@in_process
def test_drafts_and_votes_that_nobody_goes_on_with_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "BATCH", 2)
    now = timezone.now()
    for days in (0, 29, 31, 32, 33):
        drafts.save(
            person=cast.alice(),
            token=uuid4(),
            kind=Draft.Kind.QUESTION,
            body="What I",
            now=now - timedelta(days=days),
        )
    for days in (13, 15):
        person = cast.person(f"Voter {days}", reputation=3_000)
        close(person=person, question=cast.ask(), reason="103", now=now - timedelta(days=days))
    found = "0 sessions, 0 cached values, 3 drafts, 1 votes to close and 0 leftovers of imports."
    assert clean_stale("--dry-run") == f"Would remove {found}"
    assert Draft.objects.count() == 5
    assert clean_stale() == f"Removed {found}"
    assert (Draft.objects.count(), CloseVote.objects.count()) == (2, 1)


@pytest.fixture
def database_cache(settings: Settings, transactional_db: None) -> Iterator[BaseDatabaseWrapper]:
    backend = "django.core.cache.backends.db.DatabaseCache"
    settings.CACHES = {
        **settings.CACHES,
        "pages": {"BACKEND": backend, "LOCATION": "test_cache"},
        "other": {"BACKEND": backend, "LOCATION": "test_cache", "KEY_PREFIX": "other"},
    }
    cache = caches["pages"]
    assert isinstance(cache, DatabaseCache)
    database = connections[router.db_for_write(cache.cache_model_class)]
    call_command("createcachetable", database=database.alias)
    yield database
    with database.cursor() as cursor:
        cursor.execute("DROP TABLE test_cache")


@in_process
def test_expired_rows_of_a_cache_in_the_database_go(
    database_cache: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expired, "BATCH", 2)
    for name in ("pages", "other"):
        caches[name].set("alive", 1, 3600)
        caches[name].set("endless", 1, None)
    for number in range(5):
        caches["other"].set(f"over{number}", 1, 60)
    with database_cache.cursor() as cursor:
        cursor.execute(
            "UPDATE test_cache SET expires = %s WHERE cache_key LIKE %s",
            [database_cache.ops.adapt_datetimefield_value(datetime(2020, 1, 1)), "%over%"],  # noqa: DTZ001
        )
    found = "0 sessions, 5 cached values, 0 drafts, 0 votes to close and 0 leftovers of imports."
    assert clean_stale("--dry-run") == f"Would remove {found}"
    assert clean_stale() == f"Removed {found}"
    assert caches["pages"].get_many(["alive", "endless"]) == {"alive": 1, "endless": 1}
    assert caches["other"].get_many(["alive", "endless"]) == {"alive": 1, "endless": 1}
    assert clean_stale() == f"Removed {NOTHING}"


@in_process
def test_a_cache_whose_table_nobody_made_has_nothing_to_remove(settings: Settings) -> None:
    backend = "django.core.cache.backends.db.DatabaseCache"
    settings.CACHES = {**settings.CACHES, "pages": {"BACKEND": backend, "LOCATION": "never_made"}}
    assert clean_stale() == f"Removed {NOTHING}"


@in_process
def test_expired_files_of_a_cache_go_and_so_does_what_was_half_written(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expired, "BATCH", 2)
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {
        **settings.CACHES,
        "pages": {"BACKEND": backend, "LOCATION": str(tmp_path)},
        "again": {"BACKEND": backend, "LOCATION": str(tmp_path), "KEY_PREFIX": "again"},
    }
    caches["pages"].set("alive", 1, 3600)
    caches["pages"].set("endless", 1, None)
    for number in range(3):
        (tmp_path / f"over{number}.djcache").write_bytes(pickle.dumps(time.time() - 60) + b"rest")
    (tmp_path / "empty.djcache").touch()
    (tmp_path / "torn.djcache").write_bytes(b"torn")
    half, being_written, strange = tmp_path / "tmpabc", tmp_path / "tmpdef", tmp_path / "README"
    for path in (half, being_written, strange):
        path.touch()
    for path in (half, strange):
        age(path, days=8)
    found = "0 sessions, 6 cached values, 0 drafts, 0 votes to close and 0 leftovers of imports."
    assert clean_stale("--dry-run") == f"Would remove {found}"
    assert half.exists()
    assert clean_stale() == f"Removed {found}"
    assert not half.exists()
    assert being_written.exists()
    assert strange.exists()
    assert caches["pages"].get_many(["alive", "endless"]) == {"alive": 1, "endless": 1}
    assert clean_stale() == f"Removed {NOTHING}"


def age(path: Path, *, days: int) -> None:
    moment = time.time() - timedelta(days=days).total_seconds()
    os.utime(path, (moment, moment))


def test_days_are_not_negative() -> None:
    with pytest.raises(CommandError, match="must not be negative: -1"):
        clean_stale("--days=-1")


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump that is large enough for an import to be met at work."""
    folder = tmp_path_factory.mktemp("stale")
    with site(folder) as place:
        place.run("make_dump", str(folder / "dump"), "--questions", "2400")
    return folder / "dump"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    """A site with a small community."""
    with site(tmp_path) as made:
        made.run("import_dump", str(small(tmp_path / "small")))
        yield made


def start_import(place: Site, dump: Path) -> subprocess.Popen[str]:
    """Start it, and return when something is stored."""
    process = place.start("import_dump", "--another-site", str(dump))
    assert process.stderr
    process.stderr.readline()
    return process


def kill_import(place: Site, dump: Path) -> None:
    process = start_import(place, dump)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert len(place.leftovers()) == 1


def make_old(place: Site, *, days: int) -> None:
    """As if whatever imports left had been written so many days ago."""
    if connection.vendor == "postgresql":
        place.execute(
            f"UPDATE ask_aside.ask_import_step SET done_at = done_at - interval '{days} days'"  # noqa: S608
        )
        return
    for path in place.path.parent.glob("site-*.sqlite3*"):
        age(path, days=days)


def last_line(place: Site, *arguments: str) -> str:
    return place.run("clean_stale", *arguments)[0].splitlines()[-1]


def test_an_import_that_never_went_on_goes(place: Site, dump: Path) -> None:
    kill_import(place, dump)
    before = place.content()
    make_old(place, days=8)
    out, _ = place.run("clean_stale", "--dry-run")
    *named, last = out.splitlines()
    count = len(named)
    assert last == f"Would remove {NOTHING.replace('0 left', f'{count} left')}"
    assert all("MB, last written 20" in line for line in named)
    assert len(place.leftovers()) == 1
    out, _ = place.run("clean_stale")
    assert out.splitlines()[:-1] == named
    assert place.leftovers() == []
    assert place.content() == before
    assert last_line(place) == f"Removed {NOTHING}"
    _, complaint = place.run("import_dump", "--another-site", str(dump))
    assert "Going on" not in complaint


def test_an_import_that_was_stopped_lately_stays(place: Site, dump: Path) -> None:
    kill_import(place, dump)
    assert last_line(place) == f"Removed {NOTHING}"
    make_old(place, days=6)
    assert last_line(place) == f"Removed {NOTHING}"
    make_old(place, days=1)
    assert last_line(place, "--days", "20") == f"Removed {NOTHING}"
    _, complaint = place.run("import_dump", "--another-site", str(dump))
    assert "Going on" in complaint


def test_nothing_is_taken_from_an_import_at_work(place: Site, dump: Path) -> None:
    process = start_import(place, dump)
    os.kill(process.pid, signal.SIGSTOP)
    make_old(place, days=8)
    out, _ = place.run("clean_stale", "--days=0")
    os.kill(process.pid, signal.SIGCONT)
    reason, last = out.splitlines()
    assert reason.startswith("What imports left stays: another import is at work on ")
    assert f"dump, process {process.pid}" in reason
    assert last == f"Removed {NOTHING}"
    said, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint
    assert "The site is now dump." in said


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL's old tables go in the swap itself"
)
def test_a_content_that_was_replaced_goes(place: Site, tmp_path: Path) -> None:
    place.run("import_dump", str(small(tmp_path / "small")))
    before = place.content()
    assert len(list(tmp_path.glob("site-[0-9]*.sqlite3"))) == 2
    assert last_line(place) == f"Removed {NOTHING}"
    make_old(place, days=8)
    assert last_line(place) == f"Removed {NOTHING.replace('0 left', '1 left')}"
    assert list(tmp_path.glob("site-[0-9]*.sqlite3")) == [place.path.resolve()]
    assert place.content() == before


def test_a_site_without_content_has_nothing_to_remove(tmp_path: Path) -> None:
    with site(tmp_path) as empty:
        assert last_line(empty, "--days=0") == f"Removed {NOTHING}"
