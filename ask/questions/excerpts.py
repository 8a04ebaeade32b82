"""The beginning of a text, without its markup."""

import re
from html import unescape

_TAG = re.compile(r"<[^>]*(?:>|$)")
_SPACE = re.compile(r"\s+")


def excerpt(html: str, *, length: int) -> str:
    """Up to `length` characters of cleaned HTML as plain text, not yet escaped."""
    # Markup is rarely more than half of a text: what is cut off need not be read.
    text = _SPACE.sub(" ", unescape(_TAG.sub(" ", html[: length * 4]))).strip()
    if len(text) <= length:
        return text
    return text[:length].rpartition(" ")[0].rstrip(" ,.;:–-") + "…"
