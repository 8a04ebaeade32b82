"""One schedule: what is refused and why, and when it runs, compared with Debian's own cron."""

import json
import time
from datetime import datetime
from itertools import islice, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ask.cron.offsets import changes
from ask.cron.schedule import Schedule, ScheduleError
from tests.cron.debian import Cron

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "vectors.json").read_text())
WHOLE = HERE.parents[2] / "shared/data/cron/vectors.json"
BERLIN = ZoneInfo("Europe/Berlin")
DAY = 86400

CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("Australia/Lord_Howe", "2026-04-04"),  # half an hour
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Europe/Dublin", "2026-03-29"),  # summer time is the normal one
    ("Africa/Casablanca", "2026-02-15"),  # Ramadan
    ("Africa/Casablanca", "2026-03-22"),
    ("Pacific/Apia", "2011-12-30"),  # a whole day was skipped
    ("Asia/Almaty", "2024-02-29"),  # by law
    ("Europe/Moscow", "2011-03-27"),
    ("Europe/Moscow", "2014-10-25"),
    ("America/Caracas", "2007-12-09"),  # half an hour back
    ("America/Caracas", "2016-05-01"),
    ("Asia/Pyongyang", "2015-08-14"),
    ("Asia/Pyongyang", "2018-05-04"),
    ("Asia/Kolkata", "2026-03-29"),  # never
    ("Antarctica/Troll", "2026-03-29"),  # two hours
    ("Antarctica/Troll", "2026-10-25"),
    ("Atlantic/Azores", "2026-03-29"),  # midnight is skipped
    ("Atlantic/Azores", "2026-10-25"),
    ("Asia/Gaza", "2026-03-28"),
    ("Africa/Cairo", "2026-04-24"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Antarctica/Casey", "2020-10-03"),  # three hours
    ("Antarctica/Casey", "2018-03-10"),
    ("Pacific/Kwajalein", "1993-08-20"),
    ("UTC", "2028-02-28"),
]
"""Days around which clocks were set."""

EXPRESSIONS = [
    "* * * * *",
    "*/7 * * * *",
    "0 * * * *",
    "0 0-23 * * *",
    "0 0 * * *",
    "30 0 * * *",
    "15,45 0-5 * * *",
    "*/10 1,2,3 * * *",
    "0-59 2 * * *",
    "*/1 2 * * *",
    "1-59/2 0-3 * * *",
    "0 */2 * * *",
    "30 2 * * 0",
    "59 23 * * *",
    "0 3 1-7 * 6",
    "0 0 */2 * 1",
    "@hourly",
    "@daily",
]


def runs(expression: str, start: int, end: int, *, zone: ZoneInfo) -> list[int]:
    """After `start` and before `end`."""
    found = Schedule.parse(expression).runs(start, zone=zone)
    return list(takewhile(lambda moment: moment < end, found))


def runs_backwards(expression: str, start: int, end: int, *, zone: ZoneInfo) -> list[int]:
    found = Schedule.parse(expression).previous(end, zone=zone)
    return list(takewhile(lambda moment: moment > start, found))[::-1]


def seconds(moment: str, *, zone: ZoneInfo = BERLIN, fold: int = 0) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=zone, fold=fold).timestamp())


def midnight(day: str) -> int:
    """Of UTC."""
    return int(datetime.fromisoformat(f"{day}T00:00Z").timestamp())


WINDOWS = [
    pytest.param(window, expression, id=f"{window['name']} {expression}")
    for window in RECORDED["windows"]
    for expression in window["fires"]
]


def check_window(window: dict[str, Any], expression: str) -> None:
    start, end, zone = window["start"], window["end"], ZoneInfo(window["zone"])
    recorded = window["fires"][expression]
    assert runs(expression, start, end, zone=zone) == recorded
    assert runs_backwards(expression, start, end, zone=zone) == recorded
    schedule = Schedule.parse(expression)
    some = recorded[:50] + recorded[-50:]
    assert all(schedule.matches(moment, zone=zone) for moment in some)
    others = {moment + 60 for moment in some} - set(recorded) - {end}
    assert not any(schedule.matches(moment, zone=zone) for moment in others)


@pytest.mark.parametrize(("window", "expression"), WINDOWS)
def test_it_runs_when_debian_was_recorded_to_run_it(
    window: dict[str, Any], expression: str
) -> None:
    check_window(window, expression)


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole recording is not beside the repository")
def test_it_runs_whenever_debian_was_recorded_to_run_anything() -> None:
    for window in json.loads(WHOLE.read_text())["windows"]:
        for expression in window["fires"]:
            check_window(window, expression)


@pytest.mark.parametrize("expression", ["0-59 2 * * *", "*/30 2 * * *", "30 2 * * *", "@daily"])
def test_the_imitation_agrees_with_the_recording(expression: str) -> None:
    for window in json.loads((HERE / "vectors.json").read_text())["windows"][1:]:
        if expression in window["fires"]:
            cron = Cron(expression, zone=ZoneInfo(window["zone"]))
            assert cron.window(window["start"], window["end"]) == window["fires"][expression]


def compare(expression: str, zone_name: str, start: int) -> None:
    """For two days from `start`; the imitation begins two days earlier, to be in step."""
    zone = ZoneInfo(zone_name)
    end = start + 2 * DAY
    imitated = Cron(expression, zone=zone).window(start - 2 * DAY, end)
    expected = [run for run in imitated if run > start]
    assert runs(expression, start, end, zone=zone) == expected
    assert runs_backwards(expression, start, end, zone=zone) == expected


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_runs_as_debian_does_around_each_change_of_clocks(
    expression: str, zone: str, day: str
) -> None:
    compare(expression, zone, midnight(day) - DAY // 2)


@st.composite
def fields(draw: st.DrawFn, low: int, high: int) -> str:
    """Any field that is accepted."""
    number = st.integers(low, high)

    def part() -> str:
        first, last = sorted((draw(number), draw(number)))
        step = f"/{draw(st.integers(1, 40))}" if draw(st.booleans()) else ""
        return draw(st.sampled_from([f"*{step}", f"{first}-{last}{step}", str(first)]))

    return ",".join(part() for _ in range(draw(st.integers(1, 3))))


expressions = st.tuples(
    fields(0, 59),
    st.one_of(fields(0, 23), fields(0, 4)),
    st.one_of(st.just("*"), fields(1, 31)),
    st.one_of(st.just("*"), fields(1, 12)),
    st.one_of(st.just("*"), fields(0, 7)),
).map(" ".join)


def is_accepted(expression: str) -> bool:
    try:
        Schedule.parse(expression)
    except ScheduleError:
        return False
    return True


accepted = expressions.filter(is_accepted)


@settings(max_examples=60, deadline=None)
@given(accepted, st.sampled_from(CHANGES), st.integers(0, 30 * 60))
def test_any_schedule_runs_as_debian_runs_it(
    expression: str, change: tuple[str, str], minutes: int
) -> None:
    zone, day = change
    compare(expression, zone, midnight(day) - minutes * 60)


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(
    accepted,
    st.sampled_from(sorted(available_timezones())),
    st.integers(midnight("1975-01-01") // 60, midnight("2037-01-01") // 60),
    st.data(),
)
def test_any_schedule_runs_as_debian_runs_it_in_any_zone(
    expression: str, zone: str, minute: int, data: st.DataObject
) -> None:
    if near := list(changes(minute, minute + 366 * 1440, zone=ZoneInfo(zone))):
        minute = data.draw(st.sampled_from(near)).at + data.draw(st.integers(-1500, 300))
    compare(expression, zone, minute * 60)


@settings(max_examples=40, deadline=None)
@given(accepted, st.sampled_from(CHANGES), st.integers(-600, 600))
def test_where_one_begins_to_ask_changes_nothing(
    expression: str, change: tuple[str, str], minutes: int
) -> None:
    zone = ZoneInfo(change[0])
    schedule = Schedule.parse(expression)
    begin = midnight(change[1]) - DAY
    middle = begin + DAY + minutes * 60
    found = runs(expression, begin, begin + 3 * DAY, zone=zone)
    later = [run for run in found if run > middle][:20]
    assert list(islice(schedule.runs(middle, zone=zone), len(later))) == later
    earlier = [run for run in reversed(found) if run < middle][:20]
    assert list(islice(schedule.previous(middle, zone=zone), len(earlier))) == earlier
    assert schedule.matches(middle, zone=zone) == (middle in found)


def test_a_fixed_time_in_the_skipped_hour_runs_right_after_it() -> None:
    schedule = Schedule.parse("30 2 * * *")
    assert next(schedule.runs(seconds("2026-03-29 00:00"), zone=BERLIN)) == seconds(
        "2026-03-29 03:00"
    )
    assert not Schedule.parse("*/30 2 * * *").matches(seconds("2026-03-29 03:00"), zone=BERLIN)


def test_a_fixed_time_in_the_repeated_hour_runs_once_and_a_wildcard_twice() -> None:
    first, second = seconds("2026-10-25 02:30"), seconds("2026-10-25 02:30", fold=1)
    fixed, wild = Schedule.parse("30 2 * * *"), Schedule.parse("30 */2 * * *")
    assert fixed.matches(first, zone=BERLIN)
    assert not fixed.matches(second, zone=BERLIN)
    assert wild.matches(first, zone=BERLIN)
    assert wild.matches(second, zone=BERLIN)


def test_a_day_that_was_skipped_has_no_runs() -> None:
    apia = ZoneInfo("Pacific/Apia")
    found = Schedule.parse("0 12 * * *").runs(seconds("2011-12-29 00:00", zone=apia), zone=apia)
    days = [datetime.fromtimestamp(run, apia).day for run in islice(found, 3)]
    assert days == [29, 31, 1]


def test_seconds_within_a_minute_do_not_count() -> None:
    schedule = Schedule.parse("0 3 * * *")
    run = seconds("2026-05-06 03:00")
    assert next(schedule.runs(run - 1, zone=BERLIN)) == run
    assert next(schedule.runs(run, zone=BERLIN)) == run + DAY
    assert next(schedule.previous(run, zone=BERLIN)) == run - DAY
    assert next(schedule.previous(run + 1, zone=BERLIN)) == run
    assert schedule.matches(run + 59, zone=BERLIN)
    assert not schedule.matches(run - 1, zone=BERLIN)


@pytest.mark.parametrize("expression", ["0 0 29 2 *", "* * * * *", "0 3 7 * *", "0 0 */2 * 1"])
def test_the_next_run_is_found_soon(expression: str) -> None:
    schedule = Schedule.parse(expression)
    best = 1.0
    for _ in range(5):
        begin = time.perf_counter()
        next(schedule.runs(1_800_000_000, zone=BERLIN))
        best = min(best, time.perf_counter() - begin)
    assert best < 0.005


def test_the_start_of_the_system_is_no_moment() -> None:
    schedule = Schedule.parse("@reboot")
    assert schedule.is_reboot
    assert list(schedule.runs(0, zone=BERLIN)) == list(schedule.previous(0, zone=BERLIN)) == []
    assert not schedule.matches(0, zone=BERLIN)


@pytest.mark.parametrize("moment", [-(10**12), 10**12, -62135596800, 253402300799])
def test_beyond_the_years_of_python_there_are_no_runs(moment: int) -> None:
    schedule = Schedule.parse("* * * * *")
    assert list(schedule.runs(moment, zone=BERLIN)) == []
    assert list(schedule.previous(moment, zone=BERLIN)) == []
    assert not schedule.matches(moment, zone=BERLIN)


@pytest.mark.parametrize(
    ("expression", "is_wildcard", "day_rule"),
    [
        ("0 0 * * *", False, "and"),
        ("* 0 * * *", True, "and"),
        ("0 *,1 1 * 1", True, "or"),
        ("0 1,* 1 * 1", False, "or"),
        ("0 0 1,* * 1", False, "or"),
        ("0 0 */2 * 1", False, "and"),
        ("@hourly", True, "and"),
        ("@midnight", False, "and"),
        ("@reboot", False, "and"),
    ],
)
def test_what_debian_calls_a_wildcard(expression: str, is_wildcard: bool, day_rule: str) -> None:
    schedule = Schedule.parse(expression)
    assert (schedule.is_wildcard, schedule.day_rule) == (is_wildcard, day_rule)


@pytest.mark.parametrize(
    ("expression", "place", "instead"),
    [
        ("0 22-2 * * *", "22-2", "22-23,0-2"),
        ("0 23-1 * * *", "23-1", "23,0-1"),
        ("0 20-2/2 * * *", "20-2/2", "20,22,0,2"),
        ("0 0 * * sat-sun", "sat-sun", "6,0"),
        ("0 0 * * fri-mon", "fri-mon", "5-6,0-1"),
        ("0 0 * * 7-2", "7-2", "0-2"),
        ("0 22/3 * * *", "22/3", "22-23/3"),
        ("0 0 5#2 * *", "5#2", "5"),
        ("0 0 * * MON#1", "MON#1", "MON"),
        ("0 0 * * 1#", "1#", "1"),
        ("1.5 * * * *", "1.5", "1,5"),
        ("*5 * * * *", "*5", "*/5"),
        ("*-5 * * * *", "*-5", "0-5"),
        ("0~30 * * * *", "0~30", "15"),
        ("-5 * * * *", "-5", "0-5"),
        ("5- * * * *", "5-", "5-59"),
        ("1,,2 * * * *", "1,,2", "1,2"),
        ("1, * * * *", "1,", "1"),
        ("0 0 ? * 1", "?", "*"),
        ("0 0 L * *", "L", "28-31"),
        ("0 0 15W * *", "15W", "15"),
        ("0 0 L-3 * *", "L-3", ""),
        ("*-70 * * * *", "*-70", ""),
        ("0 0 * * 5L", "5L", "5"),
        ("*/0 * * * *", "*/0", "*"),
        ("/5 * * * *", "/5", "*/5"),
        ("60 * * * *", "60", "0"),
        ("0 24 * * *", "24", "0"),
        ("0 0 * * 8", "8", ""),
        ("0 0 1 January *", "January", "jan"),
        ("0 0 * * fry", "fry", "fri"),
        ("H * * * *", "H", ""),
        ("0 0 30 2 *", "30 2", "28 2"),
        ("0 0  31  4,6 *", "31  4,6", "30  4,6"),
        ("@every 5m", "@every 5m", "*/5 * * * *"),
        ("@every 1h", "@every 1h", "0 * * * *"),
        ("@every 6h", "@every 6h", "0 */6 * * *"),
        ("@every 7m", "@every 7m", ""),
        ("@Daily", "@Daily", "@daily"),
        ("@dayly", "@dayly", "@daily"),
        ("@minutely", "@minutely", "* * * * *"),
        ("0 0 0 * * ?", "0 0 0 * * ?", "0 0 * * *"),
        ("* * * *", "* * * *", ""),
        ("", "", "* * * * *"),
        ("٣ * * * *", "٣", ""),
        ("0\n0 * * * *", "0\n0", ""),
        ("K * * * *", "K", ""),
    ],
)
def test_what_crons_read_differently_is_refused(expression: str, place: str, instead: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        Schedule.parse(expression)
    assert expression[refused.value.column : refused.value.end] == place
    assert refused.value.instead == instead
    assert refused.value.reason


@pytest.mark.parametrize(
    "expression", RECORDED["rejected_by_debian"] + RECORDED["accepted_but_meaningless"]
)
def test_what_debian_refuses_or_does_not_mean_is_refused(expression: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule.parse(expression)


@given(expressions)
def test_what_is_to_be_written_instead_is_accepted(expression: str) -> None:
    try:
        Schedule.parse(expression)
    except ScheduleError as e:
        mended = expression[: e.column] + e.instead + expression[e.end :]
        assert Schedule.parse(mended)


@settings(deadline=None)
@given(st.text(alphabet="0123456789*/-,@# \tLWsunmodailyhr?~.", max_size=40) | st.text(max_size=20))
@example("@")
@example("9" * 5000 + " * * * *")
@example("0" * 20 + "5 * * * *")
@example("*/" + "9" * 5000 + " * * * *")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        schedule = Schedule.parse(text)
    except ScheduleError as e:
        assert 0 <= e.column <= e.end <= len(text)
        assert e.reason
    else:
        assert schedule.text == text
        assert schedule.is_reboot or next(schedule.runs(0, zone=BERLIN), None) is not None


@pytest.mark.parametrize(
    ("expression", "places"),
    [
        ("*/90 * * * *", ["*/90"]),
        ("0 */24 1-5/9 * *", ["*/24", "1-5/9"]),
        ("0 0 */2 * 1", ["*/2 * 1"]),
        ("0 0 1 * */2", ["1 * */2"]),
        ("0 0 1,* * 1", ["1,* * 1"]),
        ("0 0 30 2 1", ["30 2"]),
        ("0 0 1,15 * 5", []),
        ("0 0 */2 * *", []),
        ("0 0 * * */2", []),
        ("0 0 *,1 * 1", []),
        ("@weekly", []),
    ],
)
def test_a_doubt_says_where(expression: str, places: list[str]) -> None:
    doubts = Schedule.parse(expression).warnings
    assert [expression[doubt.column : doubt.end] for doubt in doubts] == places
