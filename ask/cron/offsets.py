"""When the clocks of a time zone are set forward or back, found by asking the zone itself.

A zone tells its offset at a moment and keeps its transitions to itself. Asked through UTC it is
never ambiguous, and a change by law (Almaty 2024) is found like any summer time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

HOUR = 60
"""Minutes; all times of this module are whole minutes since 1970-01-01 00:00."""

DAY = 24 * HOUR

_STEP = 3 * DAY
"""No zone has changed its offset twice within a week since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)

EARLIEST = (datetime(2, 1, 1, tzinfo=UTC) - _EPOCH) // _MINUTE
LATEST = (datetime(9998, 1, 1, tzinfo=UTC) - _EPOCH) // _MINUTE
"""Beyond these a date of Python has no room for an offset."""


@dataclass(frozen=True)
class Change:
    """The first UTC minute `at` of a new offset, and the offsets of the zone around it."""

    at: int
    before: int
    after: int

    @property
    def skipped(self) -> range:
        """Wall minutes that never come."""
        return range(self.at + self.before, self.at + self.after)

    @property
    def repeated(self) -> range:
        """Wall minutes that come twice."""
        return range(self.at + self.after, self.at + self.before)


def moment(minute: int) -> datetime:
    """A UTC minute as a date of UTC."""
    return _EPOCH + minute * _MINUTE


def offset_at(minute: int, *, zone: tzinfo) -> int:
    """What to add to a UTC minute for the wall minute of the zone that begins in it.

    No zone has had seconds in its offset since 1972.
    """
    offset = moment(minute).astimezone(zone).utcoffset()
    return 0 if offset is None else -(-offset // _MINUTE)


def changes(since: int, until: int, *, zone: tzinfo) -> Iterator[Change]:
    """The changes at `since` or later and before `until`, in order."""
    since, until = max(since, EARLIEST), min(until, LATEST)
    for year in range(moment(since).year, moment(max(since, until)).year + 1):
        for change in _of_year(zone, year):
            if since <= change.at < until:
                yield change


@lru_cache(maxsize=4096)
def _of_year(zone: tzinfo, year: int) -> tuple[Change, ...]:
    found = []
    start = (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _MINUTE - 1
    end = (datetime(year + 1, 1, 1, tzinfo=UTC) - _EPOCH) // _MINUTE - 1
    before = offset_at(start, zone=zone)
    while start < end:
        step = min(start + _STEP, end)
        if (after := offset_at(step, zone=zone)) != before:
            step = _first_other(start, step, before=before, zone=zone)
            after = offset_at(step, zone=zone)
            found.append(Change(step, before, after))
        start, before = step, after
    return tuple(found)


def _first_other(same: int, other: int, *, before: int, zone: tzinfo) -> int:
    """The first minute after `same` whose offset is not `before`, which that of `other` is not."""
    while other - same > 1:
        middle = (same + other) // 2
        if offset_at(middle, zone=zone) == before:
            same = middle
        else:
            other = middle
    return other
