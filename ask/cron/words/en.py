"""Schedules in English."""

from collections.abc import Callable, Iterable

from ask.cron.words.shape import At, Days, EveryHours, EveryMinutes, Minutes, Times, runs_of

REBOOT = "when the system starts"
WEEKDAYS = tuple("Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split())
MONTHS = (
    "",
    *"January February March April May June July".split(),
    *"August September October November December".split(),
)
WORKDAYS = (1, 2, 3, 4, 5)
ODD = tuple(range(1, 32, 2))
EVEN = tuple(range(2, 32, 2))
PLURALS = {"entry": "entries"}
"""Those that do not only take an s."""


def sentence(times: Times, days: Days) -> str:
    said = _times(times)
    if days.dates:
        weekdays = ""
        if days.weekdays and days.is_and:
            weekdays = f", only if it is also {listed(map(_a, days.weekdays), last='or')}"
        elif days.weekdays:
            weekdays = f", and on every {listed(WEEKDAYS[day] for day in days.weekdays)}"
            weekdays += f" in {_months(days)}" if days.months else ""
        return f"{said} {_dates(days)}{weekdays}"
    months = f" in {_months(days)}" if days.months else ""
    if isinstance(times, At):
        return f"every {_day(days)} {said}{months}"
    return f"{said}{_on_weekdays(days)}{months}"


def _times(times: Times) -> str:
    match times:
        case At(at):
            return f"at {listed(at)}"
        case Minutes(minutes, hours):
            return _minutes(minutes, hours)
        case EveryMinutes(count, window):
            said = _every(count, "minute")
        case EveryHours(count, minute, window):
            said = _every(count, "hour")
            # A window tells the minute.
            said += f" at minute {minute}" if minute and not window else ""
    return f"{said} from {window[0]} to {window[1]}" if window else said


def _every(count: int, unit: str) -> str:
    return f"every {unit}" if count == 1 else f"every {counted(count, unit)}"


def _minutes(minutes: tuple[int, ...], hours: tuple[int, ...]) -> str:
    if not minutes:
        said = "every minute"
    else:
        said = f"at minute{'s' if len(minutes) > 1 else ''} {numbers(minutes)}"
    if not hours:
        return f"{said} of every hour"
    return f"{said} of hour{'s' if len(hours) > 1 else ''} {numbers(hours)}"


def _dates(days: Days) -> str:
    where = f"of {_months(days)}" if days.months else "of every month"
    if days.has_only_rare_dates:
        where += " that has " + ("one" if len(days.dates) == 1 else "them")
    if days.dates in (ODD, EVEN):
        return f"on the {'odd' if days.dates == ODD else 'even'} days {where}"
    return f"on the {listed(_ranges(days.dates, ordinal))} {where}"


def _day(days: Days) -> str:
    if not days.weekdays:
        return "day"
    if days.weekdays == WORKDAYS:
        return "weekday"
    return listed(WEEKDAYS[day] for day in days.weekdays)


def _on_weekdays(days: Days) -> str:
    if not days.weekdays:
        return ""
    if days.weekdays == WORKDAYS:
        return " on weekdays"
    return f" on {listed(f'{WEEKDAYS[day]}s' for day in days.weekdays)}"


def _months(days: Days) -> str:
    return listed(_ranges(days.months, MONTHS.__getitem__))


def _a(weekday: int) -> str:
    return f"a {WEEKDAYS[weekday]}"


def ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def numbers(values: tuple[int, ...]) -> str:
    return listed(_ranges(values, str))


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """`1, 2 and 3`."""
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def counted(count: int, unit: str) -> str:
    return f"{count} {unit if count == 1 else PLURALS.get(unit, f'{unit}s')}"


def _ranges(values: tuple[int, ...], name: Callable[[int], str]) -> list[str]:
    return [
        name(first) if first == last else f"{name(first)}–{name(last)}"
        for first, last in runs_of(values)
    ]
