"""Any text as a line that a terminal can show."""

LONGEST = 450
"""Characters of a line: a path or two, and a reason."""

_END = LONGEST // 3


def one_line(text: object) -> str:
    """The text without line breaks, its middle left out where it is too long.

    What a terminal would obey rather than show is escaped. A line made by this stays as it is.
    """
    found = str(text)
    if len(found) > 4 * LONGEST:  # a row of a dump may be in it
        found = f"{found[: 2 * LONGEST]} {found[-2 * LONGEST :]}"
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in " ".join(found.split())
    )
    if len(shown) <= LONGEST:
        return shown
    return f"{shown[: LONGEST - _END - 3]} … {shown[-_END:]}"
