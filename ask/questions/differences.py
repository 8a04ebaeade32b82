"""What changed between two texts."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import Enum

MAX_LENGTH = 40_000
"""Characters of both texts up to which they are compared: the time grows with their product."""

MAX_LINES = 1_000
"""Lines of both texts, likewise: thousands of equal lines would take seconds."""

MAX_WORDS = 1_000
"""Pieces of two passages up to which they are compared word by word, not as a whole."""

CONTEXT = 2
"""How many lines without a change are kept on each side of one."""

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


class Change(Enum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    FOLDED = "folded"
    """Lines that did not change, left out."""


Part = tuple[Change, str]


def difference(before: str, after: str) -> list[Part] | None:
    """The parts of both texts in order, or None if they are too long to be compared."""
    if len(before) + len(after) > MAX_LENGTH:
        return None
    old, new = _lines(before), _lines(after)
    if len(old) + len(new) > MAX_LINES:
        return None
    parts: list[Part] = []
    passages = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (kind, i, j, k, m) in enumerate(passages):
        if kind == "equal":
            lines = old[i:j]
            head = 0 if place == 0 else CONTEXT
            tail = 0 if place == len(passages) - 1 else CONTEXT
            parts += _folded(lines, start=head, end=len(lines) - tail)
        else:
            parts += _words("".join(old[i:j]), "".join(new[k:m]))
    return parts


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def _folded(lines: list[str], *, start: int, end: int) -> Iterator[Part]:
    """The lines before `start` and from `end` on; those between are folded."""
    if end - start <= 1 or end - start == len(lines):
        yield Change.SAME, "".join(lines)
        return
    if start:
        yield Change.SAME, "".join(lines[:start])
    yield Change.FOLDED, ""
    if end < len(lines):
        yield Change.SAME, "".join(lines[end:])


def _words(before: str, after: str) -> Iterator[Part]:
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    if not old or not new or len(old) + len(new) > MAX_WORDS:
        if before:
            yield Change.REMOVED, before
        if after:
            yield Change.ADDED, after
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Change.SAME, "".join(old[i:j])
            continue
        if i < j:
            yield Change.REMOVED, "".join(old[i:j])
        if k < m:
            yield Change.ADDED, "".join(new[k:m])
