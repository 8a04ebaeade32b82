"""Faults around real schedulers: nothing doubled, nothing stuck, one clear record."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.cron.runs import is_alive, until
from tests.cron.swarm import Swarm
from tests.sites import site

pytestmark = pytest.mark.django_db(databases="__all__")

SLOW = "#: name=slow\n*/2 * * * * echo $$ >> pids; echo $PPID >> runners; exec sleep 100\n"
SHORT = "#: name=short\n* * * * * echo $CRON_SCHEDULED_FOR >> short\n"


@contextmanager
def swarm(folder: Path, crontab: str, *, patience: float = 2) -> Iterator[Swarm]:
    """Schedulers for which a minute takes a second, stopped at the end."""
    (folder / "crontab").write_text(crontab)
    with site(folder) as place:
        found = Swarm(place, folder, speed=60, patience=patience)
        try:
            yield found
        finally:
            found.stop()
            for line in _lines(folder / "pids"):
                _kill(int(line))


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def _kill(pid: int) -> None:
    if is_alive(pid):
        os.kill(pid, signal.SIGKILL)


def first(path: Path) -> int:
    """The first number that a job wrote down."""
    return int(until(lambda: _lines(path))[0])


def test_a_killed_job_has_failed(tmp_path: Path) -> None:
    with swarm(tmp_path, SLOW) as here:
        os.kill(first(tmp_path / "pids"), signal.SIGKILL)
        assert here.wait_for("slow", "failed")


def test_a_run_whose_runner_was_killed_is_lost_and_its_job_does_not_overlap(
    tmp_path: Path,
) -> None:
    with swarm(tmp_path, SLOW) as here:
        pid = first(tmp_path / "pids")
        os.kill(first(tmp_path / "runners"), signal.SIGKILL)
        assert here.wait_for("slow", "lost")[1] == "its runner was killed"
        # The job lives on without its runner: the next one waits for its end.
        assert is_alive(pid)
        assert here.wait_for("slow", "skipped")
        assert len(_lines(tmp_path / "pids")) == 1
        os.kill(pid, signal.SIGKILL)
        assert here.wait_for("slow", "running")
        assert until(lambda: len(_lines(tmp_path / "pids")) == 2)


def test_a_scheduler_that_was_killed_loses_no_run(tmp_path: Path) -> None:
    crontab = "#: name=job\n* * * * * echo $PPID >> runners; until test -e go; do sleep 0.1; done\n"
    with swarm(tmp_path, crontab) as here:
        runner = first(tmp_path / "runners")
        here.processes[0].kill()
        here.processes[0].wait()
        assert is_alive(runner)
        (tmp_path / "go").touch()
        # Nobody is there to record it, so the runner sees to it.
        assert here.wait_for("job", "succeeded")


def test_a_scheduler_and_a_runner_that_were_killed_leave_a_lost_run(tmp_path: Path) -> None:
    with swarm(tmp_path, SLOW) as here:
        runner, pid = first(tmp_path / "runners"), first(tmp_path / "pids")
        here.processes[0].kill()
        here.processes[0].wait()
        os.kill(runner, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        here.processes[0] = here.start(0)
        assert here.wait_for("slow", "lost")
        assert here.wait_for("slow", "running")


def test_a_scheduler_waits_for_what_runs_and_then_ends_it(tmp_path: Path) -> None:
    crontab = (
        "#: name=quick\n* * * * * echo $$ >> pids; sleep 2; echo $CRON_JOB >> done\n"
        "#: name=stubborn\n* * * * * trap 'echo $CRON_JOB >> done; exit' TERM;"
        " while true; do sleep 0.1; done\n"
    )
    with swarm(tmp_path, crontab, patience=4) as here:
        first(tmp_path / "pids")
        here.stop()
        # Nothing but these two began.
        assert sorted(_lines(tmp_path / "done")) == ["quick", "stubborn"]
        assert [row[0] for row in here.rows("quick")] == ["succeeded"]
        assert [row[0] for row in here.rows("stubborn")] == ["stopped"]
        assert "Ending 1 running jobs" in here.errors()


def test_jobs_that_need_no_database_run_while_it_is_away(tmp_path: Path) -> None:
    crontab = f"{SHORT}#: name=nodb nodb\n* * * * * echo $CRON_SCHEDULED_FOR >> nodb\n"
    with swarm(tmp_path, crontab) as here:
        until(lambda: len(here.rows("nodb")) > 1)
        with database_away(here):
            time.sleep(1)
            count, nodb_count = len(_lines(tmp_path / "short")), len(_lines(tmp_path / "nodb"))
            until(lambda: len(_lines(tmp_path / "nodb")) > nodb_count + 2)
            assert len(_lines(tmp_path / "short")) == count
        moments = _lines(tmp_path / "nodb")
        until(lambda: len(here.rows("nodb")) > len(moments))
        # What is not more than five minutes late is made up.
        until(lambda: len(here.rows("short")) > count + 2)
        until(lambda: here.rows("nodb")[-2][0] == "succeeded")
        here.stop()
        assert Counter(_lines(tmp_path / "nodb")).most_common(1)[0][1] == 1
        assert Counter(_lines(tmp_path / "short")).most_common(1)[0][1] == 1
        assert {row[0] for row in here.rows("nodb")} == {"succeeded"}
        assert len(here.rows("nodb")) == len(_lines(tmp_path / "nodb"))
        assert "The database cannot be reached" in here.errors()
        assert "Traceback" not in here.errors()


@contextmanager
def database_away(here: Swarm) -> Iterator[None]:
    """The database lets nobody in, and has thrown everybody out."""
    if connection.vendor == "sqlite":
        clock = here.place.path.with_name("site-clock.sqlite3")
        # Whoever holds it open would not notice that a file is gone; a damaged one is noticed.
        with sqlite3.connect(clock, isolation_level=None) as held:
            held.execute("PRAGMA journal_mode = WAL")
            held.execute("ALTER TABLE cron_run RENAME TO cron_run_away")
            try:
                yield
            finally:
                held.execute("ALTER TABLE cron_run_away RENAME TO cron_run")
        return
    server, _, name = here.place.url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        admin.execute(gone, [name])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_database_that_hangs_stops_neither_jobs_that_need_none_nor_the_end(
    tmp_path: Path,
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("nothing stands between SQLite and its file that could hang")
    crontab = f"{SHORT}#: name=nodb nodb\n* * * * * echo $CRON_SCHEDULED_FOR >> nodb\n"
    with swarm(tmp_path, crontab) as here:
        until(lambda: len(here.rows("nodb")) > 1)
        with psycopg.connect(here.place.url) as other:
            other.execute("LOCK TABLE cron_run IN ACCESS EXCLUSIVE MODE")
            count = len(_lines(tmp_path / "nodb"))
            until(lambda: len(_lines(tmp_path / "nodb")) > count + 5, seconds=30)
            other.rollback()
            until(lambda: len(here.rows("nodb")) > count + 5)
            other.execute("LOCK TABLE cron_run IN ACCESS EXCLUSIVE MODE")
            here.stop()
        here.store()
        assert Counter(_lines(tmp_path / "nodb")).most_common(1)[0][1] == 1
        states = Counter(row[0] for row in here.rows("nodb"))
        assert states["succeeded"] == len(_lines(tmp_path / "nodb"))
        # What waited for its minute when all was stopped, or found the one before it still there.
        assert set(states) <= {"succeeded", "stopped", "skipped"}
        assert "no answer in 5 s" in here.errors()


def test_a_keeper_that_is_stopped_is_replaced(tmp_path: Path) -> None:
    with swarm(tmp_path, SHORT) as here:
        until(lambda: here.rows("short"))
        keeper = here.processes[0]
        keeper.send_signal(signal.SIGSTOP)
        try:
            here.processes.append(here.start(1))
            # Nobody sets its file's time any more.
            os.utime(tmp_path / "host-0" / "keeper", (0, 0))
            count = len(here.rows("short"))
            until(lambda: len(here.rows("short")) > count + 3)
            until(lambda: "succeeded" in [row[0] for row in here.rows("short")[count:]])
        finally:
            keeper.send_signal(signal.SIGCONT)


def test_an_import_delays_no_claim_and_no_sign_of_life(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no writer that others wait for")
    with swarm(tmp_path, SHORT) as here:
        here.place.run("make_dump", str(tmp_path / "dump"), "--questions", "3000")
        until(lambda: here.rows("short"))
        begun = len(here.rows("short"))
        started = time.monotonic()
        here.place.run("import_dump", str(tmp_path / "dump"), "--site-name", "Sample")
        took = time.monotonic() - started
        here.stop()
        late = here.rows("short", "state, claimed_at")
        assert {row[0] for row in late} == {"succeeded"}
        # A tick a second: none was passed over while the import wrote.
        assert len(late) - begun >= int(took) - 1
        assert "The database cannot be reached" not in here.errors()
