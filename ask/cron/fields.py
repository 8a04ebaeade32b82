"""One of the five fields of a schedule, read strictly: what two crons read differently is refused.

The grammar is that of Debian's cron 3.0pl1 (`get_list`, `get_range` and `get_number` of its
`entry.c`), less what that reads without a complaint and does not mean: it ignores whatever follows
the first part it understands, so that `1.5` is 1 and `MON#1` every Monday.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import NoReturn

from ask.cron.reasons import Reason


@dataclass(frozen=True)
class Kind:
    """What the numbers of a field count, and the names that they may have."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def every(self) -> frozenset[int]:
        """All values, Sunday once."""
        return frozenset(
            range(self.low, min(self.high, 6) + 1 if self is WEEKDAY else self.high + 1)
        )


MINUTE = Kind("minute", 0, 59)
HOUR = Kind("hour", 0, 23)
DAY = Kind("day of the month", 1, 31)
MONTH = Kind("month", 1, 12, tuple("jan feb mar apr may jun jul aug sep oct nov dec".split()))
WEEKDAY = Kind("day of the week", 0, 7, tuple("sun mon tue wed thu fri sat".split()))
KINDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)

_ROUND = {"minute": ("60",), "hour": ("24",)}
"""A common way to say 0."""

_TERM = re.compile(
    r"(?P<low>\*|[a-z0-9]+)(?:-(?P<high>[a-z0-9]+))?(?:/(?P<step>[0-9]+))?", re.I | re.A
)


class ScheduleError(Exception):
    """A schedule that is refused.

    `text[column:end]` of the schedule is to blame, and `instead` is what to write in its place;
    empty where only the author can know.
    """

    def __init__(self, reason: Reason, *, column: int, end: int, instead: str = "") -> None:
        super().__init__(f"{reason}; write {instead}" if instead else reason)
        self.reason = reason
        self.column = column
        self.end = end
        self.instead = instead


@dataclass(frozen=True)
class Term:
    """One part of a list: `low-high/step`. A single number is a range of one."""

    text: str
    column: int
    low: int
    high: int
    step: int

    @property
    def end(self) -> int:
        return self.column + len(self.text)

    @property
    def is_star(self) -> bool:
        return self.text.startswith("*")

    @property
    def values(self) -> range:
        return range(self.low, self.high + 1, self.step)

    @property
    def is_step_too_large(self) -> bool:
        """Whether a step was written that is never taken."""
        return "/" in self.text and len(self.values) == 1

    def __str__(self) -> str:
        """In numbers, and without a step that is never taken: some readers take it anyway."""
        if self.is_star:
            return f"*/{self.step}" if self.step > 1 else "*"
        if len(self.values) == 1:
            return str(self.low)
        return f"{self.low}-{self.high}/{self.step}" if self.step > 1 else f"{self.low}-{self.high}"


@dataclass(frozen=True)
class Field:
    """A field of a schedule: its text, where it stands in the schedule, and what it means."""

    kind: Kind
    text: str
    column: int
    terms: tuple[Term, ...]

    @classmethod
    def parse(cls, text: str, *, kind: Kind, column: int) -> "Field":
        """Read a field that begins at `column` of its schedule. Raises ScheduleError."""
        try:
            return cls(kind, text, column, tuple(_Reader(kind, text, column).terms()))
        except ScheduleError as e:
            # Whatever is advised must be accepted: `*-70` has no `0-70` to become.
            if e.instead and not _is_accepted(e.instead, kind):
                raise ScheduleError(e.reason, column=e.column, end=e.end) from None
            raise

    @property
    def end(self) -> int:
        return self.column + len(self.text)

    @cached_property
    def values(self) -> frozenset[int]:
        """The numbers that match; Sunday is 0."""
        values = frozenset(value for term in self.terms for value in term.values)
        return frozenset(value % 7 for value in values) if self.kind is WEEKDAY else values

    @property
    def is_every(self) -> bool:
        """Whether all values match, however that is written."""
        return self.values == self.kind.every

    @property
    def starts_with_star(self) -> bool:
        """What Debian calls a wildcard, `*/2` included."""
        return self.text.startswith("*")

    @property
    def has_plain_star(self) -> bool:
        """What Kubernetes (robfig/cron) calls one: a `*` with no step, anywhere in the list."""
        return any(term.is_star and term.step == 1 for term in self.terms)

    def __str__(self) -> str:
        return ",".join(map(str, self.terms))


@dataclass(frozen=True)
class _Reader:
    """Reads the terms of a field, or says why it cannot."""

    kind: Kind
    text: str
    column: int

    def terms(self) -> list[Term]:
        parts = self.text.split(",")
        if "" in parts:
            mended = ",".join(filter(None, parts))
            self._refuse(Reason("a comma with nothing beside it"), instead=mended)
        terms = []
        column = self.column
        for part in parts:
            terms.append(_Part(self.kind, part, column).term())
            column += len(part) + 1
        return terms

    def _refuse(self, reason: Reason, *, instead: str) -> NoReturn:
        end = self.column + len(self.text)
        raise ScheduleError(reason, column=self.column, end=end, instead=instead)


@dataclass(frozen=True)
class _Part:
    """Reads one part of a list."""

    kind: Kind
    text: str
    column: int

    def term(self) -> Term:
        matched = _TERM.fullmatch(self.text)
        if not matched or (matched["low"] == "*" and matched["high"]):
            self._refuse_odd()
        step = _number(matched["step"]) if matched["step"] else 1
        if matched["low"] == "*":
            low, high = self.kind.low, self.kind.high
        else:
            low = self._number(matched["low"])
            high = self._number(matched["high"]) if matched["high"] else low
            if matched["step"] and not matched["high"]:
                self._refuse(
                    Reason("a step needs a range: Debian refuses this, others count on to the end"),
                    instead=f"{low}-{self._last}/{step or 1}",
                )
        if step == 0:
            self._refuse(Reason("a step of 0 never gets on"), instead=self.text.partition("/")[0])
        if low > high:
            self._refuse_backwards(low, high, step)
        return Term(self.text, self.column, low, high, step)

    @property
    def _last(self) -> int:
        """The last value, Sunday counted once."""
        return max(self.kind.every)

    def _number(self, text: str) -> int:
        if text.lower() in self.kind.names:
            return self.kind.names.index(text.lower()) + self.kind.low
        if not text.isdigit():
            self._refuse_name(text)
        number = _number(text)
        if not self.kind.low <= number <= self.kind.high:
            self._refuse(
                Reason(
                    "the {kind} goes from {low} to {high}",
                    kind=self.kind,
                    low=self.kind.low,
                    high=self.kind.high,
                ),
                instead="0" if self.text in _ROUND.get(self.kind.name, ()) else "",
            )
        return number

    def _refuse_backwards(self, low: int, high: int, step: int) -> NoReturn:
        head = range(low, self._last + 1) if low <= self._last else range(0)
        values = [*head, *range(self.kind.low, high + 1)][::step]
        if step == 1:
            pieces = [
                Term("", 0, part[0], part[-1], 1) for part in (head, values[len(head) :]) if part
            ]
            instead = ",".join(map(str, pieces))
        else:
            instead = ",".join(map(str, values))
        self._refuse(Reason("a range that goes backwards never matches"), instead=instead)

    def _refuse_name(self, name: str) -> NoReturn:
        if name.upper() in ("L", "W", "LW") or re.fullmatch(r"[0-9]*[LW]", name.upper()):
            self._refuse_last()
        if name.upper() in ("R", "H"):
            reason = Reason("cron draws no random {kind}: choose one", kind=self.kind)
            self._refuse(reason, instead="")
        close = get_close_matches(name.lower()[:20], self.kind.names, n=1, cutoff=0.5)
        if not close:
            close = [known for known in self.kind.names if name.lower().startswith(known)]
        if not close:
            self._refuse(Reason("{name} is no {kind}", name=name, kind=self.kind), instead="")
        self._refuse(
            Reason(
                "{name} is no {kind}; did you mean {close}?",
                name=name,
                kind=self.kind,
                close=close[0],
            ),
            instead=self.text.replace(name, close[0], 1),
        )

    def _refuse_last(self) -> NoReturn:
        number = self.text.rstrip("LWlw")
        if self.kind is DAY and not number:
            self._refuse(
                Reason(
                    "cron has no last day of the month: run on each of its last days, and let the"
                    " command look whether tomorrow is the 1st"
                ),
                instead="28-31",
            )
        self._refuse(
            Reason(
                "cron knows no L and W: run on each such day, and let the command look at the date"
            ),
            instead=number,
        )

    def _refuse_odd(self) -> NoReturn:
        text, low = self.text, self.kind.low
        if text == "?":
            self._refuse(Reason("? is Quartz's word for any value"), instead="*")
        if matched := re.fullmatch(r"\*([0-9]+)", text):
            self._refuse(Reason("Debian reads a plain * here"), instead=f"*/{matched[1]}")
        if matched := re.fullmatch(r"\*-([a-z0-9]+)", text, re.I | re.A):
            self._refuse(Reason("Debian reads a plain * here"), instead=f"{low}-{matched[1]}")
        if matched := re.fullmatch(r"-([0-9]+)", text):
            self._refuse(Reason("a range without its beginning"), instead=f"{low}-{matched[1]}")
        if matched := re.fullmatch(r"([a-z0-9]+)-", text, re.I | re.A):
            self._refuse(Reason("a range without its end"), instead=f"{matched[1]}-{self._last}")
        if matched := re.fullmatch(r"([0-9]{1,9})~([0-9]{1,9})", text):
            middle = (int(matched[1]) + int(matched[2])) // 2
            self._refuse(
                Reason("Debian reads the first number, cronie draws one at random: choose one"),
                instead=str(middle),
            )
        if matched := re.fullmatch(r"([a-z0-9]+)#[0-9]*", text, re.I | re.A):
            self._refuse(
                Reason(
                    "Debian ignores # and what follows: run on each such day, and let the command"
                    " look at the date"
                ),
                instead=matched[1],
            )
        if matched := re.fullmatch(r"([0-9]+)\.([0-9]+)", text):
            self._refuse(
                Reason(
                    "Debian reads {read} here: a list has commas, a range has a hyphen",
                    read=matched[1],
                ),
                instead=f"{matched[1]},{matched[2]}",
            )
        if matched := re.fullmatch(r"/([0-9]+)", text):
            self._refuse(Reason("a step needs a range"), instead=f"*/{matched[1]}")
        if re.fullmatch(r"L-?[0-9]*", text, re.I | re.A):
            self._refuse_last()
        self._refuse(
            Reason(
                "no {kind}: cron knows numbers, *, ranges 1-5, steps */5 and lists 1,2",
                kind=self.kind,
            ),
            instead="",
        )

    def _refuse(self, reason: Reason, *, instead: str) -> NoReturn:
        end = self.column + len(self.text)
        raise ScheduleError(reason, column=self.column, end=end, instead=instead)


def _number(digits: str) -> int:
    """Python refuses to read thousands of digits; the first nine are too many already."""
    return int(digits.lstrip("0")[:9] or "0")


def _is_accepted(text: str, kind: Kind) -> bool:
    try:
        _Reader(kind, text, 0).terms()
    except ScheduleError:
        return False
    return True
