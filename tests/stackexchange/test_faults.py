"""What may happen around an import: a full disk, a database that restarts, Ctrl-C, another one."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.services.postgresql import postgresql
from tests.services.small_disk import small_disk
from tests.sites import Site, migrated, site
from tests.stackexchange.dumps import small

STAYS = "the site is as it was, and the same command goes on from here"


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump that is large enough for processes of their own."""
    folder = tmp_path_factory.mktemp("faults")
    path = folder / "dump"
    with site(folder) as place:
        place.run("make_dump", str(path), "--questions", "2400")
    return path


def wait_for_rows(process: subprocess.Popen[str]) -> None:
    """Return when the first table is stored."""
    assert process.stderr
    for line in process.stderr:
        if "rows" in line:
            return


def test_ctrl_c_ends_it_in_order(tmp_path: Path, dump: Path) -> None:
    with site(tmp_path) as place:
        place.run("import_dump", str(small(tmp_path / "small")), "--site-name", "Small")
        before = place.content()
        process = place.start("import_dump", "--another-site", str(dump))
        wait_for_rows(process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, complaint = process.communicate(timeout=30)
        assert process.returncode == 130
        assert complaint.splitlines()[-1] == f"CommandError: Interrupted: {STAYS}."
        assert "Traceback" not in complaint
        assert place.content() == before
        _, said = place.run("import_dump", "--another-site", str(dump))
        assert "Going on where an earlier import of this dump stopped" in said


def test_the_second_of_two_imports_says_who_runs(tmp_path: Path, dump: Path) -> None:
    with site(tmp_path) as place:
        first = place.start("import_dump", "--another-site", str(dump))
        wait_for_rows(first)
        _, complaint = place.run("import_dump", str(small(tmp_path / "small")), code=1)
        out, _ = first.communicate(timeout=60)
        assert first.returncode == 0
        assert "The site is now dump" in out
        assert re.fullmatch(
            rf"CommandError: another import is at work on .*: dump, process {first.pid}.*"
            r", since \d{4}-\d\d-\d\d \d\d:\d\d UTC\n",
            complaint,
        )


@contextmanager
def site_on(disk: Path, *, is_whole: bool) -> Iterator[Site]:
    """A site whose tables are on this disk, or `is_whole` everything that its database writes.

    A PostgreSQL that cannot write its log ends, so it must have room for that to say anything.
    """
    if connection.vendor == "sqlite":
        yield migrated(f"sqlite:///{disk / 'site.sqlite3'}")
    elif is_whole:
        with postgresql(place=disk) as url:
            yield migrated(url)
    else:
        with postgresql() as url:
            with psycopg.connect(url, autocommit=True) as server:
                (disk / "tables").mkdir(mode=0o777)
                account = Path(f"/proc/{server.info.backend_pid}").stat()
                os.chown(disk / "tables", account.st_uid, account.st_gid)
                server.execute(f"CREATE TABLESPACE small LOCATION '{disk / 'tables'}'")
                server.execute("ALTER DATABASE ask SET default_tablespace = small")
            yield migrated(url)


def ballast(disk: Path, *, left: int) -> Path:
    """Fill the disk but for so many megabytes."""
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - (left << 20)
    path = disk / "ballast"
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    return path


def test_a_disk_that_is_too_small_is_refused_at_once(dump: Path) -> None:
    with small_disk(megabytes=400) as disk, site_on(disk, is_whole=True) as place:
        ballast(disk, left=25)
        _, complaint = place.run("import_dump", "--another-site", str(dump), code=1)
        assert re.fullmatch(
            r"CommandError: the new content is built beside the old and needs about \d+ MB, but the"
            r" database's disk has \d+ MB free; make room, or try it all the same with"
            r" --no-size-check\n",
            complaint,
        )


def test_a_full_disk_stops_it_and_room_lets_it_go_on(tmp_path: Path, dump: Path) -> None:
    with small_disk(megabytes=400) as disk, site_on(disk, is_whole=False) as place:
        place.run("import_dump", str(small(tmp_path / "small")), "--site-name", "Small")
        before = place.content()
        weight = ballast(disk, left=16)
        _, complaint = place.run(
            "import_dump", "--another-site", str(dump), "--no-size-check", code=1
        )
        assert STAYS in complaint.splitlines()[-1]
        assert "Traceback" not in complaint
        weight.unlink()
        assert place.content() == before
        _, said = place.run("import_dump", "--another-site", str(dump))
        assert "Going on" in said
        assert place.query("SELECT count(*) FROM questions_post WHERE post_type = 1") == [(2400,)]


def wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server that restarts")
def test_a_database_that_restarts_stops_it(tmp_path: Path, dump: Path) -> None:
    with postgresql(durable=True) as url:
        place = migrated(url)
        place.run("import_dump", str(small(tmp_path / "small")), "--site-name", "Small")
        before = place.content()
        process = place.start("import_dump", "--another-site", str(dump))
        wait_for_rows(process)
        with psycopg.connect(url) as victim:
            # The server ends every session when it loses one, and recovers from its log.
            os.kill(victim.info.backend_pid, signal.SIGKILL)
            _, complaint = process.communicate(timeout=60)
        assert process.returncode == 1
        assert STAYS in complaint.splitlines()[-1]
        assert "Traceback" not in complaint
        wait_until_it_answers(url)
        assert place.content() == before
        _, said = place.run("import_dump", "--another-site", str(dump))
        assert "Going on" in said


def test_a_database_that_is_away_is_said_in_one_line(tmp_path: Path, dump: Path) -> None:
    with site(tmp_path) as place:
        if place.url.startswith("sqlite"):
            place.environment["DATABASE_URL"] = f"sqlite:///{tmp_path}"
        else:
            place.environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:9/ask"
        _, complaint = place.run("import_dump", "--another-site", str(dump), code=1)
        assert complaint.startswith("CommandError: The import failed (")
        assert complaint.count("\n") == 1
