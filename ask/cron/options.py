"""The options of an entry that cron lacks, in comments above it.

#: name=calc_best timeout=10m retries=3 overlap=skip catchup=once
*/10 * * * * /home/ask/manage.py calc_best
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, NoReturn, cast

from ask.cron.commands import LONGEST_NAME, NAME
from ask.cron.reasons import Reason

MARK = "#:"

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_YEAR = 366 * 86400


class OptionError(Exception):
    """An option that is refused; `instead` is what to write in its place."""

    def __init__(self, reason: Reason, *, instead: str = "") -> None:
        super().__init__(f"{reason}; write {instead}" if instead else reason)
        self.reason = reason
        self.instead = instead


@dataclass(frozen=True)
class Options:
    """How the runner starts an entry. All times are in seconds."""

    timeout: int | None = None
    """It is ended when it runs longer."""
    grace: int = 10
    """Between being asked to end and being killed."""
    retries: int = 0
    """How often it is started again after a failure."""
    backoff: int = 60
    """Before the first retry."""
    overlap: Literal["skip", "allow"] = "skip"
    """Whether it may start while it is still running."""
    catchup: bool = False
    """Whether it is started once for all the runs missed in an outage."""
    late: int = 300
    """It is late when it has not started within this, and is not started any more then."""
    nodb: bool = False
    """Whether it is started even if the database does not answer."""

    def __str__(self) -> str:
        """As a comment would say it; what is as usual is left out."""
        return " ".join(filter(None, (word(key, options=self) for key in KEYS)))


def _seconds(lowest: int, highest: int) -> Callable[[str, str], int]:
    def read(key: str, value: str) -> int:
        matched = re.fullmatch(r"([0-9]{1,9})([smhd])", value, re.A)
        if not matched:
            _refuse_duration(key, value)
        seconds = int(matched[1]) * _UNITS[matched[2]]
        if not lowest <= seconds <= highest:
            nearest = min(max(seconds, lowest), highest)
            raise OptionError(
                Reason(
                    "{key} goes from {low} to {high}",
                    key=key,
                    low=duration(lowest),
                    high=duration(highest),
                ),
                instead=f"{key}={duration(nearest)}",
            )
        return seconds

    return read


def _refuse_duration(key: str, value: str) -> NoReturn:
    reason = Reason("{key} is a whole number with s, m, h or d, such as 90s or 10m", key=key)
    number = re.match(r"[0-9]{1,9}", value, re.A)
    rest = value[number.end() :].lower().lstrip() if number else ""
    unit = next((unit for unit in _UNITS if rest.startswith(unit)), "s" if not rest else "")
    raise OptionError(reason, instead=f"{key}={number[0]}{unit}" if number and unit else "")


def _count(key: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value, re.A) or int(value) > 100:
        raise OptionError(Reason("{key} is a whole number from 0 to 100", key=key))
    return int(value)


def _one_of(*values: str) -> Callable[[str, str], str]:
    def read(key: str, value: str) -> str:
        if value not in values:
            close = get_close_matches(value[:20], values, n=1, cutoff=0)[0]
            *others, last = values
            reason = Reason("{key} may be {last}", key=key, last=last)
            if others:
                reason = Reason(
                    "{key} may be {others} or {last}", key=key, others=", ".join(others), last=last
                )
            raise OptionError(reason, instead=f"{key}={close}")
        return value

    return read


def _name(key: str, value: str) -> str:
    if len(value) > LONGEST_NAME:
        raise OptionError(Reason("a name has at most {most} characters", most=LONGEST_NAME))
    if not NAME.fullmatch(value):
        mended = re.sub(r"[^a-z0-9_.-]+", "_", value.lower()).strip("_.-")
        raise OptionError(
            Reason("a name has small letters, digits, and . _ - between them"),
            instead=f"{key}={mended}" if mended else "",
        )
    return value


_READERS: dict[str, Callable[[str, str], Any]] = {
    "name": _name,
    "timeout": _seconds(1, _YEAR),
    "grace": _seconds(0, 86400),
    "retries": _count,
    "backoff": _seconds(0, 86400),
    "overlap": _one_of("skip", "allow"),
    "catchup": _one_of("once"),
    "late": _seconds(1, _YEAR),
}
KEYS = (*list(_READERS)[1:], "nodb")
"""The attributes of `Options`, in the order they are written in."""


def read(written: str, *, options: Options, known: set[str]) -> tuple[Options, str | None]:
    """Add one word such as `timeout=10m`; also the name, if it is that. Raises OptionError.

    `known` holds the options that this entry has already, and gets this one.
    """
    key, equals, value = written.partition("=")
    if key not in _READERS and key != "nodb":
        keys = ["name", *KEYS]
        close = get_close_matches(key[:20].lower(), keys, n=1)
        if not close:
            there_are = ", ".join(keys)
            raise OptionError(
                Reason("no option {key}: there are {keys}", key=key or equals, keys=there_are)
            )
        raise OptionError(
            Reason("no option {key}; did you mean {close}?", key=key, close=close[0]),
            instead=f"{close[0]}{equals}{value}",
        )
    if key in known:
        raise OptionError(Reason("{key} is said twice", key=key))
    known.add(key)
    if key == "nodb":
        if equals:
            raise OptionError(Reason("{key} takes no value", key=key), instead=key)
        return replace(options, nodb=True), None
    if not equals or not value:
        raise OptionError(Reason("{key} has no value", key=key))
    read_value = _READERS[key](key, value)
    if key == "name":
        return options, cast(str, read_value)
    changed: dict[str, Any] = {key: value == "once" if key == "catchup" else read_value}
    return replace(options, **changed), None


def word(key: str, *, options: Options) -> str:
    """How one option is written; empty if it is as usual."""
    value = getattr(options, key)
    if value == getattr(Options, key):
        return ""
    match key:
        case "nodb":
            return key
        case "catchup":
            return "catchup=once"
        case "retries" | "overlap":
            return f"{key}={value}"
        case _:
            return f"{key}={duration(value)}"


def duration(seconds: int) -> str:
    """`10m` for 600 and `90s` for 90."""
    for unit, size in reversed(_UNITS.items()):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
