"""Which minutes cron starts a job in: the main loop of Debian's cron 3.0pl1, without waiting.

Cron keeps two clocks. The one on the wall jumps when summer time begins and ends; the virtual one
follows it. While they agree, every job runs when its wall minute comes. When they do not, a
wildcard job (a minute or hour that starts with `*`) goes by the wall, a fixed-time job by the
virtual clock: it neither misses the skipped hour nor repeats the repeated one.

Between two changes of the offset the clocks agree, and nothing needs to be counted minute by
minute. Right after a change the loop is followed as it stands in `cron.c`.

All minutes here are real ones, since 1970-01-01 00:00 UTC.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from ask.cron.offsets import DAY, EARLIEST, HOUR, LATEST, changes, offset_at
from ask.cron.wall import Cursor, WallTimes

YEAR = 366 * DAY
HORIZON = 50 * YEAR
"""A job with no run within this has none."""

SMALL = 5
"""Minutes that are made up for every job."""

LARGE = 3 * HOUR
"""Minutes beyond which cron takes the wall's word and makes up nothing."""

_FIRST_SECOND = 1
_PAUSE = 10
"""Cron wakes in the first second of a minute, and sleeps 10 s after each start that it makes up."""


@dataclass(frozen=True)
class Clock:
    """When the times of a schedule come in a zone."""

    times: WallTimes
    zone: tzinfo

    def after(self, minute: int) -> Iterator[int]:
        """The minutes of its runs later than `minute`, in order, as long as there are any."""
        cursor = Cursor(self.times)
        begin, last = minute + 1, minute
        while EARLIEST < begin < LATEST - YEAR and begin - last < HORIZON:
            for stretch in self._stretches(begin, begin + YEAR):
                for run in stretch.runs(cursor):
                    last = run
                    yield run
            begin += YEAR

    def before(self, minute: int) -> Iterator[int]:
        """The minutes of its runs earlier than `minute`, latest first."""
        cursor = Cursor(self.times, is_backwards=True)
        end, last = minute, minute
        while EARLIEST + YEAR < end < LATEST and last - end < HORIZON:
            for stretch in reversed(list(self._stretches(end - YEAR, end))):
                for run in stretch.runs_backwards(cursor):
                    last = run
                    yield run
            end -= YEAR

    def has(self, minute: int) -> bool:
        """Whether it runs in this minute."""
        if not EARLIEST < minute < LATEST:
            return False
        cursor = Cursor(self.times)
        stretches = self._stretches(minute, minute + 1)
        return any(run == minute for stretch in stretches for run in stretch.runs(cursor))

    def _stretches(self, begin: int, end: int) -> Iterator["_Calm | _Turn"]:
        """From `begin` to before `end`, cut where the clocks part and where they agree again."""
        # A day before, they agree again whatever happened earlier.
        agreed = begin - DAY
        for change in changes(agreed, end, zone=self.zone):
            if change.at >= agreed:
                yield _Calm(max(agreed, begin), change.at, change.before)
                runs, agreed = self._turn(change.at, change.before)
                yield _Turn([run for run in runs if begin <= run < end])
        if agreed < end:
            yield _Calm(max(agreed, begin), end, offset_at(agreed, zone=self.zone))

    def _turn(self, minute: int, offset: int) -> tuple[list[int], int]:
        """The runs from the first minute of a new offset, and the minute when the clocks agree.

        `offset` is the old one. This is the loop of `main` in Debian's `cron.c`.
        """
        runs: set[int] = set()
        virtual = minute - 1 + offset
        while True:
            wall = minute + offset_at(minute, zone=self.zone)
            late = wall - virtual
            if late == 1 or late > LARGE or late <= -LARGE:
                virtual = self._run_all(minute, runs, walls=range(wall, wall + 1))
            elif late > SMALL:
                virtual = self._catch_up(minute, runs, virtual=virtual, wall=wall)
            elif late > 0:
                virtual = self._run_all(minute, runs, walls=range(virtual + 1, wall + 1))
            elif self.times.is_wildcard and self.times.matches(wall):
                runs.add(minute)
            minute += 1
            # What was due in the last second of a minute is started in the next one.
            if virtual == wall and minute not in runs:
                return sorted(runs), minute

    def _run_all(self, minute: int, runs: set[int], *, walls: range) -> int:
        if any(map(self.times.matches, walls)):
            runs.add(minute)
        return walls[-1]

    def _catch_up(self, minute: int, runs: set[int], *, virtual: int, wall: int) -> int:
        """Start what the virtual clock has missed until it agrees, or until the minute is over."""
        if self.times.is_wildcard:
            return self._run_all(minute, runs, walls=range(wall, wall + 1))
        second = _FIRST_SECOND
        is_due = False
        while virtual < wall and second < 60:
            if is_due:
                runs.add(minute)
                second += _PAUSE
            virtual += 1
            is_due = self.times.matches(virtual)
        if is_due:
            runs.add(minute + second // 60)
        return virtual


@dataclass(frozen=True)
class _Calm:
    """Minutes in which the two clocks agree: from `begin` to before `end`, at one offset."""

    begin: int
    end: int
    offset: int

    def runs(self, cursor: Cursor) -> Iterator[int]:
        wall = cursor.seek(self.begin + self.offset)
        while wall is not None and wall < self.end + self.offset:
            yield wall - self.offset
            wall = cursor.seek(wall + 1)

    def runs_backwards(self, cursor: Cursor) -> Iterator[int]:
        wall = cursor.seek(self.end - 1 + self.offset)
        while wall is not None and wall >= self.begin + self.offset:
            yield wall - self.offset
            wall = cursor.seek(wall - 1)


@dataclass(frozen=True)
class _Turn:
    """The runs between a change of the offset and the minute when the clocks agree again."""

    found: list[int]

    def runs(self, _: Cursor) -> Iterable[int]:
        return self.found

    def runs_backwards(self, _: Cursor) -> Iterable[int]:
        return reversed(self.found)
