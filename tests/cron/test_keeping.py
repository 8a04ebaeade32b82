"""What stands in slots is brought to the database, whatever happened to whoever wrote it."""

import fcntl
import os
import signal
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import router
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ask.cron import keeping, models, records
from ask.cron.keeping import Keeper
from ask.cron.models import Attempt, Run
from ask.cron.records import SILENT, Claim, beat, claim, mark_lost, skip, store
from ask.cron.spool import Slot
from ask.cron.starting import claimed, slot_for, spawn
from tests.cron.runs import MOMENT, Started, entry, place, until

pytestmark = pytest.mark.django_db(databases="__all__")


def slot(folder: Path, command: str = "true", *, options: str = "", moment: float = MOMENT) -> Slot:
    """A slot that this process holds, and nothing else."""
    found = slot_for(
        entry(command, options=options),
        moment=moment,
        cause=Run.Cause.SCHEDULE,
        place=place(folder),
    )
    assert found
    return found


def begun(folder: Path, command: str = "true", **options: Any) -> Started:
    """A run that was claimed, and begun."""
    found = slot(folder, command, **options)
    assert claimed(found) is Claim.OURS
    path = found.path
    return Started(path, spawn(found))


def nobody(_: Slot) -> None:
    """Starts nothing: nothing may be taken over."""
    pytest.fail("it was taken over")


def spec_of(found: Slot) -> dict[str, Any]:
    return found.journal.events()[0]


# Claims


def test_a_tick_is_claimed_once(tmp_path: Path) -> None:
    first, second = slot(tmp_path / "one"), slot(tmp_path / "two")
    assert claim(spec_of(first)) is Claim.OURS
    assert claim(spec_of(first)) is Claim.OURS
    assert claim(spec_of(second)) is Claim.TAKEN
    assert Run.objects.count() == 1


def test_another_tick_of_a_job_that_runs_is_busy(tmp_path: Path) -> None:
    claim(spec_of(slot(tmp_path)))
    later = spec_of(slot(tmp_path, moment=MOMENT + 60))
    assert claim(later) is Claim.BUSY
    assert "had not ended" in skip(later)
    skipped = Run.objects.get(state=Run.State.SKIPPED)
    assert skipped.ended_at
    assert skipped.lease is None
    assert claim(later) is Claim.TAKEN


def test_a_job_that_may_overlap_is_never_busy(tmp_path: Path) -> None:
    for number in range(3):
        found = slot(tmp_path, options="overlap=allow", moment=MOMENT + 60 * number)
        assert claim(spec_of(found)) is Claim.OURS


def test_a_busy_job_is_looked_at_again_before_it_is_skipped(tmp_path: Path) -> None:
    done = begun(tmp_path).wait()
    assert done.state == "succeeded"
    keeper = Keeper(place(tmp_path))
    # Nobody has recorded the end yet.
    assert claimed(slot(tmp_path, moment=MOMENT + 60), keep=keeper.keep) is Claim.OURS


# What is copied


def test_a_run_that_ended_is_recorded_with_all_it_cost(tmp_path: Path) -> None:
    begun(tmp_path, "echo out; echo '5/5 counting' >&3; exit 4").wait()
    keeper = Keeper(place(tmp_path))
    keeper.keep()
    run = Run.objects.get()
    assert (run.job, run.state, run.lease) == ("job", Run.State.FAILED, None)
    assert run.started_at
    assert run.ended_at
    assert (run.progress_done, run.progress_total, run.progress_phase) == (5, 5, "counting")
    attempt = Attempt.objects.get()
    assert (attempt.exit_status, attempt.signal, attempt.output_head) == (4, None, "out\n")
    assert attempt.output_bytes == 4
    assert attempt.peak_memory > 0
    before = Run.objects.values().get()
    keeper.keep()
    Keeper(place(tmp_path)).keep()
    assert Run.objects.values().get() == before
    assert Attempt.objects.count() == 1


def test_a_run_that_goes_on_is_recorded_as_it_goes(tmp_path: Path) -> None:
    going = begun(tmp_path, "echo '1/9 reading' >&3; sleep 100", options="retries=1 backoff=1h")
    keeper = Keeper(place(tmp_path))
    until(lambda: keeper.keep() and Run.objects.get().progress_done == 1)
    run = Run.objects.get()
    assert (run.state, run.attempt_count, run.progress_phase) == ("running", 1, "reading")
    assert run.peak_memory > 0
    os.kill(going.pid, signal.SIGTERM)
    going.wait()
    keeper.keep()
    assert Run.objects.get().state == Run.State.STOPPED


def test_a_run_that_waits_for_its_next_attempt_says_until_when(tmp_path: Path) -> None:
    going = begun(tmp_path, "exit 1", options="retries=1 backoff=1h")
    going.wait_for("waiting")
    Keeper(place(tmp_path)).keep()
    run = Run.objects.get()
    assert run.next_attempt_at
    assert timedelta(minutes=59) < run.next_attempt_at - timezone.now() < timedelta(minutes=76)
    assert run.attempts.count() == 1
    os.kill(going.pid, signal.SIGTERM)
    going.wait()


def test_who_read_too_early_does_not_bring_a_run_back_to_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = begun(tmp_path, f"until test -e {tmp_path}/go; do sleep 0.02; done")
    going.wait_for("attempt")
    read = records._read

    def slowly(run: Run, events: list[dict[str, Any]]) -> None:
        monkeypatch.setattr(records, "_read", read)
        read(run, events)
        # Before this comes to the database, the run ends, and another keeper records it.
        (tmp_path / "go").touch()
        going.wait()
        Keeper(place(tmp_path)).keep()

    monkeypatch.setattr(records, "_read", slowly)
    keeper = Keeper(place(tmp_path))
    keeper.keep()
    keeper.keep()
    run = Run.objects.get()
    assert (run.state, bool(run.ended_at)) == (Run.State.SUCCEEDED, True)


def test_what_no_database_can_hold_is_recorded_as_well_as_it_can_be(tmp_path: Path) -> None:
    begun(tmp_path, "printf '\\\\0\\\\377\\\\ud800'").wait()
    Keeper(place(tmp_path)).keep()
    assert Attempt.objects.get().output_head.startswith("\N{SYMBOL FOR NULL}")


# What was left


def test_a_run_that_was_claimed_and_never_begun_is_begun(tmp_path: Path) -> None:
    left = slot(tmp_path)
    assert claim(spec_of(left)) is Claim.OURS
    left.release()  # as the end of its holder does
    started: list[dict[str, Any]] = []
    Keeper(place(tmp_path), start=lambda slot: started.append(spec_of(slot))).keep()
    assert [spec["run"] for spec in started] == [str(Run.objects.get().pk)]


def test_a_run_that_cannot_begin_is_not_tried_for_ever(tmp_path: Path) -> None:
    slot(tmp_path, options="late=1h").release()
    started: list[dict[str, Any]] = []
    for _ in range(9):
        Keeper(place(tmp_path), start=lambda slot: started.append(spec_of(slot))).keep()
    assert len(started) == keeping.TAKEN_OVER
    assert Run.objects.get().state == Run.State.LOST


def test_what_another_user_claimed_is_not_begun(tmp_path: Path) -> None:
    left = slot(tmp_path)
    claim(spec_of(left))
    os.chown(left.path, 12345, -1)
    left.release()
    Keeper(place(tmp_path), start=nobody).keep()
    assert Run.objects.get().state == Run.State.LOST


def test_a_slot_that_was_not_claimed_yet_is_claimed_and_begun(tmp_path: Path) -> None:
    slot(tmp_path).release()
    started: list[Slot] = []
    Keeper(place(tmp_path), start=started.append).keep()
    assert len(started) == 1
    assert Run.objects.get().state == Run.State.RUNNING


def test_a_slot_that_is_just_being_made_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def late(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        # Between the making of the file and its lock, somebody looks at all slots.
        spool = place(tmp_path).spool
        (path,) = spool.paths()
        empty = spool.look_at(path)
        assert empty
        assert empty.lock_alone()
        threading.Timer(0.05, empty.remove).start()
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    assert slot(tmp_path).path.exists()


def test_of_a_slot_whose_tick_another_host_has_nothing_is_left(tmp_path: Path) -> None:
    assert claim(spec_of(slot(tmp_path / "other"))) is Claim.OURS
    left = slot(tmp_path)
    left.release()
    Keeper(place(tmp_path), start=nobody).keep()
    assert not left.path.exists()
    assert Run.objects.count() == 1


def test_what_was_claimed_before_the_machine_was_started_again_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = slot(tmp_path)
    claim(spec_of(left))
    left.release()
    monkeypatch.setattr(keeping, "boot", lambda: "another")
    Keeper(place(tmp_path), start=nobody).keep()
    run = Run.objects.get()
    assert (run.state, run.reason, run.lease) == ("lost", "it was claimed, and never begun", None)


def test_a_run_whose_runner_was_killed_is_lost_and_holds_its_lease_while_the_job_lives(
    tmp_path: Path,
) -> None:
    going = begun(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 100")
    pid = int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    os.kill(going.pid, signal.SIGKILL)
    os.waitpid(going.pid, 0)
    keeper = Keeper(place(tmp_path))
    assert keeper.keep()
    run = Run.objects.get()
    assert (run.state, run.reason, run.lease) == ("lost", "its runner was killed", "job")
    keeper.beat()
    assert Run.objects.get().state == "lost"
    os.kill(pid, signal.SIGKILL)
    until(lambda: keeper.keep() and Run.objects.get().lease is None)


def test_who_is_late_with_a_living_run_does_not_bring_it_back(tmp_path: Path) -> None:
    going = begun(tmp_path, "exec sleep 100")
    going.wait_for("attempt")
    seen = tmp_path / "seen.run"
    seen.write_bytes(going.path.read_bytes())
    late = Slot(seen, os.open(seen, os.O_RDONLY))
    os.kill(going.pid, signal.SIGTERM)
    going.wait()
    Keeper(place(tmp_path)).keep()
    store(late, spool=place(tmp_path).spool, is_alive=True)
    assert Run.objects.get().state == Run.State.STOPPED
    late.release()


def test_who_looks_at_a_slot_does_not_seem_to_work_on_it(tmp_path: Path) -> None:
    begun(tmp_path).wait()
    spool = place(tmp_path).spool
    (path,) = spool.paths()
    first, second = spool.look_at(path), spool.look_at(path)
    assert first
    assert second
    assert not first.lock_alone()
    second.release()
    assert first.lock_alone()
    assert spool.look_at(path) is None
    first.release()


def test_a_daemon_that_keeps_the_lock_of_its_job_costs_no_queries(
    tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    done = begun(tmp_path, "setsid sleep 100 >/dev/null 2>&1 & echo $!").wait()
    keeper = Keeper(place(tmp_path))
    keeper.keep()
    assert Run.objects.get().lease == "job"
    with django_assert_num_queries(0, using=router.db_for_write(Run)):
        assert keeper.keep()
    os.kill(int(done.output), signal.SIGKILL)
    until(lambda: keeper.keep() and Run.objects.get().lease is None)


def test_a_slot_that_nobody_can_read_is_put_aside(tmp_path: Path) -> None:
    left = slot(tmp_path)
    left.path.write_bytes(b"no journal\n")
    left.release()
    Keeper(place(tmp_path), start=nobody).keep()
    assert not left.path.exists()
    assert left.path.with_suffix(".unreadable").exists()


def test_a_slot_that_cannot_be_used_keeps_no_other_from_being_recorded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Such as one that root made in the spool of somebody else; root itself may open any file.
    at = place(tmp_path)
    at.spool.slot_path(job="a", scheduled_for=datetime(2027, 1, 1, tzinfo=UTC)).mkdir()
    begun(tmp_path).wait()
    keeper = Keeper(at)
    assert keeper.keep()
    keeper.keep()
    assert Run.objects.get().state == Run.State.SUCCEEDED
    assert len([record for record in caplog.records if "Is a directory" in record.message]) == 1


def test_what_cannot_be_started_now_is_started_later(tmp_path: Path) -> None:
    slot(tmp_path).release()
    theirs: list[int] = []

    def fail(found: Slot) -> None:
        found.release()
        theirs.append(os.open(os.devnull, os.O_RDONLY))  # which gets the number that is free now
        raise BlockingIOError

    Keeper(place(tmp_path), start=fail).keep()
    os.close(theirs[0])  # nobody else did
    started: list[Slot] = []
    Keeper(place(tmp_path), start=started.append).keep()
    assert len(started) == 1


def test_slots_of_recorded_runs_go_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = begun(tmp_path).wait()
    keeper = Keeper(place(tmp_path))
    keeper.keep()
    keeper.keep()
    assert done.path.exists()
    monkeypatch.setattr(keeping, "KEPT", -1)
    keeper.keep()
    assert not done.path.exists()
    # A late comer finds no slot, and asks the database.
    assert claimed(slot(tmp_path)) is Claim.TAKEN


def test_slots_of_recorded_runs_go_where_keepers_look_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Under the system's cron there is no scheduler: each tick and each companion looks once.
    done = begun(tmp_path).wait()
    Keeper(place(tmp_path)).keep()
    Keeper(place(tmp_path)).keep()
    assert done.path.exists()
    monkeypatch.setattr(keeping, "KEPT", -1)
    Keeper(place(tmp_path)).keep()
    assert not done.path.exists()


# Signs of life


def silent_run(*, state: str = Run.State.RUNNING, minutes: int, reason: str = "") -> Run:
    run = Run.objects.create(
        id=uuid.uuid4(),
        job="far",
        scheduled_for=timezone.now(),
        claimed_at=timezone.now(),
        state=state,
        reason=reason,
        lease="far",
        host="elsewhere",
    )
    Run.objects.filter(pk=run.pk).update(beat_at=Now() - timedelta(minutes=minutes))
    return run


def test_a_run_without_a_sign_of_life_is_lost(tmp_path: Path) -> None:
    silent_run(minutes=4)
    assert mark_lost() == 1
    run = Run.objects.get()
    assert (run.state, run.lease) == ("lost", None)
    assert run.reason == "no sign of life for 3 minutes"
    assert mark_lost() == 0


def test_a_run_that_gave_one_lately_is_not_lost() -> None:
    silent_run(minutes=2)
    assert mark_lost() == 0


def test_a_lease_of_a_host_that_is_gone_is_free_again() -> None:
    silent_run(state=Run.State.LOST, minutes=4)
    mark_lost()
    assert Run.objects.get().lease is None


def test_a_run_that_was_thought_lost_lives_again() -> None:
    run = silent_run(state=Run.State.LOST, minutes=1, reason=SILENT)
    beat(alive={run.pk: "far"}, leased=[])
    assert Run.objects.get().state == Run.State.RUNNING
    beat(alive={}, leased=[run.pk])
    assert mark_lost() == 0


def test_a_run_that_lives_again_has_its_lease_again_if_it_is_free() -> None:
    run = silent_run(minutes=4)
    mark_lost()
    beat(alive={run.pk: "far"}, leased=[])
    assert (Run.objects.get().state, Run.objects.get().lease) == ("running", "far")
    Run.objects.update(beat_at=Now() - timedelta(minutes=4))
    mark_lost()
    other = silent_run(minutes=0)
    beat(alive={run.pk: "far"}, leased=[])
    assert Run.objects.get(pk=run.pk).lease is None
    assert Run.objects.get(pk=other.pk).lease == "far"


def test_nobody_is_thought_lost_right_after_the_database_was_away(tmp_path: Path) -> None:
    silent_run(minutes=10)
    keeper = Keeper(place(tmp_path))
    keeper.beat()
    assert Run.objects.get().state == Run.State.RUNNING
    assert timedelta(seconds=3 * keeping.BEAT_EVERY) < models.LOST_AFTER
    keeper.look_now()
    assert Run.objects.get().state == Run.State.LOST


def test_the_end_of_what_a_run_prints_is_seen_while_it_runs(tmp_path: Path) -> None:
    lines = "for i in $(seq 2000); do echo line $i; done; printf 'a nul \\000.'"
    job = begun(tmp_path, f"{lines}; sleep 60")
    keeper = Keeper(place(tmp_path))

    def output() -> str:
        keeper.keep()
        return Run.objects.get().output

    until(lambda: output().endswith("a nul ␀."))
    assert len(output()) <= records.LIVE_TAIL
    assert output().startswith("line ")
    os.kill(job.pid, signal.SIGTERM)
    job.wait()
    keeper.keep()
    run = Run.objects.get()
    assert (run.state, run.output) == ("stopped", "")
    assert run.attempts.get().output_tail.endswith("a nul ␀.")
