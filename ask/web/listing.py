"""A crontab line by line, with what is to be said of a line below it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ask.cron.crontab import Crontab, Problem, printable
from ask.cron.words import Language

MOST = 200
"""Lines with something to be said below them that one page shows."""

_WORD = re.compile(r"\S+")
_BLANK = "\N{NO-BREAK SPACE}"
"""What is marked where something is missing."""


@dataclass(frozen=True)
class Remark:
    """What is wrong, or may surprise, at a column; `instead` is what to write there, if known."""

    column: int
    reason: str
    instead: str
    is_warning: bool


@dataclass(frozen=True)
class Piece:
    """A part of a line; what is marked is what a remark is about."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class Line:
    """A line as it can be shown; `follows_gap`: those before it are left out."""

    number: int
    pieces: list[Piece]
    remarks: list[Remark]
    follows_gap: bool

    @property
    def is_wrong(self) -> bool:
        return any(not remark.is_warning for remark in self.remarks)


def listing(crontab: Crontab, *, language: Language, is_whole: bool) -> list[Line]:
    """The lines of a crontab; unless it is the whole, those with remarks and their neighbours."""
    found: dict[int, list[Problem]] = {}
    for problem in crontab.problems:
        found.setdefault(problem.line, []).append(problem)
    remarked = dict(list(found.items())[:MOST])
    if is_whole:
        numbers = list(range(1, len(crontab.lines) + 1))
    else:
        near = {number + step for number in remarked for step in (-1, 0, 1)}
        numbers = sorted(near & set(range(1, len(crontab.lines) + 1)))
    lines = []
    last = 0
    for number in numbers:
        problems = remarked.get(number, [])
        text = crontab.lines[number - 1].removesuffix("\n")
        lines.append(
            Line(
                number,
                list(_pieces(text, {problem.column - 1 for problem in problems})),
                [_remark(problem, language=language) for problem in problems],
                number != last + 1,
            )
        )
        last = number
    return lines


def _remark(problem: Problem, *, language: Language) -> Remark:
    reason = problem.reason_in(language)
    return Remark(problem.column, reason, printable(problem.instead), problem.is_warning)


def _pieces(text: str, columns: set[int]) -> Iterator[Piece]:
    """The text, cut so that the words at these columns are pieces of their own."""
    place = 0
    for column in sorted(columns):
        begin = max(column, place)
        word = _WORD.match(text, begin)
        end = word.end() if word else min(begin + 1, len(text))
        if column < place:
            continue  # it is in the word that is marked already
        if begin > place:
            yield Piece(shown(text[place:begin]), False)
        yield Piece(shown(text[begin:end]).strip(" ") or _BLANK, True)
        place = end
    if place < len(text) or not text:
        yield Piece(shown(text[place:]), False)


def shown(text: str) -> str:
    """What a page can show; a tab stays one."""
    return "\t".join(map(printable, text.split("\t")))
