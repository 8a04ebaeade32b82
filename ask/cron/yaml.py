"""Writes YAML: mappings, lists, texts, numbers and truths, each in one way only."""

import json
import re
from collections.abc import Iterator
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*", re.A)
_OTHERS = frozenset("true false null yes no on off y n".split())
"""Words that are no texts to some readers."""


def dumped(value: Any) -> str:
    """One document, without the line `---` that parts it from others."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            if _is_block(item):
                yield f"{_scalar(name)}:"
                yield from (f"  {line}" for line in _lines(item))
            else:
                yield f"{_scalar(name)}: {_scalar(item)}"
    elif isinstance(value, list) and value:
        for item in value:
            for number, line in enumerate(_lines(item)):
                yield f"  {line}" if number else f"- {line}"
    else:
        yield _scalar(value)


def _is_block(value: Any) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        # Numbers, truths, and what is empty, are written as in JSON.
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _OTHERS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
