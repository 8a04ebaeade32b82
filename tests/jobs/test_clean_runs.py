import uuid
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ask.cron import cleaning
from ask.cron.interventions import (
    Person,
    ask_to_cancel,
    ask_to_retry,
    ask_to_start,
    pause,
    resume,
)
from ask.cron.models import Attempt, Intervention, Run, Streak, Watch

pytestmark = pytest.mark.django_db(databases="__all__")


def ran(job: str, *, days_ago: float, state: str = Run.State.SUCCEEDED) -> Run:
    """A run of that age."""
    moment = timezone.now() - timedelta(days=days_ago)
    run = Run.objects.create(job=job, scheduled_for=moment, claimed_at=moment, state=state)
    Attempt.objects.create(
        run=run, number=1, started_at=moment, ended_at=moment, peak_memory=1, cpu=1, output_bytes=0
    )
    return run


def clean(*options: str) -> str:
    said = StringIO()
    call_command("clean_runs", *options, stdout=said, stderr=StringIO())
    return said.getvalue()


def left(job: str) -> list[datetime]:
    return list(Run.objects.filter(job=job).values_list("scheduled_for", flat=True))


def test_old_records_go_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "BATCH", 2)
    kept = [ran("a", days_ago=days) for days in (0, 5, 29)]
    for days in (31, 32, 40, 400, 401):
        ran("a", days_ago=days)
    assert clean("--dry-run") == "Would remove 5 records of runs.\n"
    assert Run.objects.count() == 8
    assert clean() == "Removed 5 records of runs.\n"
    assert clean() == "Removed 0 records of runs.\n"
    assert set(Run.objects.all()) == set(kept)
    assert Attempt.objects.count() == 3


def test_of_a_job_that_runs_often_only_the_newest_stay() -> None:
    for days in range(3, 13):
        ran("often", days_ago=days)
    ran("seldom", days_ago=20)
    assert clean("--per-job", "4") == "Removed 6 records of runs.\n"
    assert len(left("often")) == 4
    assert len(left("seldom")) == 1


def test_what_a_pause_skipped_takes_no_room_from_what_ran() -> None:
    for days in range(10, 15):
        ran("often", days_ago=days)
    for days in range(3, 10):
        ran("often", days_ago=days, state=Run.State.SKIPPED)
    assert clean("--per-job", "5", "--dry-run") == "Would remove 2 records of runs.\n"
    assert clean("--per-job", "5") == "Removed 2 records of runs.\n"
    states = Run.objects.values_list("state", flat=True)
    assert sorted(states) == 5 * [Run.State.SKIPPED] + 5 * [Run.State.SUCCEEDED]


def test_what_still_claims_a_tick_stays_however_many_there_are() -> None:
    for minutes in range(10):
        ran("often", days_ago=minutes / 1440)
    assert clean("--per-job", "0", "--days", "0") == "Removed 0 records of runs.\n"


def test_what_runs_stays() -> None:
    ran("long", days_ago=100, state=Run.State.RUNNING)
    assert clean() == "Removed 0 records of runs.\n"


def test_a_number_below_zero_is_refused() -> None:
    with pytest.raises(CommandError, match="--days must not be negative: -1"):
        clean("--days", "-1")


def test_failures_of_a_job_that_is_gone_are_forgotten() -> None:
    ran("here", days_ago=1)
    for job, days in (("here", 40), ("gone", 40), ("new", 1)):
        moment = timezone.now() - timedelta(days=days)
        Streak.objects.create(job=job, run=uuid.uuid4(), since=moment, last_failed_for=moment)
    clean("--dry-run")
    assert Streak.objects.count() == 3
    clean()
    assert sorted(Streak.objects.values_list("job", flat=True)) == ["here", "new"]


def test_what_people_did_stays_for_a_year() -> None:
    now = timezone.now()
    for days in (1, 364, 366):
        resumed = now - timedelta(days=days)
        pause("a", by=Person(name="Carol"), reason="", now=resumed)
        resume("a", by=Person(name="Carol"), now=resumed)
    clean("--days", "30")
    assert Intervention.objects.count() == 4


def test_what_nobody_did_in_two_days_is_given_up() -> None:
    now = timezone.now()
    old, new = now - timedelta(hours=49), now - timedelta(hours=47)
    going, over = ran("a", days_ago=1, state=Run.State.RUNNING), ran("b", days_ago=1)
    ask_to_start("a", by=Person(name="Carol"), now=old)
    ask_to_retry(over, by=Person(name="Carol"), now=new)
    for run in (going, over):
        ask_to_cancel(run, by=Person(name="Carol"), now=old)
    clean("--dry-run")
    assert Intervention.objects.waiting().count() == 4
    clean()
    found = Intervention.objects.order_by("kind", "job").values_list("kind", "job", "refusal")
    assert list(found) == [
        ("cancel", "a", ""), ("cancel", "b", "ended"), ("retry", "b", ""), ("start", "a", "late"),
    ]  # fmt: skip


def test_a_host_that_is_gone_is_forgotten() -> None:
    Watch.objects.create(host="gone", seen_at=timezone.now() - timedelta(days=2))
    Watch.objects.create(host="here", seen_at=timezone.now())
    clean()
    assert [watch.host for watch in Watch.objects.all()] == ["here"]
