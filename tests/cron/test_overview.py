"""What staff look at: how every entry of the crontab fares."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, router
from pytest_django import Settings

from ask.cron.durations import LOOKED_AT, usual_seconds
from ask.cron.models import Run
from ask.cron.overview import EntryOverview, last_runs, overview

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE = path, "UTC"
    path.write_text("#: name=best\n0 * * * * true\n#: name=wide overlap=allow\n0 * * * * true\n")
    return path


def ran(state: str, *, minutes_ago: int = 0, seconds: float = 1, job: str = "best") -> Run:
    due = NOON - timedelta(minutes=minutes_ago)
    is_over = state != "running"
    return Run.objects.create(
        job=job, scheduled_for=due, state=state, claimed_at=due,
        started_at=None if state == "skipped" else due,
        ended_at=due + timedelta(seconds=seconds) if is_over else None,
        lease=None if is_over else job,
    )  # fmt: skip


def best(*, now: datetime = NOON) -> EntryOverview:
    return overview(now=now).entries[0]


# The last run, and how long they take


def test_a_pause_hides_neither_the_last_run_nor_how_long_runs_take() -> None:
    last = ran("succeeded", minutes_ago=500, seconds=7)
    for minute in range(3 * LOOKED_AT):
        ran("skipped", minutes_ago=minute)
    assert best().last == last
    assert best().usual == 7


def test_a_skipped_run_is_shown_where_there_is_no_other() -> None:
    ran("skipped", minutes_ago=2)
    newest = ran("skipped", minutes_ago=1)
    assert best().last == newest
    assert last_runs(["best", "wide"]) == {"best": newest}


def test_the_usual_duration_is_that_of_the_newest_that_succeeded() -> None:
    ran("succeeded", minutes_ago=999, seconds=500)
    for number in range(LOOKED_AT):
        ran("succeeded", minutes_ago=100 + number, seconds=number)
        ran("failed", minutes_ago=number, seconds=1000)
        ran("succeeded", minutes_ago=number, seconds=3, job="wide")
    expected = {"best": (LOOKED_AT - 1) / 2, "wide": 3}
    assert usual_seconds(["best", "wide", "none"]) == expected


def test_of_more_jobs_than_a_database_takes_in_one_select_all_are_found() -> None:
    ran("succeeded", job="job0")
    ran("succeeded", job="job1200")
    assert set(last_runs([f"job{number}" for number in range(1201)])) == {"job0", "job1200"}


@pytest.mark.parametrize("state", ["not_skipped", "succeeded"])
def test_what_a_pause_skipped_and_what_failed_is_not_read(state: str) -> None:
    connection = connections[router.db_for_read(Run)]
    Run.objects.bulk_create(
        Run(
            job="best", scheduled_for=NOON - timedelta(minutes=n), claimed_at=NOON,
            state="skipped" if n < 2000 else "failed",
        )
        for n in range(3000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = {"not_skipped": Run.objects.not_skipped(), "succeeded": Run.objects.filter(state=state)}
    newest = found[state].filter(job="best").order_by("-scheduled_for")[:LOOKED_AT]
    assert f"cron_run_{state}" in newest.explain()
