"""What people do to the clock by hand: asked for, recorded, and carried out once."""

import errno
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import Settings

from ask.cron import interventions
from ask.cron.bell import Bell, ring
from ask.cron.carrying_out import Hands, runner_of
from ask.cron.crontab import Crontab
from ask.cron.interventions import Person, ask_to_cancel, ask_to_retry, ask_to_start, pause, resume
from ask.cron.keeping import Keeper
from ask.cron.models import Intervention, Pause, Run
from ask.cron.records import Claim, claim, present, show_presence
from ask.cron.starting import Place, claimed, slot_for
from tests.cron.runs import entry, place, until

pytestmark = pytest.mark.django_db(databases="__all__")

NOW = datetime(2027, 1, 15, 12, 0, 0, 123_456, tzinfo=UTC)
CAROL = Person(name="Carol", id=3)
ALICE = Person(name="Alice", id=1)


class Host:
    """A host that carries out what waits, with real runners."""

    def __init__(self, folder: Path, crontab: str) -> None:
        self.place: Place = place(folder)
        self.entries = Crontab.read(crontab).entries
        self.keeper = Keeper(self.place)
        self.hands = Hands(self.place, entries=lambda: self.entries, keep=self.keeper.keep)

    def carry_out(self, *, seconds: float = 1) -> None:
        self.hands.carry_out(now=NOW.timestamp() + seconds)

    def until_ended(self, run: Run) -> Run:
        def is_over() -> bool:
            self.keeper.keep()
            run.refresh_from_db()
            return run.state != Run.State.RUNNING

        until(is_over)
        return run

    def until_begun(self, run: Run) -> None:
        until(lambda: runner_of(run, spool=self.place.spool))


Make = Callable[[str], Host]


@pytest.fixture
def host(tmp_path: Path) -> Make:
    return lambda crontab: Host(tmp_path, crontab)


def run_of(asked: Intervention) -> Run:
    asked.refresh_from_db()
    assert asked.begun
    return Run.objects.get(pk=asked.begun)


# Starting


def test_what_is_asked_for_begins_once(host: Make) -> None:
    at = host("#: name=job\n0 0 1 1 * echo well\n")
    asked = ask_to_start("job", by=CAROL, now=NOW)
    assert asked.state == "asked"
    at.carry_out()
    at.carry_out()
    run = at.until_ended(run_of(asked))
    assert (run.state, run.cause, run.scheduled_for) == ("succeeded", "person", asked.at)
    assert (asked.state, asked.refusal, asked.by, asked.by_id) == ("done", "", "Carol", 3)
    assert Run.objects.count() == 1


def test_who_clicks_twice_asks_once(host: Make) -> None:
    first = ask_to_start("job", by=CAROL, now=NOW)
    again = ask_to_start("job", by=CAROL, now=NOW + timedelta(milliseconds=200))
    assert again == first
    assert ask_to_start("other", by=CAROL, now=NOW) != first


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_many_who_ask_at_once_all_get_the_same() -> None:
    def asks(_: int) -> Intervention:
        try:
            return ask_to_start("job", by=CAROL, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert len({asked.pk for asked in pool.map(asks, range(8))}) == 1


def test_several_hosts_begin_it_once(tmp_path: Path) -> None:
    crontab = "#: name=job\n0 0 1 1 * true\n"
    hosts = [Host(tmp_path / name, crontab) for name in ("a", "b", "c")]
    asked = ask_to_start("job", by=CAROL, now=NOW)
    for each in hosts:
        # As if all had read it before anybody answered.
        Intervention.objects.update(state="asked", begun=None)
        each.carry_out()
    run = run_of(asked)
    assert hosts[0].until_ended(run).state == "succeeded"
    assert Run.objects.count() == 1


def test_whoever_is_killed_after_the_claim_loses_nothing(
    host: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = host("#: name=job\n0 0 1 1 * true\n")
    asked = ask_to_start("job", by=CAROL, now=datetime.now(UTC))

    def dies(slot: object) -> None:
        slot.release()  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(at.hands, "start", dies)
    with pytest.raises(KeyboardInterrupt):
        at.hands.carry_out(now=asked.at.timestamp())
    asked.refresh_from_db()
    assert asked.state == "asked"
    at.keeper.keep()  # takes the slot over
    monkeypatch.undo()
    at.hands.carry_out(now=asked.at.timestamp())
    assert at.until_ended(run_of(asked)).state == "succeeded"
    assert Run.objects.count() == 1


def test_what_runs_already_is_not_started_again(host: Make) -> None:
    at = host("#: name=job\n0 0 1 1 * sleep 60\n")
    first = ask_to_start("job", by=CAROL, now=NOW)
    at.carry_out()
    second = ask_to_start("job", by=ALICE, now=NOW + timedelta(seconds=1))
    at.carry_out(seconds=2)
    skipped = run_of(second)
    assert (skipped.state, second.state, second.refusal) == ("skipped", "refused", "busy")
    os.kill(until(lambda: runner_of(run_of(first), spool=at.place.spool)), signal.SIGTERM)
    at.until_ended(run_of(first))


def test_what_the_crontab_has_not_is_refused(host: Make) -> None:
    asked = ask_to_start("gone", by=CAROL, now=NOW)
    host("#: name=job\n0 0 1 1 * true\n").carry_out()
    asked.refresh_from_db()
    assert (asked.state, asked.refusal, asked.begun) == ("refused", "unknown", None)


def test_what_nobody_could_start_in_time_is_not_started_hours_later(host: Make) -> None:
    asked = ask_to_start("job", by=CAROL, now=NOW)
    host("#: name=job late=5m\n0 0 1 1 * true\n").carry_out(seconds=301)
    asked.refresh_from_db()
    assert (asked.state, asked.refusal) == ("refused", "late")
    assert not Run.objects.exists()


def test_a_retry_remembers_what_it_repeats(host: Make) -> None:
    at = host("#: name=job\n0 0 1 1 * false\n")
    failed = at_end(at, ask_to_start("job", by=CAROL, now=NOW))
    assert failed.state == "failed"
    asked = ask_to_retry(failed, by=ALICE, now=NOW + timedelta(seconds=1))
    again = at_end(at, asked)
    assert (asked.kind, asked.run) == ("retry", failed.pk)
    assert again.pk != failed.pk


def at_end(at: Host, asked: Intervention) -> Run:
    at.carry_out(seconds=2)
    return at.until_ended(run_of(asked))


# Cancelling


def test_what_is_cancelled_stops(host: Make) -> None:
    at = host("#: name=job\n0 0 1 1 * echo begun; sleep 60\n")
    started = ask_to_start("job", by=CAROL, now=NOW)
    at.carry_out()
    run = run_of(started)
    at.until_begun(run)
    asked = ask_to_cancel(run, by=ALICE, now=NOW)
    assert ask_to_cancel(run, by=ALICE, now=NOW) == asked
    at.carry_out()
    assert at.until_ended(run).state == "stopped"
    asked.refresh_from_db()
    assert (asked.state, asked.by, asked.run) == ("done", "Alice", run.pk)


def test_what_has_ended_cannot_be_cancelled(host: Make) -> None:
    at = host("#: name=job\n0 0 1 1 * true\n")
    run = at_end(at, ask_to_start("job", by=CAROL, now=NOW))
    asked = ask_to_cancel(run, by=CAROL, now=NOW)
    at.carry_out()
    asked.refresh_from_db()
    assert (asked.state, asked.refusal) == ("refused", "ended")


def test_a_run_of_another_host_is_left_to_that(host: Make) -> None:
    at = host("#: name=job\n0 0 1 1 * sleep 60\n")
    started = ask_to_start("job", by=CAROL, now=NOW)
    at.carry_out()
    run = run_of(started)
    at.until_begun(run)
    Run.objects.update(host="elsewhere")
    asked = ask_to_cancel(run, by=CAROL, now=NOW)
    at.carry_out()
    asked.refresh_from_db()
    assert asked.state == "asked"
    Run.objects.update(host=socket.gethostname())
    at.carry_out()
    assert at.until_ended(run).state == "stopped"


def test_no_stranger_is_killed_that_has_the_number_of_a_runner(host: Make, tmp_path: Path) -> None:
    at = host("#: name=job\n0 0 1 1 * true\n")
    slot = slot_for(entry("true"), moment=NOW.timestamp(), cause="person", place=at.place)
    assert slot
    assert claimed(slot) is Claim.OURS
    with subprocess.Popen(["sleep", "60"]) as stranger:
        slot.journal.append("started", pid=stranger.pid)
        run = Run.objects.get()
        assert runner_of(run, spool=at.place.spool) is None
        ask_to_cancel(run, by=CAROL, now=NOW)
        at.carry_out()
        assert stranger.poll() is None
        stranger.kill()
    slot.release()


@pytest.mark.parametrize("action", ["store", "obey"])
def test_without_a_scheduler_a_cancellation_is_carried_out_by_whoever_comes_by(
    tmp_path: Path, settings: Settings, host: Make, action: str
) -> None:
    settings.CRONTAB = tmp_path / "crontab"
    settings.CRONTAB.write_text("61 * * * * broken\n")  # which no cancellation needs
    at = host("#: name=job\n0 0 1 1 * sleep 60\n")
    started = ask_to_start("job", by=CAROL, now=NOW)
    at.carry_out()
    run = run_of(started)
    at.until_begun(run)
    ask_to_start("other", by=CAROL, now=NOW - timedelta(minutes=1))
    asked = ask_to_cancel(run, by=ALICE, now=NOW)
    if action == "store":
        call_command("crontab", "store")
    else:
        with pytest.raises(CommandError, match="the minute goes from 0 to 59"):  # of the start
            call_command("crontab", "obey")
    assert at.until_ended(run).state == "stopped"
    asked.refresh_from_db()
    assert asked.state == "done"


# Pausing


def spec(cause: str = "schedule", *, moment: float = 1_800_000_000, folder: Path) -> dict[str, str]:
    slot = slot_for(entry("true"), moment=moment, cause=cause, place=place(folder))
    assert slot
    found: dict[str, str] = slot.journal.events()[0]
    slot.release()
    return found


def test_a_paused_job_is_skipped_and_says_why(host: Make) -> None:
    at = host("")
    assert pause("job", by=CAROL, reason="the disk is full", now=NOW)
    slot = slot_for(entry("true"), moment=NOW.timestamp(), cause="schedule", place=at.place)
    assert slot
    assert claimed(slot) is Claim.PAUSED
    run = Run.objects.get()
    assert (run.state, run.lease) == ("skipped", None)
    assert run.reason == "paused by Carol: the disk is full"
    assert not at.place.spool.paths()


def test_a_person_may_start_what_is_paused(tmp_path: Path) -> None:
    pause("job", by=CAROL, reason="", now=NOW)
    assert claim(spec("person", folder=tmp_path)) is Claim.OURS


def test_what_was_claimed_before_a_pause_is_ours_still(tmp_path: Path) -> None:
    wanted = spec(folder=tmp_path)
    assert claim(wanted) is Claim.OURS
    pause("job", by=CAROL, reason="", now=NOW)
    assert claim(wanted) is Claim.OURS


def test_a_pause_is_said_once_and_ends_once() -> None:
    assert pause("job", by=CAROL, reason="first", now=NOW)
    assert not pause("job", by=ALICE, reason="second", now=NOW)
    assert Pause.objects.get().reason == "first"
    assert resume("job", by=ALICE, now=NOW)
    assert not resume("job", by=CAROL, now=NOW)
    kinds = list(Intervention.objects.order_by("pk").values_list("kind", "by", "text", "state"))
    assert sorted(kinds) == [("pause", "Carol", "first", "done"), ("resume", "Alice", "", "done")]


def test_a_resumed_job_runs_again(tmp_path: Path) -> None:
    pause("job", by=CAROL, reason="", now=NOW)
    resume("job", by=CAROL, now=NOW)
    assert claim(spec(folder=tmp_path)) is Claim.OURS


def test_the_terminal_pauses_and_resumes(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.CRONTAB = tmp_path / "crontab"
    settings.CRONTAB.write_text("#: name=job\n* * * * * true\n")
    call_command("crontab", "pause", "job", reason="later")
    assert Pause.objects.get().reason == "later"
    call_command("crontab", "pause", "job")
    call_command("crontab", "resume", "job")
    said = capsys.readouterr().out.splitlines()
    assert said == ["job is paused.", "job was paused already.", "job is resumed."]
    with pytest.raises(CommandError, match="not paused"):
        call_command("crontab", "resume", "job")
    with pytest.raises(CommandError, match="Did you mean job"):
        call_command("crontab", "pause", "jobs")


def test_the_terminal_pauses_what_ran_though_nobody_can_read_the_crontab(
    tmp_path: Path, settings: Settings
) -> None:
    settings.CRONTAB = tmp_path / "crontab"
    settings.CRONTAB.write_text("61 * * * * broken\n")
    Run.objects.create(job="job", scheduled_for=NOW, claimed_at=NOW, state="succeeded")
    call_command("crontab", "pause", "job")
    assert Pause.objects.get().job == "job"
    with pytest.raises(CommandError, match="the minute goes from 0 to 59"):
        call_command("crontab", "pause", "jobs")


# Who is told


def test_a_bell_wakes_who_listens(tmp_path: Path) -> None:
    path = tmp_path / "bell"
    assert not ring(path)
    bell = Bell(path)
    bell.listen()
    assert not bell.has_rung()
    assert ring(path)
    assert bell.has_rung()
    assert not bell.has_rung()
    path.unlink()
    bell.listen()
    assert ring(path)
    assert bell.has_rung()
    bell.close()
    assert not ring(path)


def test_a_bell_that_nobody_reads_hinders_nobody(tmp_path: Path) -> None:
    bell = Bell(tmp_path / "bell")
    bell.listen()
    assert all(ring(tmp_path / "bell") for _ in range(70_000))
    bell.close()


def test_what_stands_in_the_place_of_a_bell_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bell"
    path.write_text("no bell")
    assert not ring(path)
    assert path.read_text() == "no bell"


def refuse(*_: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_bell_that_cannot_be_hung_up_is_complained_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "mkfifo", refuse)
    bell = Bell(tmp_path / "bell")
    for _ in range(3):
        bell.listen()
        assert not bell.has_rung()
    assert [record.message for record in caplog.records] == [
        f"{tmp_path / 'bell'}: Operation not permitted; what people ask for begins a few seconds"
        " later."
    ]
    monkeypatch.undo()
    bell.listen()
    assert ring(tmp_path / "bell")
    assert bell.has_rung()
    bell.close()


def test_a_bell_rings_again_once_its_place_is_free(tmp_path: Path) -> None:
    path = tmp_path / "bell"
    bell = Bell(path)
    bell.listen()
    path.unlink()
    path.mkdir()
    bell.listen()
    assert bell.descriptor is None
    path.rmdir()
    bell.listen()
    assert ring(path)
    assert bell.has_rung()
    bell.close()


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would be started."""
    found: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: found.append(command))
    return found


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> None:
    settings.CRON_FOLDER = tmp_path / "spool"


def test_without_a_scheduler_a_process_of_its_own_sees_to_it(called: list[list[str]]) -> None:
    interventions.see_to(ask_to_start("job", by=CAROL, now=NOW))
    assert [command[-2:] for command in called] == [["crontab", "obey"]]


def test_a_scheduler_of_this_host_is_woken(tmp_path: Path, called: list[list[str]]) -> None:
    (tmp_path / "spool").mkdir()
    bell = Bell(tmp_path / "spool" / "bell")
    bell.listen()
    interventions.see_to(ask_to_start("job", by=CAROL, now=NOW))
    assert bell.has_rung()
    assert not called
    bell.close()


def test_a_scheduler_of_another_host_is_waited_for(called: list[list[str]]) -> None:
    show_presence("elsewhere")
    show_presence("elsewhere")
    assert present() == ["elsewhere"]
    interventions.see_to(ask_to_start("job", by=CAROL, now=NOW))
    assert not called


def test_who_was_seen_a_minute_ago_is_not_there() -> None:
    show_presence("elsewhere")
    with connections[Run.objects.db].cursor() as cursor:
        cursor.execute(
            "UPDATE cron_watch SET seen_at = %s", [datetime.now(UTC) - timedelta(minutes=1)]
        )
    assert present() == []
