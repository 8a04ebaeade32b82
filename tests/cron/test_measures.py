"""Figures of every entry."""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, router
from pytest_django import DjangoAssertNumQueries, Settings

from ask.cron.measures import Measures, measures
from ask.cron.models import Run
from ask.cron.status import Condition, Status, Trouble

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE = path, "UTC"
    path.write_text("#: name=best\n0 * * * * calc_best\n#: name=mail\n@reboot send_mail\n")
    os.utime(path, (0, 0))
    return path


def ran(state: str, *, hours_ago: int, seconds: int = 0, job: str = "best") -> None:
    due = NOON - timedelta(hours=hours_ago)
    ended_at = due + timedelta(seconds=seconds)
    Run.objects.create(
        job=job, scheduled_for=due, state=state, claimed_at=due, started_at=due, ended_at=ended_at
    )


def test_the_newest_end_the_newest_success_and_the_runs_of_a_day_are_told() -> None:
    for hours_ago in (24, 23, 3):
        ran("succeeded", hours_ago=hours_ago, seconds=90)
    ran("skipped", hours_ago=2)
    ran("failed", hours_ago=1, seconds=5)
    ran("failed", hours_ago=1, job="gone")
    found, (best, mail) = measures(now=NOON + timedelta(minutes=10))
    assert not found.is_well
    assert best == Measures(
        name="best",
        condition=Condition.LATE,
        late=600,
        ended_at=NOON - timedelta(minutes=60, seconds=-5),
        succeeded_at=NOON - timedelta(hours=3, seconds=-90),
        seconds=90,
        counts=Counter(succeeded=2, skipped=1, failed=1),
    )
    assert mail == Measures(name="mail", condition=Condition.NEVER)


def test_many_entries_take_as_many_queries_as_one(
    crontab: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    connection = connections[router.db_for_read(Run)]
    for count in (1, 40):
        crontab.write_text("".join(f"#: name=job{n}\n0 * * * * true\n" for n in range(count)))
        os.utime(crontab, (0, 0))
        for number in range(count):
            ran("succeeded", job=f"job{number}", hours_ago=count)
        with django_assert_num_queries(8, connection=connection):
            assert len(measures(now=NOON + timedelta(minutes=10))[1]) == count


def test_of_a_crontab_that_cannot_be_read_only_that_is_told(crontab: Path) -> None:
    crontab.write_text("61 * * * * true\n")
    assert measures(now=NOON) == (Status(trouble=Trouble.CRONTAB), [])
