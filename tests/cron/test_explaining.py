"""Why it did not run then: the fields, the days, the clocks; and when it ran and will run."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ask.cron.explaining import why_not
from ask.cron.schedule import Schedule
from tests.cron.test_schedule import BERLIN, CHANGES, DAY, accepted, midnight, seconds


def why(expression: str, moment: str, *, fold: int = 0, language: str = "en") -> str:
    at = seconds(moment, fold=fold)
    return why_not(Schedule.parse(expression), at, zone=BERLIN, language=language)  # type: ignore[arg-type]


def test_each_field_that_does_not_match_is_named() -> None:
    assert why("0 3 7 jan *", "2026-05-06 04:01") == (
        "The minute is 1, and it runs at 0. The hour is 4, and it runs at 3."
        " The month is May, and it runs in January."
        " The day of the month is the 6th, and it runs on the 7th."
        " The run before was at 2026-01-07 03:00 +0100. The next run is at 2027-01-07 03:00 +0100."
    )
    assert why("0 3 7 jan *", "2026-05-06 04:01", language="ru") == (
        "Минута — 1, а нужна 0. Час — 4, а нужен 3. Месяц — май, а нужен январь."
        " Число — 6-е, а нужно 7-е."
        " Предыдущий запуск: 2026-01-07 03:00 +0100. Следующий запуск: 2027-01-07 03:00 +0100."
    )


def test_a_run_that_was_due_is_said_to_be() -> None:
    assert why("0 3 * * *", "2026-05-06 03:00") == (
        "It was due at 2026-05-06 03:00 +0200."
        " The run before was at 2026-05-05 03:00 +0200. The next run is at 2026-05-07 03:00 +0200."
    )


def test_of_two_days_both_are_needed_after_a_star() -> None:
    assert why("0 0 */2 * 1", "2026-05-05 00:00").startswith(
        "The day is a Tuesday, and it runs on Monday."
        " Both the day of the month and the day of the week must match."
    )


def test_of_two_days_either_is_enough_without_a_star() -> None:
    assert why("0 0 1,15 * 5", "2026-05-06 00:00").startswith(
        "Neither the day of the month (6th, and it runs on the 1st or 15th) nor the day of the week"
        " (Wednesday, and it runs on Friday) matches; one of them would be enough."
    )


@pytest.mark.parametrize(
    ("expression", "moment", "reason"),
    [
        (
            "30 2 * * *",
            "2026-03-29 03:30",
            "skipped 02:00–02:59. A job with a fixed time runs right afterwards instead.",
        ),
        (
            "*/30 2 * * *",
            "2026-03-29 03:00",
            "skipped 02:00–02:59."
            " A job that follows the clock does not run for the skipped minutes.",
        ),
        (
            "30 2 * * *",
            "2026-03-29 03:00",
            "The clocks went from 2026-03-29 02:00 to 2026-03-29 03:00 just before, and it runs now"
            " for the minutes that were skipped. It was due at 2026-03-29 03:00 +0200.",
        ),
    ],
)
def test_a_skipped_hour_is_named(expression: str, moment: str, reason: str) -> None:
    assert reason in why(expression, moment)


def test_the_second_pass_of_a_repeated_hour_is_named() -> None:
    assert why("30 2 * * *", "2026-10-25 02:30", fold=1).startswith(
        "The clocks went back from 2026-10-25 03:00 to 2026-10-25 02:00, so 02:00–02:59 came twice:"
        " a job with a fixed time runs only in the first pass."
    )


def test_a_day_that_never_was_is_too_much_to_make_up() -> None:
    apia = ZoneInfo("Pacific/Apia")
    at = seconds("2011-12-31 00:00", zone=apia)
    assert "That is too far for cron to make up" in why_not(
        Schedule.parse("0 12 30 12 *"), at, zone=apia
    )


def test_the_start_of_the_system_has_no_neighbours() -> None:
    assert why("@reboot", "2026-05-06 03:00") == (
        "It runs when the system starts, and at no other time."
    )


def test_at_the_end_of_the_years_there_is_no_next_run() -> None:
    said = why_not(Schedule.parse("0 0 1 1 *"), 253_360_000_000, zone=BERLIN)
    assert said.endswith("There is no next run.")


@settings(max_examples=100, deadline=None)
@given(accepted, st.sampled_from(CHANGES), st.integers(-DAY // 60, DAY // 60))
def test_there_is_always_a_reason(expression: str, change: tuple[str, str], minutes: int) -> None:
    zone = ZoneInfo(change[0])
    schedule = Schedule.parse(expression)
    at = midnight(change[1]) + minutes * 60
    said = why_not(schedule, at, zone=zone)
    assert ("It was due at" in said) == schedule.matches(at, zone=zone)
    assert not said.startswith(("The run before", "There was no run before"))
    assert why_not(schedule, at, zone=zone, language="ru")
