"""Sessions whose time is over: Django never asks for them again, and never removes them."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.sessions.models import Session

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
