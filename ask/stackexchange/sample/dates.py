"""The years of the sample community: when things happen, and how the dump writes moments.

Moments are milliseconds since 1970-01-01 UTC. The community lives from 2010 to 2025 at every
size; a larger dump is a busier one.
"""

import math

DAY = 86_400_000
HOUR = 3_600_000
BEGIN = 14_823 * DAY
"""2010-08-02."""
END = 20_269 * DAY
"""2025-06-30: nothing happens later."""

_LICENCES = ((15_072 * DAY, "2.5"), (17_653 * DAY, "3.0"))
_GRID = 1024


def _days() -> list[str]:
    """Return every day from 1970 to END, written out."""
    days: list[str] = []
    year = 1970
    while len(days) <= END // DAY:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        for month, length in enumerate(lengths, start=1):
            days += [f"{year}-{month:02}-{day:02}T" for day in range(1, length + 1)]
        year += 1
    return days


_DAYS = _days()
_MINUTES = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
_SECONDS = [f"{second:02}." for second in range(60)]
_MILLISECONDS = [f"{millisecond:03}" for millisecond in range(1000)]


def written(moment: int) -> str:
    """Write a moment as the dump does: `2014-01-21T20:26:05.383`."""
    day, rest = divmod(moment, DAY)
    minute, rest = divmod(rest, 60_000)
    second, millisecond = divmod(rest, 1000)
    return _DAYS[day] + _MINUTES[minute] + _SECONDS[second] + _MILLISECONDS[millisecond]


def written_day(day: int) -> str:
    """Write a day as the dump's votes do, with the time cut off."""
    return f"{_DAYS[day]}00:00:00.000"


def licence(moment: int) -> str:
    """Return the Creative Commons licence of what was written at a moment."""
    for before, version in _LICENCES:
        if moment < before:
            return f"CC BY-SA {version}"
    return "CC BY-SA 4.0"


def _cumulative() -> list[float]:
    """Return the share of all questions asked by each point of the years: growth, then age."""
    total = 0.0
    shares = [0.0]
    for at in range(_GRID):
        growth = 0.3 + 0.7 * min(1.0, at / 300)
        age = 1 - 0.4 * at / _GRID
        season = 1 + 0.18 * math.cos(2 * math.pi * at * (END - BEGIN) / DAY / _GRID / 365.25)
        total += growth * age * season
        shares.append(total)
    return [share / total for share in shares]


_SHARES = _cumulative()


def _moments() -> list[float]:
    """Return the point of the years at which each share was reached, the inverse of _SHARES."""
    found = []
    at = 0
    for step in range(_GRID + 1):
        share = step / _GRID
        while at < _GRID - 1 and _SHARES[at + 1] < share:
            at += 1
        within = (share - _SHARES[at]) / (_SHARES[at + 1] - _SHARES[at])
        found.append((at + within) / _GRID)
    return found


_MOMENTS = _moments()


def moment_at(share: float) -> int:
    """Return the moment by which a share (0 to 1) of all questions was asked.

    It grows with the share. More happens by day (in Europe) than at night.
    """
    place = share * _GRID
    step = min(int(place), _GRID - 1)
    years = _MOMENTS[step] + (_MOMENTS[step + 1] - _MOMENTS[step]) * (place - step)
    moment = BEGIN + int(years * (END - BEGIN - DAY))
    start = moment - moment % DAY
    part = (moment - start) / DAY
    by_day = part - 0.13 * (math.sin(2 * math.pi * (part - 0.6)) + math.sin(2 * math.pi * 0.6))
    return start + int(DAY * by_day)


def share_at(moment: int) -> float:
    """Return the share of all questions asked by a moment; the inverse of `moment_at`, nearly."""
    place = (moment - BEGIN) / (END - BEGIN) * _GRID
    step = max(0, min(int(place), _GRID - 1))
    return _SHARES[step] + (_SHARES[step + 1] - _SHARES[step]) * min(1.0, place - step)
