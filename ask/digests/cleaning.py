"""What nobody needs any more of mails and notices, taken away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ask.digests.models import Hour, Mail, Notice

BATCH = 1_000
"""Rows that one statement removes."""

LEAST = timedelta(days=31)
"""Keys of mails and notices of this age still keep something from being told twice."""


def clean_mail(
    *, now: datetime, days: int, is_trial: bool, advanced: Callable[[int], None]
) -> tuple[int, int]:
    """Remove what is older than so many days, and what belongs to closed accounts.

    Returns how many mails, and how many notices; in a trial they stay. Mails that wait stay, and
    nothing younger than `LEAST` goes, but of closed accounts.
    """
    before = min(now - timedelta(days=days), now - LEAST)
    closed = Q(user__is_active=False)
    mails = Mail.objects.filter(ended_at__isnull=False).filter(Q(ended_at__lt=before) | closed)
    notices = Notice.objects.filter(Q(happened_at__lt=before) | closed)
    if is_trial:
        return mails.count(), notices.count()
    Hour.objects.filter(begins_at__lt=now - timedelta(days=2)).delete()
    return _remove(mails, advanced=advanced), _remove(notices, advanced=advanced)


def _remove(rows: QuerySet[Any], *, advanced: Callable[[int], None]) -> int:
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        removed, _ = rows.model._default_manager.filter(pk__in=ids).delete()
        count += removed
        advanced(removed)
    return count
