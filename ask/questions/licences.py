"""Under which licence a text stands."""

from datetime import UTC, datetime
from typing import NamedTuple

CHANGES = (
    (datetime(2011, 4, 8, tzinfo=UTC), "CC BY-SA 2.5"),
    (datetime(2018, 5, 2, tzinfo=UTC), "CC BY-SA 3.0"),
)
"""Until when Stack Exchange's users wrote under which licence."""

PRESENT = "CC BY-SA 4.0"


class Licence(NamedTuple):
    name: str
    url: str
    """Empty where the name is not one of Creative Commons' share-alike licences."""


def licence(name: str | None, *, created_at: datetime) -> Licence:
    """The licence that a row names, or that of its time: dumps before 2020 name none."""
    if name is None:
        name = next((old for until, old in CHANGES if created_at < until), PRESENT)
    version = name.removeprefix("CC BY-SA ")
    if version == name or not version.replace(".", "").isdigit():
        return Licence(name, "")
    return Licence(name, f"https://creativecommons.org/licenses/by-sa/{version}/")
