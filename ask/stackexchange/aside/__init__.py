"""New content built beside the old, then put in its place in one short step.

`Aside` is what both databases do; the site reads and writes its old content all the while.
"""

from ask.stackexchange.aside.base import ALIAS, Aside, Batch, DoubledId, Leftover, SomebodyBuilds
from ask.stackexchange.aside.postgresql import PostgreSQLAside
from ask.stackexchange.aside.sqlite import SQLiteAside

__all__ = ["ALIAS", "Aside", "Batch", "DoubledId", "Leftover", "SomebodyBuilds", "build_aside"]


def build_aside(vendor: str, *, dump: str, fingerprint: str) -> Aside:
    """The way of building aside for a database vendor; enter it to begin.

    `dump` is its name for people; of two imports with the same `fingerprint` the second goes on
    where the first was stopped.
    """
    kind = PostgreSQLAside if vendor == "postgresql" else SQLiteAside
    return kind(dump=dump, fingerprint=fingerprint)
