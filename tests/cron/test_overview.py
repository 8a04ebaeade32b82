"""What staff look at: how every entry of the crontab fares."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, router
from pytest_django import DjangoAssertNumQueries, Settings

from ask.cron.durations import LOOKED_AT, usual_seconds
from ask.cron.interventions import MARGIN, Person, ask_to_retry, ask_to_start, pause
from ask.cron.models import Intervention, Run
from ask.cron.overview import EntryOverview, last_runs, overview
from ask.cron.status import Trouble

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
CAROL = Person(name="Carol")


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


# What goes on


def test_a_run_that_goes_on_lets_no_other_begin_unless_they_may_overlap() -> None:
    ran("running")
    ran("running", job="wide")
    assert [one.is_busy for one in overview(now=NOON).entries] == [True, False]


def test_what_was_asked_for_begins_until_it_is_too_late_for_that() -> None:
    asked = ask_to_start("best", by=CAROL, now=NOON)
    in_time = NOON + timedelta(minutes=5) + MARGIN
    assert best(now=in_time).is_asked
    assert not best(now=in_time + timedelta(seconds=1)).is_asked
    asked.refresh_from_db()
    assert (asked.state, asked.refusal) == ("refused", "late")
    assert asked.ended_at == in_time + timedelta(seconds=1)


def test_a_retry_is_given_up_too_and_a_cancellation_waits_for_its_host() -> None:
    run = ran("running")
    ask_to_retry(run, by=CAROL, now=NOON)
    Intervention.objects.create(kind="cancel", job="best", run=run.pk, at=NOON, state="asked")
    assert not best(now=NOON + timedelta(hours=1)).is_asked
    assert [asked.kind for asked in Intervention.objects.waiting()] == ["cancel"]


# One entry, and many


def test_one_entry_can_be_looked_at_alone() -> None:
    ran("running")
    ran("running", job="wide")
    ask_to_start("best", by=CAROL, now=NOON - timedelta(hours=1))
    (one,) = (found := overview(now=NOON, name="wide")).entries
    assert one.entry.name == "wide"
    assert [run.job for run, _ in found.running] == ["wide"]
    assert Intervention.objects.waiting().exists()  # nobody looked at that one
    assert overview(now=NOON, name="none").entries == []


def test_what_runs_is_seen_though_nobody_can_read_the_crontab(crontab: Path) -> None:
    ran("running", job="gone")
    crontab.write_text("61 * * * * true\n")
    for found in (overview(now=NOON), overview(now=NOON, name="gone")):
        assert found.status.trouble is Trouble.CRONTAB
        assert [run.job for run, _ in found.running] == ["gone"]


@pytest.mark.parametrize("name", ["", "job0"])
def test_many_entries_take_as_many_queries_as_one(
    crontab: Path, django_assert_max_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    connection = connections[router.db_for_read(Run)]
    for count in (1, 60):
        names = [f"job{number}" for number in range(count)]
        crontab.write_text("".join(f"#: name={name}\n0 * * * * true\n" for name in names))
        for job in names:
            ran("succeeded", job=job, minutes_ago=count)
            pause(job, by=CAROL, reason="", now=NOON)
        with django_assert_max_num_queries(13, connection=connection):
            assert len(overview(now=NOON, name=name).entries) == (1 if name else count)


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
    # Where one job is most of all runs, its own index saves a planner nothing.
    Run.objects.bulk_create(
        Run(
            job="other", scheduled_for=NOON - timedelta(seconds=n), claimed_at=NOON,
            state="succeeded" if n % 2 else "skipped",
        )
        for n in range(9000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = {"not_skipped": Run.objects.not_skipped(), "succeeded": Run.objects.filter(state=state)}
    newest = found[state].filter(job="best").order_by("-scheduled_for")[:LOOKED_AT]
    assert f"cron_run_{state}" in newest.explain()
