"""The runs of the last 24 hours, as few bars."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections, router
from pytest_django import DjangoAssertNumQueries

from ask.cron import timeline as timeline_module
from ask.cron.models import Run
from ask.cron.timeline import Bar, Line, timeline

pytestmark = pytest.mark.django_db(databases="__all__")

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
S = Run.State


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def run(
    begin: float,
    *,
    lasts: float | None = 0.1,
    state: str = S.SUCCEEDED,
    job: str = "job",
    due: float | None = None,
) -> Run:
    """A run that began so many minutes before `NOW`; durations are minutes too."""
    began_at = NOW - minutes(begin)
    ended_at = None if lasts is None else began_at + minutes(lasts)
    return Run(
        job=job,
        scheduled_for=began_at if due is None else NOW - minutes(due),
        claimed_at=began_at,
        started_at=None if state == S.SKIPPED else began_at,
        ended_at=ended_at,
        state=state,
        lease=job if state == S.RUNNING else None,
    )


def line(*runs: Run, name: str = "job") -> Line:
    Run.objects.bulk_create(runs)
    (found,) = timeline([name], now=NOW).lines
    return found


def spans(bars: tuple[Bar, ...]) -> list[tuple[float, float]]:
    """Begin and end of bars in minutes before `NOW`."""
    return [((NOW - bar.began_at) / minutes(1), (NOW - bar.ended_at) / minutes(1)) for bar in bars]


def test_there_is_a_line_for_every_entry_in_their_order() -> None:
    Run.objects.bulk_create([run(60, job="b"), run(60, job="a"), run(60, job="gone")])
    found = timeline(["b", "a", "never"], now=NOW)
    assert [(one.name, one.count) for one in found.lines] == [("b", 1), ("a", 1), ("never", 0)]
    assert (found.since, found.until) == (NOW - timedelta(hours=24), NOW)


def test_without_entries_there_are_no_lines() -> None:
    Run.objects.bulk_create([run(60), run(5, lasts=None, state=S.RUNNING)])
    assert timeline([], now=NOW).lines == ()


def test_a_single_run_keeps_its_moments_and_its_id() -> None:
    one = run(60, lasts=3)
    found = line(one)
    assert spans(found.bars) == [(60, 57)]
    assert found.bars[0].run == one.pk
    assert isinstance(found.bars[0].run, UUID)
    assert found.bars[0].counts == {S.SUCCEEDED: 1}


def test_runs_at_whole_ten_minutes_stay_apart() -> None:
    found = line(*(run(10 * n + 10) for n in range(100)))
    assert all(bar.run for bar in found.bars)
    assert [begin for begin, _ in spans(found.bars)] == [1000.0 - 10 * n for n in range(100)]


def test_runs_within_ten_minutes_are_one_bar_and_the_worst_state_wins() -> None:
    order = [S.LOST, S.TIMED_OUT, S.FAILED, S.STOPPED, S.SUCCEEDED]
    for place in range(len(order)):
        Run.objects.all().delete()
        states = [*order[place:], S.SUCCEEDED]
        found = line(*(run(69 - n, state=state) for n, state in enumerate(reversed(states))))
        assert [(bar.state, bar.count, bar.run) for bar in found.bars] == [
            (order[place], len(states), None)
        ]
        assert next(iter(found.bars[0].counts)) == order[place]


def test_what_runs_and_what_is_skipped_meanwhile_are_bars_of_their_own() -> None:
    found = line(
        run(8, lasts=1), run(6, lasts=1),
        run(5, lasts=None, state=S.RUNNING),
        run(4, lasts=0, state=S.SKIPPED), run(3, lasts=0, state=S.SKIPPED),
    )  # fmt: skip
    assert [(bar.state, bar.count) for bar in found.bars] == [
        (S.SUCCEEDED, 2),
        (S.RUNNING, 1),
        (S.SKIPPED, 2),
    ]


def test_cells_full_of_runs_that_end_alike_are_one_bar() -> None:
    runs = [run(n + 1) for n in range(180)]
    runs[95].state = S.FAILED
    found = line(*runs)
    assert [(bar.state, bar.count) for bar in found.bars] == [
        (S.SUCCEEDED, 80),
        (S.FAILED, 10),
        (S.SUCCEEDED, 90),
    ]
    assert found.bars[1].counts == {S.FAILED: 1, S.SUCCEEDED: 9}


def test_what_did_not_end_well_is_told_exactly() -> None:
    runs = [run(n + 1) for n in range(60)]
    runs[35].state = runs[33].state = S.FAILED
    runs[5].state = S.LOST
    found = line(*runs)
    assert [(bar.state, bar.counts) for bar in found.mishaps] == [
        (S.FAILED, {S.FAILED: 2}),
        (S.LOST, {S.LOST: 1}),
    ]
    assert spans(found.mishaps) == [(36, 33.9), (6, 5.9)]
    assert found.mishaps[1].run == runs[5].pk
    assert found.counts == {S.LOST: 1, S.FAILED: 2, S.SUCCEEDED: 57}


def test_a_long_run_is_no_part_of_the_short_ones_and_comes_first() -> None:
    found = line(run(125), run(121, lasts=60), run(122), run(180))
    assert spans(found.bars) == [(121, 61), (180, 179.9), (125, 121.9)]


def test_what_began_before_the_window_is_shown_if_it_ended_within() -> None:
    found = line(run(25 * 60, lasts=90), run(26 * 60, lasts=119.9), run(47 * 60, lasts=23.5 * 60))
    assert spans(found.bars) == [(47 * 60, 23.5 * 60), (25 * 60, 23.5 * 60)]
    assert found.count == 2


@pytest.mark.parametrize("state", [S.RUNNING, S.SUCCEEDED])
def test_a_run_that_was_due_days_ago_is_found(state: Run.State) -> None:
    lasts = None if state == S.RUNNING else 60
    found = line(run(300, lasts=lasts, state=state, due=9 * 1440), run(20 * 1440, due=20 * 1440))
    assert spans(found.bars) == [(300, 0 if state == S.RUNNING else 240)]


def test_what_runs_ends_now() -> None:
    going = run(90, lasts=None, state=S.RUNNING)
    found = line(going)
    assert spans(found.bars) == [(90, 0)]
    assert found.bars[0].run == going.pk


def test_a_run_that_was_claimed_and_not_begun_stands_where_it_was_claimed() -> None:
    waiting = run(20, lasts=None, state=S.RUNNING, due=25)
    waiting.started_at = None
    assert spans(line(waiting).bars) == [(20, 0)]


def test_a_late_one_stands_where_it_began() -> None:
    assert spans(line(run(20, lasts=5, due=300)).bars) == [(20, 15)]


def test_clocks_that_disagree_turn_no_bar_around() -> None:
    found = line(
        run(60, lasts=-30),  # set back while it ran
        run(-5, lasts=3),  # another host is ahead
        run(30, lasts=40),
    )
    assert spans(found.bars) == [(30, 0), (60, 60), (0, 0)]


def test_a_run_with_neither_an_end_nor_a_runner_is_a_moment() -> None:
    assert spans(line(run(60, lasts=None, state=S.LOST)).bars) == [(60, 60)]


def test_what_failed_at_the_same_moment_is_told_of_twice() -> None:
    found = line(run(60, state=S.FAILED), run(60, state=S.LOST, due=61))
    assert [bar.state for bar in found.mishaps] == [S.LOST, S.FAILED]


def test_a_moment_is_told_to_the_millisecond() -> None:
    one = run(60)
    one.started_at = NOW - timedelta(seconds=3600, milliseconds=-7)
    assert line(one).bars[0].began_at == one.started_at


def test_thousands_of_runs_are_few_bars_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    names = [f"job{n}" for n in range(10)]
    Run.objects.bulk_create(
        [run(n + 0.5, job=name) for name in names for n in range(1440)], batch_size=2000
    )
    connection = connections[router.db_for_read(Run)]
    with django_assert_num_queries(1, connection=connection):
        found = timeline(names, now=NOW)
    assert [(one.count, len(one.bars)) for one in found.lines] == [(1440, 1)] * 10


def test_long_runs_that_overlap_are_few_bars() -> None:
    found = line(*(run(n + 30, lasts=25) for n in range(1000)))
    assert found.count == 1000
    assert len(found.bars) <= 250


def test_no_row_of_long_ago_is_read() -> None:
    Run.objects.bulk_create(
        [run(n, job=f"job{n % 5}") for n in range(30, 20_000, 3)]
        + [run(5, lasts=None, state=S.RUNNING)],
        batch_size=2000,
    )
    connection = connections[router.db_for_read(Run)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cron_run")
    rows = timeline_module._rows([f"job{n}" for n in range(5)], since=NOW - timedelta(days=1))
    plan = rows.explain()
    assert not re.search(r"Seq Scan|SCAN cron_run$", plan, re.MULTILINE)
    assert "cron_run_scheduled_for" in plan or "scheduled_for>?" in plan
    assert "cron_run_running" in plan
