"""The beginning of a text, without its markup."""

import re
from html import unescape

READ = 4
"""How many characters of HTML are read for one of text: markup is rarely more than half of it."""

_TAG = re.compile(r"<[^>]*(?:>|$)")
_SPACE = re.compile(r"\s+")


def excerpt(html: str, *, length: int) -> str:
    """Up to `length` characters of cleaned HTML as plain text, not yet escaped."""
    text = _SPACE.sub(" ", unescape(_TAG.sub(" ", html[: length * READ]))).strip()
    if len(text) <= length:
        return text
    return text[:length].rpartition(" ")[0].rstrip(" ,.;:–-") + "…"
