"""From the texts of a dump's attributes to values, a column at a time.

An import reads a column of some thousand texts at once, because a loop inside of Python's own
functions is several times faster than one call for each value. Whatever a column refuses is read
again one by one, to say which text it was.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from ask.core.content import LOCAL_IDS

Texts = Sequence[str | None]
"""One attribute of many rows; None where a row has it not."""

_zone = attrgetter("tzinfo")


class Kind(ABC):
    """What the texts of a column mean."""

    @abstractmethod
    def one(self, text: str) -> Any:
        """The value of a text. Raises ValueError, with a reason, for one that cannot be read."""

    @abstractmethod
    def present(self, texts: list[str]) -> list[Any]:
        """The values of texts none of which is missing. Raises ValueError."""

    def all(self, texts: Texts, *, default: Any) -> list[Any]:
        """The values of a column, `default` where there is none. Raises ValueError."""
        if None not in texts:
            return self.present(texts)  # type: ignore[arg-type]
        values = iter(self.present([text for text in texts if text is not None]))
        return [default if text is None else next(values) for text in texts]


class Text(Kind):
    """A text as it stands."""

    def __init__(self, *, longest: int | None = None, may_be_empty: bool = True) -> None:
        """`longest` is in characters; None: as long as it likes."""
        self.longest = longest
        self.may_be_empty = may_be_empty

    def one(self, text: str) -> str:
        if not text and not self.may_be_empty:
            raise ValueError("it is empty")
        if self.longest is not None and len(text) > self.longest:
            raise ValueError(f"a text of more than {self.longest:,} characters")
        return text

    def present(self, texts: list[str]) -> list[Any]:
        if self.longest is not None and max(map(len, texts), default=0) > self.longest:
            raise ValueError
        if not self.may_be_empty and "" in texts:
            raise ValueError
        return texts

    def all(self, texts: Texts, *, default: Any) -> list[Any]:
        if default is None and self.longest is None:
            return list(texts)
        return super().all(texts, default=default)


class Number(Kind):
    """A whole number, in digits."""

    def __init__(self, lowest: int, highest: int, *, beyond: str) -> None:
        """`beyond` is said of a number outside of these."""
        self.lowest = lowest
        self.highest = highest
        self.beyond = beyond

    def one(self, text: str) -> int:
        if not text.isascii() or not text.removeprefix("-").isdigit():
            raise ValueError("no whole number")
        # Python refuses to read thousands of digits, with a reason of its own.
        if len(text) > 20 or not self.lowest <= int(text) <= self.highest:
            raise ValueError(self.beyond)
        return int(text)

    def present(self, texts: list[str]) -> list[Any]:
        if not texts:
            return []
        # int() takes " 1", "1_0" and digits of any script; a dump has none of them.
        digits = "".join(texts)
        if not digits.isascii() or not digits.replace("-", "0").isdigit():
            raise ValueError
        numbers = list(map(int, texts))
        if min(numbers) < self.lowest or max(numbers) > self.highest:
            raise ValueError
        return numbers


class Moment(Kind):
    """A date such as `2014-01-21T20:26:05.383`, as a moment of UTC without a zone.

    The dump writes no zone and means UTC.
    """

    LONGEST = 40
    """Characters of a date; Python would skip any number of digits after the seconds."""

    def one(self, text: str) -> datetime:
        try:
            if len(text) > self.LONGEST:
                raise ValueError
            value = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("no date such as 2014-01-21T20:26:05.383") from None
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value

    def present(self, texts: list[str]) -> list[Any]:
        different = set(texts)
        if 2 * len(different) < len(texts):  # votes have days, and days repeat
            known = dict(zip(different, self._each(list(different)), strict=True))
            return [known[text] for text in texts]
        return self._each(texts)

    def _each(self, texts: list[str]) -> list[datetime]:
        if max(map(len, texts), default=0) > self.LONGEST:
            raise ValueError
        values = list(map(datetime.fromisoformat, texts))
        return list(map(self.one, texts)) if any(map(_zone, values)) else values


class Truth(Kind):
    """`True` or `False`, as .NET writes them."""

    KNOWN = {"true": True, "false": False}

    def one(self, text: str) -> bool:
        if text.lower() not in self.KNOWN:
            raise ValueError("neither True nor False")
        return self.KNOWN[text.lower()]

    def present(self, texts: list[str]) -> list[Any]:
        return list(map(self.one, texts))


class TagNames(Kind):
    """The names in `<a><b>` or `|a|b|`, with a space between and each once."""

    SEPARATORS = re.compile(r"[<>|\s]+")
    MOST = 100
    """Tags of a post; Stack Exchange allows five."""
    LONGEST = 255
    """Characters of a name."""

    def one(self, text: str) -> str:
        names = dict.fromkeys(name for name in self.SEPARATORS.split(text) if name)
        if len(names) > self.MOST:
            raise ValueError(f"{len(names):,} tags, and a post has {self.MOST} at most")
        if max(map(len, names), default=0) > self.LONGEST:
            raise ValueError(f"a tag of more than {self.LONGEST} characters")
        return " ".join(names)

    def present(self, texts: list[str]) -> list[Any]:
        return list(map(self.one, texts))


TEXT = Text()
NUMBER = Number(-(2**31), 2**31 - 1, beyond="a number beyond 32 bits")
"""As all of the dump's are."""
CODE = Number(-(2**15), 2**15 - 1, beyond="a code beyond 16 bits")
"""Of an enumeration."""
TAG_ID = Number(0, LOCAL_IDS // 2, beyond=f"an id that is not from 0 to {LOCAL_IDS // 2:,}")
"""With room above for tags that posts bear and that stand in no row of Tags."""
POST_ID = Number(0, LOCAL_IDS - 1, beyond=f"an id that is not from 0 to {LOCAL_IDS - 1:,}")
"""People may have ids below 0, as the site's own user has; addresses of posts cannot."""
ROW_ID = Number(-(2**31), LOCAL_IDS - 1, beyond=f"an id beyond {LOCAL_IDS - 1:,}")
"""Below those that are given here."""
MOMENT = Moment()
TRUTH = Truth()
TAG_NAMES = TagNames()
