"""What every job has: a progress that the runner hears, and connections that stay alive."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ask.jobs.job import Job, seconds_since_due
from ask.questions.models import Question
from tests import cast
from tests.sites import Site, site

on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has no server that ends a connection"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("job")) as made:
        yield made


@contextmanager
def started(place: Site, *command: str) -> Iterator[tuple[subprocess.Popen[str], TextIO]]:
    """A command as the runner starts it, with a pipe as descriptor 3; and what it reports."""
    reader, writer = os.pipe()
    with (
        os.fdopen(reader) as reports,
        subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3>&{writer}', "bash", sys.executable, "manage.py", *command],
            env={**place.environment, "CRON_PROGRESS_FD": "3"},
            pass_fds=[writer],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        os.close(writer)
        yield process, reports


def run_for_a_runner(place: Site, *command: str) -> tuple[list[str], str, str]:
    """Run a command to its end: what it reported, printed and complained of."""
    with started(place, *command) as (process, reports):
        out, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint
        return reports.read().splitlines(), out, complaint


def test_the_runner_hears_the_steps_and_nothing_else_is_said_of_them(place: Site) -> None:
    reports, out, complaint = run_for_a_runner(place, "calc_best")
    assert reports == [
        *("- Hotness", "1/1 Hotness"),
        *("- Standings", "1/1 Standings"),
        *("- Lists", "1/1 Lists"),
    ]
    assert out == "Refreshed the hotness of 0 questions, 0 standings and the best lists.\n"
    assert complaint == ""


def test_who_looks_on_reads_lines(place: Site) -> None:
    _, complaint = place.run("render_posts")
    assert complaint.startswith("Posts: ")


def test_a_tool_that_the_runner_starts_is_heard_too(tmp_path: Path) -> None:
    dump = str(tmp_path / "dump")
    with site(tmp_path) as place:
        reports, _, complaint = run_for_a_runner(place, "make_dump", dump, "--questions", "50")
        assert (reports[0], reports[-1]) == ("0/50 Questions", "50/50 Questions")
        assert complaint == ""
        reports, out, complaint = run_for_a_runner(place, "import_dump", dump)
    phases = [report.partition(" ")[2] for report in reports]
    assert {"Posts", "Votes", "Statistics and counters", "Swap"} <= set(phases)
    assert reports[-1] == "1/1 Caches"
    assert "The site is now" in out
    assert complaint == ""


def test_a_job_that_is_asked_to_end_does_the_rest_another_time(tmp_path: Path) -> None:
    with site(tmp_path) as place:
        place.run("make_dump", str(tmp_path / "dump"), "--questions", "500")
        place.run("import_dump", str(tmp_path / "dump"))
        with started(place, "render_posts") as (process, reports):
            assert reports.readline().startswith("0/")
            process.terminate()
            assert process.wait(60) == -signal.SIGTERM
        out, _ = place.run("render_posts")
    assert out.endswith("; 0 wait.\n")
    assert "Rendered 0 posts" not in out


def run(job: Job) -> None:
    call_command(job, stdout=StringIO(), stderr=StringIO())


def end_connection() -> None:
    """What a restart of the server, or a proxy that has lost patience, does."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(_address(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


def _address() -> str:
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_between_two_steps_is_opened_again() -> None:
    class Long(Job):
        def handle(self, *_: Any, **__: Any) -> None:
            with self.progress() as progress:
                with progress.step("First"):
                    cast.ask()
                end_connection()
                with progress.step("Second"):
                    cast.ask("And why?")

    run(Long())
    assert Question.objects.count() == 2


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_lost_its_connection_fails() -> None:
    class Torn(Job):
        def handle(self, *_: Any, **__: Any) -> None:
            with self.progress() as progress, transaction.atomic():
                cast.ask()
                end_connection()
                with progress.step("Second"):
                    cast.ask("And why?")

    with pytest.raises(DatabaseError):
        run(Torn())
    connection.close()
    assert Question.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("age", [0, None])
def test_a_loop_over_rows_goes_on_while_steps_advance_and_begin(
    age: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", age)
    connection.close()
    for number in range(5):
        cast.ask(f"Question {number}?")
    read = []

    class Reading(Job):
        def handle(self, *_: Any, **__: Any) -> None:
            with self.progress() as progress, progress.step("Rows", total=5) as step:
                for question in Question.objects.order_by("id").iterator(chunk_size=1):
                    read.append(question.title)
                    step.advance(1)
                    with progress.step("Inner"):
                        pass

    run(Reading())
    assert read == [f"Question {number}?" for number in range(5)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_process_that_a_job_forks_does_not_speak_on_its_connection() -> None:
    class Forking(Job):
        def handle(self, *_: Any, **__: Any) -> None:
            with self.progress() as progress, progress.step("Rows"):
                cast.ask()
                pid = os.fork()
                if not pid:
                    try:
                        with progress.step("Child"):
                            os._exit(0)
                    finally:
                        os._exit(1)
                assert os.waitpid(pid, 0)[1] == 0

    run(Forking())
    with psycopg.connect(_address()) as other:
        said = other.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s",
            [connection.connection.info.backend_pid],
        ).fetchone()
    assert said
    assert said[0].startswith("INSERT INTO")


def test_a_run_knows_how_long_ago_it_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 1, 2, 3, 4, 7, tzinfo=UTC)
    monkeypatch.delenv("CRON_SCHEDULED_FOR", raising=False)
    assert seconds_since_due(now) == 0
    monkeypatch.setenv("CRON_SCHEDULED_FOR", "2026-01-02T03:04:00+00:00")
    assert seconds_since_due(now) == 7
    # The clock of the host was set back.
    assert seconds_since_due(now - timedelta(minutes=1)) == 0
