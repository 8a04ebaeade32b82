"""What one version of a crontab has otherwise than another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from ask.cron.crontab import Crontab, Entry


class Change(StrEnum):
    """What became of an entry."""

    NONE = "none"
    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True)
class Comparison:
    """The entries of the later version, and those that only the earlier one had."""

    entries: list[tuple[Entry, Change]]
    removed: list[Entry]


def compared(before: Crontab, after: Crontab) -> Comparison:
    """What became of each entry; one is known by its name."""
    old = {entry.name: entry for entry in before.entries}
    entries = [(entry, _change(old.pop(entry.name, None), entry)) for entry in after.entries]
    return Comparison(entries, list(old.values()))


def _change(old: Entry | None, new: Entry) -> Change:
    if old is None:
        return Change.NEW
    return Change.NONE if _meaning(old) == _meaning(new) else Change.CHANGED


def _meaning(entry: Entry) -> tuple[object, ...]:
    return entry.expression.split(), entry.user, entry.text, entry.variables, entry.options


def difference(before: bytes, after: bytes, *, name: str = "crontab") -> str:
    """A unified diff, which `patch` reads; empty where nothing differs.

    What is no text has a sign in its place, so that a database and a page can hold it.
    """
    return "".join(_lines(before, after, name=name))


def _lines(before: bytes, after: bytes, *, name: str) -> Iterator[str]:
    old, new = (
        re.findall(r"[^\n]*\n|[^\n]+\Z", data.decode(errors="replace").replace("\0", "\ufffd"))
        for data in (before, after)
    )
    for line in unified_diff(old, new, name, name):
        yield line
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"
