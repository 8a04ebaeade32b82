"""Lines that set a variable, read as Debian's cron reads them."""

import re
from typing import NoReturn

from ask.cron.reasons import Reason

LONGEST_LINE = 998
"""Bytes of a variable's line that Debian reads; it drops the rest in silence."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.A)
_LOOKS_LIKE = re.compile(r"""["']?[A-Za-z_]\w*["']?[ \t]*=""", re.A)
_SPACE = " \t\v\f\r"
_QUOTES = ("'", '"')


class VariableError(Exception):
    """A variable that Debian would not read, or not as it is meant; `column` is in the line."""

    def __init__(self, reason: Reason, *, column: int, instead: str = "") -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.column = column
        self.instead = instead


def read(line: str) -> tuple[str, str] | None:
    """The name and the value that a line sets, or None if it is no variable's.

    Nothing in the value is expanded. One pair of quotes, single or double, is left out around
    either of them. Raises VariableError.
    """
    column = len(line) - len(line.lstrip(" \t"))
    found = _name_and_value(line[column:])
    if found is None:
        if _LOOKS_LIKE.match(line, column):
            _refuse(line, column)
        return None
    name, value = found
    if not _NAME.fullmatch(name):
        raise VariableError(
            Reason("Debian reads a variable here, and this is no name of one"), column=column
        )
    if len(line[column:].encode(errors="surrogateescape")) > LONGEST_LINE:
        raise VariableError(
            Reason(
                "a variable's line has at most {most} bytes: Debian drops the rest",
                most=LONGEST_LINE,
            ),
            column=column,
        )
    return name, value


def _name_and_value(text: str) -> tuple[str, str] | None:
    """The states of `load_env` in Debian's `env.c`, one after the other."""
    name: str | None
    if text[:1] in _QUOTES:
        name, place = _quoted(text, 0)
        if name is None or "=" in name:
            return None
    else:
        name, place = _until(text, 0, stop=f"={_SPACE}")
    place = _skip(text, place)
    if text[place : place + 1] != "=":
        return None
    place = _skip(text, place + 1)
    if place == len(text):
        # Debian's parser is still waiting for a value, and takes the line for an entry.
        return None
    value, end = _quoted(text, place)
    if value is None:
        if text[place] in _QUOTES:
            return None
        return name, _without_quotes(text[place:].rstrip(_SPACE))
    return (name, _without_quotes(value)) if _skip(text, end) == len(text) else None


def _quoted(text: str, place: int) -> tuple[str | None, int]:
    if text[place : place + 1] not in _QUOTES:
        return None, place
    end = text.find(text[place], place + 1)
    return (None, place) if end < 0 else (text[place + 1 : end], end + 1)


def _until(text: str, place: int, *, stop: str) -> tuple[str, int]:
    end = place
    while end < len(text) and text[end] not in stop:
        end += 1
    return text[place:end], end


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def _without_quotes(value: str) -> str:
    """Debian looks for quotes a second time, so `"'a'"` is `a`, and drops blanks at the end."""
    value = value.rstrip(_SPACE)
    if len(value) >= 2 and value[0] in _QUOTES and value[-1] == value[0]:
        return value[1:-1]
    return value


def _refuse(line: str, column: int) -> NoReturn:
    name, _, value = line[column:].partition("=")
    at = len(line) - len(value.lstrip(_SPACE))
    if not value.strip(_SPACE):
        raise VariableError(
            Reason("Debian refuses a variable without a value, and the whole file with it"),
            column=column,
            instead=f'{name.strip(_SPACE)}=""',
        )
    if value.lstrip(_SPACE)[:1] in _QUOTES:
        raise VariableError(
            Reason("the quotes must be around the whole value, with nothing behind them"),
            column=at,
        )
    raise VariableError(Reason("Debian does not read this as a variable"), column=column)
