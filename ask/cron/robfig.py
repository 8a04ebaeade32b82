"""A schedule in the dialect of robfig/cron, which is the parser of Kubernetes.

It differs from Debian's in three things. Sunday is 0, and never 7. `*` alone makes both day fields
count together, so that `*/2` is a restriction like any other there. And a number with a step goes
on to the end; `Term` never writes one.
"""

from dataclasses import dataclass

from ask.cron.fields import WEEKDAY, Field, Term
from ask.cron.schedule import Schedule
from ask.cron.wall import WallTimes


@dataclass(frozen=True)
class Translation:
    """What to write for a schedule."""

    text: str
    is_exact: bool
    """Whether it means the same; otherwise it has all the moments of the schedule, and more."""


def translated(schedule: Schedule) -> Translation:
    """A schedule of which robfig/cron makes the same, or as little more as can be said to it.

    There is none for `@reboot`.
    """
    times = schedule.times
    assert times is not None, "@reboot is no time"  # noqa: S101
    if schedule.text.strip().startswith("@"):
        return Translation(schedule.text.strip(), is_exact=True)
    minute, hour, day, month, weekday = map(
        _field, (times.minute, times.hour, times.day, times.month, times.weekday)
    )
    is_exact = True
    if not times.is_day_and and (times.day.is_every or times.weekday.is_every):
        day = weekday = "*"
    elif times.is_day_and and not times.day.is_every and not times.weekday.is_every:
        # Only one of them can be said; the other one is left to whoever is started.
        is_exact = False
        day, weekday = ("*", weekday) if _is_rarer_by_weekday(times) else (day, "*")
    return Translation(f"{minute} {hour} {day} {month} {weekday}", is_exact=is_exact)


def _is_rarer_by_weekday(times: WallTimes) -> bool:
    return len(times.weekday.values) / 7 <= len(times.day.values) / 31


def _field(field: Field) -> str:
    if field.is_every:
        return "*"
    return ",".join(_weekdays(term) if field.kind is WEEKDAY else str(term) for term in field.terms)


def _weekdays(term: Term) -> str:
    if term.is_star or term.high < 7:
        return str(term)
    return ",".join(str(value % 7) for value in term.values)
