"""What there is to say about a schedule, before it is said in a language.

Five fields can say one thing in many ways. Here they become the few shapes for which a language
has words, and every shape says exactly the same minutes as the fields.
"""

from dataclasses import dataclass

from ask.cron.wall import WallTimes

MOST_TIMES = 6
"""More times of a day than these are not told one by one."""

LONG_MONTH = 28
"""Days that every month has."""


@dataclass(frozen=True)
class At:
    """At these times of the day, such as `03:00`."""

    times: tuple[str, ...]


@dataclass(frozen=True)
class EveryMinutes:
    """Every so many minutes, all day or from the first to the last time of `window`."""

    count: int
    window: tuple[str, str] | None = None


@dataclass(frozen=True)
class EveryHours:
    """At one minute of every so many hours from midnight on; with a window, of each hour in it."""

    count: int
    minute: int
    window: tuple[str, str] | None = None


@dataclass(frozen=True)
class Minutes:
    """At these minutes of these hours, or of every hour; no minutes: every one."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]


Times = At | EveryMinutes | EveryHours | Minutes


@dataclass(frozen=True)
class Days:
    """On these dates, weekdays (0: Sunday, the last) and months; an empty one restricts nothing.

    With dates and weekdays, `is_and` says whether a day must be both; otherwise either will do.
    """

    dates: tuple[int, ...]
    weekdays: tuple[int, ...]
    months: tuple[int, ...]
    is_and: bool

    @property
    def has_only_rare_dates(self) -> bool:
        """Whether some of the months have none of the dates."""
        return not self.months and bool(self.dates) and min(self.dates) > LONG_MONTH


def times_of(times: WallTimes) -> Times:
    minutes = tuple(sorted(times.minute.values))
    hours = tuple(sorted(times.hour.values))
    every_minutes = _step(minutes, 60)
    every_hours = _step(hours, 24)
    is_unbroken = hours == tuple(range(hours[0], hours[-1] + 1))
    window = (clock(hours[0], minutes[0]), clock(hours[-1], minutes[-1]))
    if every_minutes and every_hours == 1:
        said: Times = EveryMinutes(every_minutes)
    elif every_hours and len(minutes) == 1:
        said = EveryHours(every_hours, minutes[0])
    elif len(minutes) * len(hours) <= MOST_TIMES:
        said = At(tuple(clock(hour, minute) for hour in hours for minute in minutes))
    elif every_minutes and is_unbroken:
        said = EveryMinutes(every_minutes, window)
    elif len(minutes) == 1 and is_unbroken:
        said = EveryHours(1, minutes[0], window)
    else:
        said = Minutes(
            () if times.minute.is_every else minutes, () if times.hour.is_every else hours
        )
    return said


def days_of(times: WallTimes) -> Days:
    dates = () if times.day.is_every else tuple(sorted(times.day.values))
    weekdays = () if times.weekday.is_every else _from_monday(times.weekday.values)
    if not times.is_day_and and not (dates and weekdays):
        dates = weekdays = ()  # one of them is satisfied by any day
    months = () if times.month.is_every else tuple(sorted(times.month.values))
    return Days(dates, weekdays, months, times.is_day_and)


def _from_monday(weekdays: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(weekdays, key=lambda weekday: (weekday - 1) % 7))


def clock(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}"


def runs_of(values: tuple[int, ...]) -> list[tuple[int, int]]:
    """Neighbours together, where there are three or more: 8, 9, 10, 20 is 8–10 and 20–20."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return [
        pair
        for run in runs
        for pair in ([(run[0], run[-1])] if len(run) > 2 else [(value, value) for value in run])
    ]


def _step(values: tuple[int, ...], span: int) -> int | None:
    """How far apart they are, if they go round the clock evenly, and from 0."""
    if span % len(values) == 0 and values == tuple(range(0, span, span // len(values))):
        step = span // len(values)
        return step if step < span else None
    return None
