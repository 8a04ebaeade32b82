"""Whom a comment speaks to: `@name`, by Stack Exchange's rules."""

import re
from collections.abc import Sequence

SHORTEST = 3
"""Characters of a name that are enough, unless it is shorter itself."""

_MENTION = re.compile(r"(?<!\w)@([\w.-]*\w)")


def mentioned(text: str, people: Sequence[tuple[int, str]]) -> list[int]:
    """The ids of those among `people`, (id, name) each, whom a text speaks to.

    A name is written without its blanks, and its beginning is enough. Of several who bear it, the
    first is meant.
    """
    known = [("".join(name.split()).casefold(), id) for id, name in people]
    found: dict[int, None] = {}
    for match in _MENTION.finditer(text):
        wanted = match[1].casefold()
        exact = [id for name, id in known if name == wanted]
        begun = [id for name, id in known if name.startswith(wanted) and len(wanted) >= SHORTEST]
        found |= dict.fromkeys((exact or begun)[:1])
    return list(found)
