"""A streak of failures is told of once, and its end once, by the database or without it."""

import json
import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import Process
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.models.functions import Now
from django.utils import timezone

from ask.cron import keeping
from ask.cron.keeping import Keeper
from ask.cron.models import Run, Streak
from ask.cron.records import mark_lost
from ask.cron.starting import Place, slot_for
from ask.cron.streaks import current, judge
from tests.cron.runs import MOMENT, Started, entry, place, start, until

pytestmark = pytest.mark.django_db(databases="__all__")

TO = "MAILTO=ops@example.org,root"


def begin(
    folder: Path, command: str = "exit 3", *, minute: int = 0, before: str = TO, options: str = ""
) -> Started:
    found = entry(command, options=options, before=before)
    return start(found, at=place(folder), moment=MOMENT + 60 * minute)


def keep(folder: Path) -> None:
    Keeper(place(folder)).keep()


def mails(folder: Path) -> list[dict[str, Any]]:
    """What waits in the outbox, in the order in which it came."""
    paths = (place(folder).spool.mail).glob("*.mail")
    return sorted((json.loads(path.read_text()) for path in paths), key=lambda mail: mail["at"])


def subjects(folder: Path) -> list[str]:
    return [mail["subject"].rpartition(" on ")[0] or mail["subject"] for mail in mails(folder)]


FAILED, TIMED_OUT, LOST = "[Ask] job failed", "[Ask] job timed out", "[Ask] job was lost"
WORKS = "[Ask] job works again"


def test_the_first_failure_is_mailed_and_the_next_are_not(tmp_path: Path) -> None:
    for minute in range(3):
        begin(tmp_path, minute=minute).wait()
        keep(tmp_path)
        keep(tmp_path)
    (mail,) = mails(tmp_path)
    assert mail["to"] == ["ops@example.org", "root"]
    assert subjects(tmp_path) == [FAILED]
    assert Streak.objects.get().count == 3


def test_that_it_works_again_is_mailed_once(tmp_path: Path) -> None:
    for minute, command in enumerate(("exit 3", "exit 3", "true", "true")):
        begin(tmp_path, command, minute=minute).wait()
        keep(tmp_path)
    assert subjects(tmp_path) == [FAILED, WORKS]
    assert "2 minutes" in mails(tmp_path)[1]["body"]
    assert not Streak.objects.exists()


def test_a_new_streak_is_mailed_again(tmp_path: Path) -> None:
    for minute, command in enumerate(("exit 3", "true", "exit 3")):
        begin(tmp_path, command, minute=minute).wait()
    keep(tmp_path)
    assert sorted(subjects(tmp_path)) == [FAILED, FAILED, WORKS]


def test_a_retry_that_succeeds_is_no_failure(tmp_path: Path) -> None:
    command = "test $CRON_ATTEMPT = 2"
    begin(tmp_path, command, options="retries=1 backoff=1s").wait()
    keep(tmp_path)
    assert subjects(tmp_path) == []


def test_what_was_stopped_neither_begins_nor_ends_a_streak(tmp_path: Path) -> None:
    begin(tmp_path).wait()
    going = begin(tmp_path, "sleep 100", minute=1)
    going.wait_for("attempt")
    os.kill(going.pid, signal.SIGTERM)
    going.wait()
    keep(tmp_path)
    assert Run.objects.filter(state=Run.State.STOPPED).exists()
    assert subjects(tmp_path) == [FAILED]
    assert Streak.objects.get().count == 1


def test_what_was_lost_or_took_too_long_is_mailed(tmp_path: Path) -> None:
    begin(tmp_path / "a", "sleep 100", options="timeout=1s grace=1s").wait()
    keep(tmp_path / "a")
    assert subjects(tmp_path / "a") == [TIMED_OUT]
    Streak.objects.all().delete()
    written = tmp_path / "pid"
    lost = begin(tmp_path / "b", f"echo $$ > {written}; exec sleep 100", minute=1)
    job = int(until(lambda: written.exists() and written.read_text()))
    os.kill(lost.pid, signal.SIGKILL)
    lost.wait()
    # Told of at once, and not when what is left of it has ended.
    keep(tmp_path / "b")
    os.kill(job, signal.SIGKILL)
    assert subjects(tmp_path / "b") == [LOST]


@pytest.mark.parametrize("before", ["", 'MAILTO=""'])
def test_without_an_address_nothing_is_mailed(tmp_path: Path, before: str) -> None:
    begin(tmp_path, before=before).wait()
    keep(tmp_path)
    assert subjects(tmp_path) == []
    assert Streak.objects.exists()


def test_a_failure_that_is_recorded_late_is_over(tmp_path: Path) -> None:
    begin(tmp_path / "one").wait()
    begin(tmp_path / "two", "true", minute=1).wait()
    keep(tmp_path / "two")
    keep(tmp_path / "one")
    assert subjects(tmp_path / "one") == []


def test_a_streak_is_that_of_all_hosts(tmp_path: Path) -> None:
    for minute, (host, command) in enumerate((("a", "exit 3"), ("b", "exit 3"), ("b", "true"))):
        begin(tmp_path / host, command, minute=minute).wait()
        keep(tmp_path / host)
    assert subjects(tmp_path / "a") == [FAILED]
    assert subjects(tmp_path / "b") == [WORKS]


def test_a_keeper_that_was_killed_before_its_end_tells_after_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path).wait()
    for name in ("judge", "_log"):
        with monkeypatch.context() as patch:
            patch.setattr(keeping, name, killed)
            with pytest.raises(KeyboardInterrupt):
                keep(tmp_path)
    begin(tmp_path, "true", minute=1).wait()
    keep(tmp_path)
    assert subjects(tmp_path) == [FAILED, WORKS]


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def silent(*, mail_to: str) -> None:
    run = Run.objects.create(
        id=uuid.uuid4(),
        job="job",
        scheduled_for=timezone.now(),
        claimed_at=timezone.now(),
        mail_to=mail_to,
        lease="job",
        host="elsewhere",
    )
    Run.objects.filter(pk=run.pk).update(beat_at=Now() - timedelta(minutes=4))


def test_what_is_lost_on_a_silent_host_is_mailed_by_one_that_noticed(tmp_path: Path) -> None:
    silent(mail_to="ops@example.org")
    one, two = Keeper(place(tmp_path / "a")), Keeper(place(tmp_path / "b"))
    one.look_now()
    two.look_now()
    (mail,) = mails(tmp_path / "a")
    assert mail["to"] == ["ops@example.org"]
    assert mail["subject"] == "[Ask] job was lost on elsewhere"
    assert "no sign of life" in mail["body"]
    assert mails(tmp_path / "b") == []


def test_who_cannot_tell_does_not_mark_as_lost() -> None:
    silent(mail_to="ops@example.org")

    def tell(_: Run) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        mark_lost(tell=tell)
    assert Run.objects.get().state == Run.State.RUNNING


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_of_hosts_that_fail_at_once_one_tells() -> None:
    told: list[Run] = []
    gate = threading.Barrier(4)

    def end(minute: int) -> None:
        gate.wait()
        moment = timezone.now() + timedelta(minutes=minute)
        run = Run(id=uuid.uuid4(), job="job", scheduled_for=moment, state=Run.State.FAILED)
        judge(run, tell=lambda run, _: told.append(run))
        connections.close_all()

    threads = [threading.Thread(target=end, args=(minute,)) for minute in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert Streak.objects.get().run == told[0].pk


# While the database is away


@contextmanager
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        for name in ("store", "judge", "current", "beat", "mark_lost"):
            patch.setattr(keeping, name, fail)
        yield


def test_without_the_database_a_host_tells_alone_and_not_again_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with away(monkeypatch):
        for minute, command in enumerate(("exit 3", "exit 3", "true")):
            begin(tmp_path, command, minute=minute).wait()
            Keeper(place(tmp_path)).tell()
            Keeper(place(tmp_path)).tell()
        assert subjects(tmp_path) == [FAILED, WORKS]
    keep(tmp_path)
    assert subjects(tmp_path) == [FAILED, WORKS]
    assert [run.state for run in Run.objects.order_by("scheduled_for")] == [
        "failed",
        "failed",
        "succeeded",
    ]
    assert not Streak.objects.exists()


def test_without_the_database_a_host_goes_on_with_what_it_knew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path / "other").wait()
    keep(tmp_path / "other")
    keeper = Keeper(place(tmp_path))
    keeper.beat()
    with away(monkeypatch):
        begin(tmp_path, minute=1).wait()
        keeper.tell()
        begin(tmp_path, "true", minute=2).wait()
        keeper.tell()
    assert subjects(tmp_path) == [WORKS]
    # That host knows better now.
    assert current()
    keep(tmp_path)
    assert subjects(tmp_path) == [WORKS]
    assert not current()


def test_what_it_knew_is_forgotten_once_the_database_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: Place = place(tmp_path)
    begin(tmp_path).wait()
    keep(tmp_path)
    Keeper(here).beat()
    begin(tmp_path / "other", "true", minute=1).wait()
    keep(tmp_path / "other")
    Keeper(here).beat()
    with away(monkeypatch):
        begin(tmp_path, minute=2).wait()
        Keeper(here).tell()
    assert subjects(tmp_path) == [FAILED, FAILED]


def test_what_runs_or_never_began_is_not_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = begin(tmp_path, "sleep 100")
    going.wait_for("attempt")
    slot = slot_for(
        entry("true", before=TO),
        moment=MOMENT + 60,
        cause=Run.Cause.SCHEDULE,
        place=place(tmp_path),
    )
    assert slot
    slot.release()
    keeper = Keeper(place(tmp_path))
    with away(monkeypatch):
        keeper.tell()
        assert subjects(tmp_path) == []
        os.kill(going.pid, signal.SIGTERM)
        going.wait()
        keeper.tell()
    assert subjects(tmp_path) == []


def test_keepers_at_once_tell_once_without_the_database(tmp_path: Path) -> None:
    begin(tmp_path).wait()
    race(lambda: Keeper(place(tmp_path)).tell())
    assert subjects(tmp_path) == [FAILED]


def race(work: Callable[[], None]) -> None:
    processes = [Process(target=work) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
