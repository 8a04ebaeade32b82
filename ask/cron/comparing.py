"""What one version of a crontab has otherwise than another."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from ask.cron.crontab import Crontab, Entry
from ask.cron.secrets import line_without_secrets


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


def difference(before: bytes, after: bytes, *, has_secrets: bool = True) -> str:
    """A unified diff, which `patch` reads; empty where nothing differs.

    What is no text has a sign in its place, so that a database and a page can hold it. Without
    secrets one sees that a password was changed, and not what to.
    """
    shown = str if has_secrets else line_without_secrets
    old, new = (
        re.findall(r"[^\n]*\n|[^\n]+\Z", data.decode(errors="replace").replace("\0", "\ufffd"))
        for data in (before, after)
    )
    return "".join(_lines(unified_diff(old, new, "crontab", "crontab"), shown=shown))


def _lines(diff: Iterable[str], *, shown: Callable[[str], str]) -> Iterator[str]:
    for line in diff:
        yield line[0] + shown(line[1:])
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"
