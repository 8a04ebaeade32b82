"""The minutes of a clock on the wall that the five fields of a schedule name.

A wall minute counts from 1970-01-01 00:00 as the wall shows it: no time zone, no summer time.
`cronsim` finds the next one. It is never given a time zone, because what it makes of one is not
what Debian's cron does; that is `clock`'s part.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from cronsim import CronSim

from ask.cron import fields
from ask.cron.offsets import DAY, HOUR

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall has no time zone
_EPOCH_DAY = _EPOCH.toordinal()
_MINUTE = timedelta(minutes=1)
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month, in a leap year."""


@dataclass(frozen=True)
class WallTimes:
    """What the five fields of a schedule mean together."""

    minute: fields.Field
    hour: fields.Field
    day: fields.Field
    month: fields.Field
    weekday: fields.Field

    @property
    def is_wildcard(self) -> bool:
        """Whether Debian lets it follow the clock rather than run once at a fixed time."""
        return self.minute.starts_with_star or self.hour.starts_with_star

    @property
    def is_day_and(self) -> bool:
        """Whether both day fields must match; otherwise either is enough."""
        return self.day.starts_with_star or self.weekday.starts_with_star

    @property
    def has_such_a_date(self) -> bool:
        """Whether any of the days is in any of the months."""
        return min(self.day.values) <= max(_LONGEST[month] for month in self.month.values)

    def matches(self, wall: int) -> bool:
        minutes, hours = self._minutes_and_hours
        return (
            wall % HOUR in minutes
            and wall // HOUR % 24 in hours
            and self.matches_day(date.fromordinal(_EPOCH_DAY + wall // DAY))
        )

    def matches_day(self, day: date) -> bool:
        if day.month not in self.month.values:
            return False
        is_date = day.day in self.day.values
        is_weekday = day.isoweekday() % 7 in self.weekday.values
        return is_date and is_weekday if self.is_day_and else is_date or is_weekday

    @cached_property
    def _minutes_and_hours(self) -> tuple[frozenset[int], frozenset[int]]:
        return self.minute.values, self.hour.values

    def __str__(self) -> str:
        return f"{self.minute} {self.hour} {self.day} {self.month} {self.weekday}"


class Cursor:
    """Goes over the wall minutes that match, in one direction."""

    def __init__(self, times: WallTimes, *, is_backwards: bool = False) -> None:
        self._times = str(times)
        self._direction = -1 if is_backwards else 1
        self._sought: int | None = None
        self._found: int | None = None

    def seek(self, wall: int) -> int | None:
        """The first match at `wall` or, in this cursor's direction, beyond it.

        None if there is none within 50 years.
        """
        if self._sought is None or (wall - self._sought) * self._direction < 0:
            self._restart(wall)
        while self._found is not None and (self._found - wall) * self._direction < 0:
            self._advance()
        self._sought = wall
        return self._found

    def _restart(self, wall: int) -> None:
        before = _EPOCH + (wall - self._direction) * _MINUTE
        self._matches = CronSim(self._times, before, reverse=self._direction < 0)
        self._advance()

    def _advance(self) -> None:
        try:
            self._found = (next(self._matches) - _EPOCH) // _MINUTE
        except (StopIteration, OverflowError, ValueError):  # the years of Python end
            self._found = None
