"""What somebody's inbox shows: all that a mail would tell, whether they want mails or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ask.accounts.models import User
from ask.digests.composing import Material
from ask.digests.letters import Entry
from ask.digests.models import Notice

MOST = 100
"""Nobody needs to know how many more are unread."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """An entry of the inbox; without `entry`, what it was about is gone."""

    notice: Notice
    entry: Entry | None


def items(notices: Sequence[Notice]) -> list[Item]:
    """What these notices say, in the present language, from four queries."""
    material = Material(users=[], notices=notices)
    return [Item(notice=notice, entry=material.entry(notice)) for notice in notices]


def unread_count(user: User) -> int:
    """How many entries somebody has not read, up to `MOST`."""
    return Notice.objects.unread().filter(user=user)[:MOST].count()


def mark_read(user: User, *, now: datetime, until: int | None = None) -> int:
    """Somebody has read all up to an entry, or just all; how many were unread."""
    unread = Notice.objects.unread().filter(user=user)
    if until is not None:
        unread = unread.filter(id__lte=until)
    return unread.update(read_at=now)
