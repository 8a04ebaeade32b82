"""Sessions: whose time is over, and whose owner ends them."""

from collections.abc import Callable
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from ask.accounts.models import User

BATCH = 1_000
"""Sessions that one statement removes."""


def remove_expired(*, now: datetime, is_trial: bool, advanced: Callable[[int], None]) -> int:
    """Remove expired sessions; `advanced` is told of each batch.

    Returns how many there were; in a trial they stay. Django's own `clear_expired` is one
    statement, which on SQLite would keep everybody else from writing for as long as it takes.
    """
    expired = Session.objects.filter(expire_date__lt=now)
    if is_trial:
        return expired.count()
    count = 0
    while keys := list(expired.values_list("session_key", flat=True)[:BATCH]):
        # Asked again: somebody may have prolonged one meanwhile.
        removed, _ = expired.filter(session_key__in=keys).delete()
        count += removed
        advanced(removed)
    return count


def end_sessions(user: User) -> None:
    """Log somebody out everywhere."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user, session_key__in=keys).delete()


def forget_ended(*, is_trial: bool, advanced: Callable[[int], None]) -> int:
    """Remove what is known of sessions that are no more: addresses and browsers.

    Returns how many there were; in a trial they stay. Sessions may stand in another database.
    """
    count, last = 0, 0
    while batch := dict(
        UserSession.objects.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "session_key")[:BATCH]
    ):
        last = max(batch)
        alive = set(
            Session.objects.filter(session_key__in=batch.values()).values_list(
                "session_key", flat=True
            )
        )
        ended = [pk for pk, key in batch.items() if key not in alive]
        count += len(ended)
        if ended and not is_trial:
            UserSession.objects.filter(pk__in=ended).delete()
        advanced(len(ended))
    return count
