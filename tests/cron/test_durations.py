"""How long the newest runs of an entry took."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, router
from pytest_django import DjangoAssertNumQueries

from ask.cron.durations import durations
from ask.cron.models import Run

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
S = Run.State


def ran(minute: int, seconds: float | None, *, state: str = S.SUCCEEDED, job: str = "job") -> Run:
    due = NOON + timedelta(minutes=minute)
    began_at = due + timedelta(seconds=1)
    return Run.objects.create(
        job=job, scheduled_for=due, claimed_at=due, state=state, peak_memory=minute,
        started_at=None if state == S.SKIPPED else began_at,
        ended_at=None if seconds is None else began_at + timedelta(seconds=seconds),
    )  # fmt: skip


def test_the_newest_that_ended_come_oldest_first() -> None:
    runs = [ran(minute, seconds=minute + 0.5) for minute in (3, 1, 2, 4)]
    ran(5, seconds=1, job="other")
    found = durations("job", limit=3)
    assert [(one.seconds, one.peak_memory) for one in found.runs] == [(2.5, 2), (3.5, 3), (4.5, 4)]
    assert found.runs[0].run == runs[2].pk
    assert found.runs[0].began_at == runs[2].started_at
    assert found.job == "job"


def test_what_runs_and_what_never_began_has_no_duration() -> None:
    ran(1, seconds=None, state=S.RUNNING)
    ran(2, seconds=0, state=S.SKIPPED)
    ran(3, seconds=None, state=S.LOST)
    assert durations("job").runs == ()
    assert durations("job").median is None


def test_the_median_is_that_of_those_that_succeeded() -> None:
    for minute, seconds in enumerate((2, 9, 4)):
        ran(minute, seconds=seconds)
    ran(8, seconds=100, state=S.FAILED)
    ran(9, seconds=100, state=S.TIMED_OUT)
    found = durations("job")
    assert found.median == 4
    assert [one.state for one in found.runs[-2:]] == [S.FAILED, S.TIMED_OUT]


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    ran(1, seconds=-5)
    assert [one.seconds for one in durations("job").runs] == [0]


def test_it_is_one_query_by_the_index_of_the_job(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ran(1, seconds=5)
    connection = connections[router.db_for_read(Run)]
    with django_assert_num_queries(1, connection=connection):
        assert len(durations("job").runs) == 1
