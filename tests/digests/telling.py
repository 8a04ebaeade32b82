"""Notices and mails of the cast, made as the job makes them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.mail import EmailMessage

from ask.accounts.models import Frequency, Preferences, User
from ask.digests import finding, planning
from ask.digests.composing import Composer
from ask.digests.models import Mail, MailReason, MailState, Notice
from tests.cast import NOON, member

DAY = timedelta(days=1)


def alice() -> User:
    """Alice, who has an address."""
    return member("Alice")


def bob() -> User:
    return member("Bob")


def carol() -> User:
    return member("Carol")


def choose(user: User, **chosen: Frequency | str) -> None:
    """Somebody's preferences."""
    Preferences.objects.update_or_create(user=user, defaults=chosen)


def find(now: datetime = NOON) -> int:
    return finding.find(now=now, advanced=lambda count: None)


def plan(now: datetime = NOON) -> int:
    return planning.plan(now=now, advanced=lambda count: None)


def begin(now: datetime = NOON) -> None:
    """Let the first time be over, when only the last day is looked at."""
    find(now)


def told(user: User) -> list[tuple[str, int, int | None]]:
    """What somebody's inbox has: kind, post and comment."""
    rows = Notice.objects.filter(user=user).order_by("id")
    return list(rows.values_list("kind", "post_id", "comment_id"))


def written(now: datetime = NOON) -> dict[str, EmailMessage]:
    """The messages of all mails that wait, by their address."""
    found = outcome(now)
    return {one.to[0]: one for one in found.values() if isinstance(one, EmailMessage)}


def outcome(now: datetime = NOON) -> Mapping[int, EmailMessage | MailReason]:
    mails = list(Mail.objects.filter(state=MailState.PLANNED).order_by("id"))
    return Composer(site="Ask")(mails, now=now)


def html_of(message: EmailMessage) -> str:
    return str(message.alternatives[0][0])  # type: ignore[attr-defined]
