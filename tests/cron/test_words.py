"""A schedule in words: natural, complete, and never a lie."""

import re

import pytest
from hypothesis import given, settings

from ask.cron.schedule import Schedule
from ask.cron.words import LANGUAGES, duration_in_words, in_words
from ask.cron.words.shape import At, EveryHours, EveryMinutes, Minutes, days_of, times_of
from tests.cron.test_schedule import accepted

EXAMPLES = [
    ("* * * * *", "every minute", "каждую минуту"),
    ("*/3 * * * *", "every 3 minutes", "каждые 3 минуты"),
    ("*/5 * * * *", "every 5 minutes", "каждые 5 минут"),
    ("0-59/2 * * * *", "every 2 minutes", "каждые 2 минуты"),
    (
        "*/21 * * * *",
        "at minutes 0, 21 and 42 of every hour",
        "на минутах 0, 21 и 42 каждого часа",
    ),
    ("@hourly", "every hour", "каждый час"),
    ("21 * * * *", "every hour at minute 21", "каждый час на 21-й минуте"),
    ("0 */2 * * *", "every 2 hours", "каждые 2 часа"),
    ("15 */6 * * *", "every 6 hours at minute 15", "каждые 6 часов на 15-й минуте"),
    ("0 3 * * *", "every day at 03:00", "каждый день в 03:00"),
    ("0 */24 * * *", "every day at 00:00", "каждый день в 00:00"),
    (
        "0 3 7 * *",
        "at 03:00 on the 7th of every month",
        "в 03:00 7-го числа каждого месяца",
    ),
    (
        "30 4 1,15 * 5",
        "at 04:30 on the 1st and 15th of every month, and on every Friday",
        "в 04:30 1-го и 15-го числа каждого месяца, а также каждую пятницу",
    ),
    (
        "0 0 */2 * 1",
        "at 00:00 on the odd days of every month, only if it is also a Monday",
        "в 00:00 по нечётным числам каждого месяца, только если это понедельник",
    ),
    (
        "0 0 1 * */3",
        "at 00:00 on the 1st of every month,"
        " only if it is also a Wednesday, a Saturday or a Sunday",
        "в 00:00 1-го числа каждого месяца, только если это среда, суббота или воскресенье",
    ),
    ("0 9 * * 1-5", "every weekday at 09:00", "по будням в 09:00"),
    ("0 9 * * 0,6", "every Saturday and Sunday at 09:00", "по выходным в 09:00"),
    ("0 9 * * 3", "every Wednesday at 09:00", "каждую среду в 09:00"),
    (
        "0,30 9 * * tue,thu",
        "every Tuesday and Thursday at 09:00 and 09:30",
        "по вторникам и четвергам в 09:00 и 09:30",
    ),
    (
        "*/15 8-17 * * 1-5",
        "every 15 minutes from 08:00 to 17:45 on weekdays",
        "по будням каждые 15 минут с 08:00 до 17:45",
    ),
    ("30 8-17 * * *", "every hour from 08:30 to 17:30", "каждый час с 08:30 до 17:30"),
    ("* 5 * * *", "every minute from 05:00 to 05:59", "каждую минуту с 05:00 до 05:59"),
    (
        "5-59/15 8-17 * * *",
        "at minutes 5, 20, 35 and 50 of hours 8–17",
        "на минутах 5, 20, 35 и 50 в часы 8–17",
    ),
    ("* 1,3 * * *", "every minute of hours 1 and 3", "каждую минуту в часы 1 и 3"),
    ("0 0 29 2 *", "at 00:00 on the 29th of February", "в 00:00 29-го числа февраля"),
    (
        "0 0 31 * *",
        "at 00:00 on the 31st of every month that has one",
        "в 00:00 31-го числа каждого месяца, где оно есть",
    ),
    (
        "0 0 1-7 jun-aug *",
        "at 00:00 on the 1st–7th of June–August",
        "в 00:00 1-го – 7-го числа июня – августа",
    ),
    (
        "0 0 1 6 5",
        "at 00:00 on the 1st of June, and on every Friday in June",
        "в 00:00 1-го числа июня, а также каждую пятницу в июне",
    ),
    ("0 0 * 6 *", "every day at 00:00 in June", "каждый день в 00:00 в июне"),
    ("*/5 * * 6 *", "every 5 minutes in June", "каждые 5 минут в июне"),
    ("@reboot", "when the system starts", "при запуске системы"),
]


@pytest.mark.parametrize(("expression", "english", "russian"), EXAMPLES)
def test_a_schedule_is_said_as_a_person_would(expression: str, english: str, russian: str) -> None:
    schedule = Schedule.parse(expression)
    assert in_words(schedule, language="en") == english
    assert in_words(schedule, language="ru") == russian


@pytest.mark.parametrize("expression", ["0 0 1,* * 1", "0 0 1 * 0-6", "0 0 1-31 * 1"])
def test_either_of_two_is_every_day_if_one_of_them_is(expression: str) -> None:
    assert in_words(Schedule.parse(expression), language="en") == "every day at 00:00"


@pytest.mark.parametrize("expression", ["0 0 *,1 * 1", "0 0 */1 * 1"])
def test_both_of_two_is_the_other_if_one_of_them_is_every_day(expression: str) -> None:
    assert in_words(Schedule.parse(expression), language="en") == "every Monday at 00:00"


def minutes_of_a_day(said: At | EveryMinutes | EveryHours | Minutes) -> set[int]:
    """What the shape promises, read back."""

    def minute(clock: str) -> int:
        hours, _, minutes = clock.partition(":")
        return int(hours) * 60 + int(minutes)

    match said:
        case At(times):
            return {minute(time) for time in times}
        case EveryMinutes(count, window):
            first, last = map(minute, window) if window else (0, 1439)
            return set(range(first, last + 1, count))
        case EveryHours(count, past, window):
            first, last = map(minute, window) if window else (past, 1439)
            return set(range(first, last + 1, count * 60))
        case Minutes(minutes, hours):
            return {
                hour * 60 + past for hour in hours or range(24) for past in minutes or range(60)
            }


@settings(max_examples=300, deadline=None)
@given(accepted)
def test_every_schedule_is_said_and_says_the_same_minutes(expression: str) -> None:
    schedule = Schedule.parse(expression)
    times = schedule.times
    assert times is not None
    assert minutes_of_a_day(times_of(times)) == {
        hour * 60 + minute for hour in times.hour.values for minute in times.minute.values
    }
    said = days_of(times)
    is_either_any_day = not times.is_day_and and (times.day.is_every or times.weekday.is_every)
    if not is_either_any_day:
        assert set(said.dates or range(1, 32)) == times.day.values
        assert set(said.weekdays or range(7)) == times.weekday.values
    for language in LANGUAGES:
        words = in_words(schedule, language=language)  # type: ignore[arg-type]
        assert words
        assert not re.search(r"  |\{|\}|\bNone\b| ,|\(\)", words)


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0, "0 seconds", "0 секунд"),
        (1, "1 second", "1 секунда"),
        (90, "1 minute 30 seconds", "1 минута 30 секунд"),
        (3600, "1 hour", "1 час"),
        (183_722, "2 days 3 hours 2 minutes 2 seconds", "2 дня 3 часа 2 минуты 2 секунды"),
        (11 * 86400 + 21, "11 days 21 seconds", "11 дней 21 секунда"),
    ],
)
def test_a_duration_is_said_with_its_units(seconds: int, english: str, russian: str) -> None:
    assert duration_in_words(seconds, language="en") == english
    assert duration_in_words(seconds, language="ru") == russian
