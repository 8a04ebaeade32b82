"""The schedule of one crontab entry: read strictly, and run as Debian's cron runs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from difflib import get_close_matches

from ask.cron.clock import Clock
from ask.cron.fields import KINDS, Field, ScheduleError
from ask.cron.reasons import Reason
from ask.cron.wall import WallTimes

__all__ = ["Doubt", "Schedule", "ScheduleError"]

REBOOT = "@reboot"
NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""What Debian makes of them; it compares them letter by letter, so `@Daily` is none."""

_OTHERS = {"@minutely": "* * * * *", "@quarterly": "0 0 1 1,4,7,10 *"}
"""Nicknames of other crons."""

_EVERY = re.compile(r"@every[ \t]+(?:([0-9]{1,4})h)?(?:([0-9]{1,4})m)?(?:0s)?", re.I)


@dataclass(frozen=True)
class Doubt:
    """What another cron reads differently in a schedule that is accepted, or what it cannot mean.

    It is about `text[column:end]` of the schedule; `instead` is empty where none is better.
    """

    reason: Reason
    column: int
    end: int
    instead: str = ""


@dataclass(frozen=True)
class Schedule:
    """When a job runs: five fields, or the start of the system."""

    text: str
    times: WallTimes | None = field(repr=False)
    """None: when the system starts."""
    warnings: tuple[Doubt, ...] = field(default=(), repr=False)

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """Read five fields or a nickname. Raises ScheduleError.

        Blanks and tabs separate the fields, as they do in a crontab.
        """
        words = [(found.group(), found.start()) for found in re.finditer(r"[^ \t]+", text)]
        if not words:
            raise ScheduleError(Reason("no schedule"), column=0, end=len(text), instead="* * * * *")
        first, column = words[0]
        if first.startswith("@"):
            return cls._nickname(text)
        if len(words) != len(KINDS):
            raise _wrong_count(text, [word for word, _ in words], column)
        times = WallTimes(
            *(
                Field.parse(word, kind=kind, column=column)
                for kind, (word, column) in zip(KINDS, words, strict=True)
            )
        )
        if times.is_day_and and not times.has_such_a_date:
            raise _no_such_date(text, times)
        return cls(text, times, tuple(_doubts(times)))

    @classmethod
    def _nickname(cls, text: str) -> "Schedule":
        name = text.strip(" \t")
        if name == REBOOT:
            return cls(text, None)
        if name not in NICKNAMES:
            raise _unknown_nickname(text, name)
        return cls(text, cls.parse(NICKNAMES[name]).times)

    @property
    def is_reboot(self) -> bool:
        """Whether it runs when the system starts, and at no other time."""
        return self.times is None

    @property
    def is_wildcard(self) -> bool:
        """Whether it follows the clock through summer time; otherwise it has fixed times.

        Debian's test: the minute or the hour starts with `*`.
        """
        return self.times is not None and self.times.is_wildcard

    @property
    def day_rule(self) -> str:
        """`and`: both day fields must match; `or`: either is enough.

        Debian's test: `and` if either of them starts with `*`.
        """
        return "or" if self.times is not None and not self.times.is_day_and else "and"

    def runs(self, after: int, *, zone: tzinfo) -> Iterator[int]:
        """The moments it runs at, strictly later than `after`, in order.

        Moments are seconds since 1970 in UTC, and those returned begin a minute. It ends only if
        there is nothing within 50 years.
        """
        if self.times is not None:
            for minute in Clock(self.times, zone).after(after // 60):
                yield minute * 60

    def previous(self, before: int, *, zone: tzinfo) -> Iterator[int]:
        """The moments it ran at, strictly earlier than `before`, latest first; as `runs`."""
        if self.times is not None:
            for minute in Clock(self.times, zone).before(-(-before // 60)):
                yield minute * 60

    def matches(self, moment: int, *, zone: tzinfo) -> bool:
        """Whether it runs in the minute of `moment`, in seconds since 1970 in UTC."""
        return self.times is not None and Clock(self.times, zone).has(moment // 60)


def _wrong_count(text: str, words: list[str], column: int) -> ScheduleError:
    stripped = text.rstrip(" \t")
    if len(words) == len(KINDS) + 1:
        return ScheduleError(
            Reason("six fields: cron has neither seconds nor years"),
            column=column,
            end=len(stripped),
            instead=" ".join(words[1:]).replace("?", "*"),
        )
    reason = Reason(
        "{count} fields: cron wants five, minute, hour, day of the month, month, day of the week",
        count=len(words),
    )
    if len(words) == 1:
        reason = Reason(
            "one field: cron wants five, minute, hour, day of the month, month, day of the week"
        )
    return ScheduleError(reason, column=column, end=len(stripped))


def _no_such_date(text: str, times: WallTimes) -> ScheduleError:
    column, end = times.day.column, times.month.end
    last = 28 if times.month.values == {2} else 30
    between = text[times.day.end : times.month.column]
    return ScheduleError(
        Reason("there is no such date: it would never run"),
        column=column,
        end=end,
        instead=f"{last}{between}{times.month.text}",
    )


def _unknown_nickname(text: str, name: str) -> ScheduleError:
    column = len(text) - len(text.lstrip(" \t"))
    known = [*NICKNAMES, REBOOT]
    if name.lower().startswith("@every"):
        reason, instead = Reason("cron does not know @every"), _every(name)
    elif name.lower() in known:
        reason, instead = Reason("cron knows nicknames in small letters only"), name.lower()
    elif name.lower() in _OTHERS:
        reason, instead = Reason("cron does not know {name}", name=name), _OTHERS[name.lower()]
    elif close := get_close_matches(name.lower()[:20], known, n=1):
        instead = close[0]
        reason = Reason(
            "cron does not know {name}; did you mean {close}?", name=name, close=instead
        )
    else:
        instead = ""
        reason = Reason(
            "cron does not know {name}: it knows {known}", name=name, known=", ".join(known)
        )
    return ScheduleError(reason, column=column, end=column + len(name), instead=instead)


def _every(name: str) -> str:
    """The fields for `@every 5m`, where there are any: its period must divide an hour or a day."""
    matched = _EVERY.fullmatch(name)
    minutes = int(matched[1] or 0) * 60 + int(matched[2] or 0) if matched else 0
    if minutes == 1:
        return "* * * * *"
    if 0 < minutes < 60 and 60 % minutes == 0:
        return f"*/{minutes} * * * *"
    hours, rest = divmod(minutes, 60)
    if rest or not hours or 24 % hours:
        return ""
    return {1: "0 * * * *", 24: "0 0 * * *"}.get(hours, f"0 */{hours} * * *")


def _doubts(times: WallTimes) -> Iterator[Doubt]:
    for part in (times.minute, times.hour, times.day, times.month, times.weekday):
        for term in part.terms:
            if term.is_step_too_large:
                yield Doubt(
                    Reason(
                        "this step is never taken: it is only ever {kind} {value}",
                        kind=part.kind,
                        value=term.low,
                    ),
                    term.column,
                    term.end,
                    str(term.low),
                )
    if times.day.is_every and times.weekday.is_every:
        return
    if times.is_day_and != (times.day.has_plain_star or times.weekday.has_plain_star):
        yield _days_read_differently(times)
    elif not times.is_day_and and not times.has_such_a_date:
        yield Doubt(
            Reason("there is no such date, so only the day of the week counts"),
            times.day.column,
            times.month.end,
        )


def _days_read_differently(times: WallTimes) -> Doubt:
    if times.is_day_and:
        reason = Reason(
            "crons disagree about these days: for Debian a day must match both day fields, for"
            " Kubernetes it is enough that it matches either"
        )
    else:
        reason = Reason(
            "crons disagree about these days: for Debian it is enough that it matches either, for"
            " Kubernetes a day must match both day fields"
        )
    return Doubt(
        reason,
        times.day.column,
        times.weekday.end,
    )
