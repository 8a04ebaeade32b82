"""Whether every entry ran as it should."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, router
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from ask.cron.models import Run
from ask.cron.status import Condition, Status, Trouble, status

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE = path, "UTC"
    write(path, "#: name=best\n0 * * * * calc_best\n")
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (0, 0))


def ran(state: str, *, minutes_ago: int = 0, job: str = "best", **more: object) -> Run:
    due = NOON - timedelta(minutes=minutes_ago)
    ended_at = None if state == "running" else due
    columns = {"claimed_at": due, "ended_at": ended_at, **more}
    return Run.objects.create(job=job, scheduled_for=due, state=state, **columns)


def condition(*, minutes: int = 1) -> tuple[str, datetime | None]:
    """That of the only entry, so many minutes after noon."""
    (entry,) = status(now=NOON + timedelta(minutes=minutes)).entries
    return entry.condition, entry.since


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("succeeded", Condition.WELL),
        ("failed", Condition.FAILING),
        ("timed out", Condition.FAILING),
        ("lost", Condition.LOST),
        ("running", Condition.RUNNING),
        ("skipped", Condition.NEVER),
        ("stopped", Condition.NEVER),
    ],
)
def test_the_newest_run_that_ended_tells(state: str, expected: Condition) -> None:
    ran(state)
    assert condition()[0] == expected


@pytest.mark.parametrize("later", ["skipped", "stopped"])
def test_a_skipped_or_stopped_run_neither_mends_nor_breaks(later: str) -> None:
    ran("failed", minutes_ago=120)
    ran(later)
    assert condition() == (Condition.FAILING, NOON - timedelta(hours=2))
    ran("succeeded", minutes_ago=60)
    assert condition() == (Condition.WELL, NOON - timedelta(hours=1))


def test_what_failed_is_failing_until_a_run_succeeds() -> None:
    ran("failed", minutes_ago=60)
    going = ran("running")
    assert condition()[0] == Condition.FAILING
    Run.objects.filter(pk=going.pk).update(state="succeeded", ended_at=NOON)
    assert condition()[0] == Condition.WELL


def test_a_run_without_a_sign_of_life_is_lost_though_nobody_marked_it() -> None:
    ran("running", beat_at=timezone.now() - timedelta(minutes=4))
    assert condition() == (Condition.LOST, NOON)


def test_what_is_late_is_late_whatever_became_of_the_run_before() -> None:
    ran("succeeded", minutes_ago=60)
    assert condition(minutes=4)[0] == Condition.WELL
    assert condition(minutes=6) == (Condition.LATE, NOON)
    ran("skipped")
    assert condition(minutes=6)[0] == Condition.WELL


def test_on_a_fresh_site_nothing_is_late_but_what_was_due_since_it_is_there() -> None:
    made = MigrationRecorder.Migration.objects.using(router.db_for_read(Run)).filter(app="cron")
    made.update(applied=NOON + timedelta(minutes=1))
    assert condition(minutes=10) == (Condition.NEVER, None)
    assert condition(minutes=64) == (Condition.NEVER, None)
    assert condition(minutes=66) == (Condition.LATE, NOON + timedelta(hours=1))


def test_only_late_failing_and_lost_ones_are_trouble(crontab: Path) -> None:
    write(crontab, "".join(f"#: name={n}\n0 * * * * {n}\n" for n in ("a", "b", "c", "d", "e", "f")))
    for job, state in (("a", "succeeded"), ("b", "failed"), ("c", "lost"), ("d", "running")):
        ran(state, job=job)
    ran("succeeded", job="e", minutes_ago=60)
    ran("skipped", job="f")
    found = status(now=NOON + timedelta(minutes=6))
    assert [one.name for one in found.troubled] == ["b", "c", "e"]
    assert not found.is_well
    Run.objects.filter(job__in="bce").delete()
    write(crontab, "".join(f"#: name={name}\n0 * * * * {name}\n" for name in ("a", "d", "f")))
    assert status(now=NOON + timedelta(minutes=6)).is_well


def test_runs_of_what_is_no_entry_any_more_do_not_matter() -> None:
    ran("succeeded")
    ran("failed", job="gone")
    ran("running", job="another")
    assert status(now=NOON).is_well


def test_many_entries_take_as_many_queries_as_one(
    crontab: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    connection = connections[router.db_for_read(Run)]
    for count in (1, 60):
        names = [f"job{number}" for number in range(count)]
        write(crontab, "".join(f"#: name={name}\n0 * * * * true\n" for name in names))
        for name in names:
            ran("succeeded", job=name, minutes_ago=60 + count)
        with django_assert_num_queries(5, connection=connection):
            found = status(now=NOON + timedelta(minutes=6))
        assert len(found.troubled) == count


def test_a_crontab_that_cannot_be_read_is_a_trouble_of_its_own(
    crontab: Path, settings: Settings
) -> None:
    write(crontab, "61 * * * * true\n")
    assert status(now=NOON) == Status(trouble=Trouble.CRONTAB)
    crontab.unlink()
    assert status(now=NOON) == Status(trouble=Trouble.CRONTAB)
    assert not status(now=NOON).is_well


def test_each_cause_is_logged_once_however_often_somebody_asks(
    crontab: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def said() -> list[str]:
        return [record.message for record in caplog.records if record.levelname == "ERROR"]

    status(now=NOON)  # all is well
    write(crontab, "61 * * * * true\n")
    for _ in range(3):
        status(now=NOON)
    assert len(said()) == 1
    assert said()[0].startswith("The status is not known: ")
    crontab.unlink()
    for _ in range(3):
        status(now=NOON)
    assert len(said()) == 2
    write(crontab, "# nothing\n")
    status(now=NOON)
    crontab.unlink()
    status(now=NOON)
    assert len(said()) == 3


def test_an_empty_crontab_is_well(crontab: Path) -> None:
    write(crontab, "# nothing\n")
    assert status(now=NOON) == Status()
    assert status(now=NOON).is_well
