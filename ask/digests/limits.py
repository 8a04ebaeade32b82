"""How many mails a domain gets within an hour: `MAIL_LIMITS`.

A sender takes its share before it sends, by one conditional UPDATE, and gives back what it did not
use; so senders together never exceed the limit. One that is killed leaves its share unused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest

from ask.digests.models import Hour, Mail

HOUR = timedelta(hours=1)

OTHERS = "*"
"""In `MAIL_LIMITS`, each domain that is not named."""


def limit_of(domain: str) -> int | None:
    """Mails an hour; None where there is no limit."""
    limits: Mapping[str, int] = settings.MAIL_LIMITS
    return limits.get(domain, limits.get(OTHERS))


def hour_of(moment: datetime) -> datetime:
    """When its hour began."""
    return moment.replace(minute=0, second=0, microsecond=0)


def share(mails: Iterable[Mail], *, now: datetime) -> list[Mail]:
    """Those of the mails that must wait for the next hour; the others are counted as sent.

    What must arrive is counted, and never waits.
    """
    if not settings.MAIL_LIMITS:
        return []
    by_domain: dict[str, list[Mail]] = {}
    for mail in mails:
        by_domain.setdefault(mail.domain, []).append(mail)
    held: list[Mail] = []
    for domain, found in by_domain.items():
        limit = limit_of(domain)
        if limit is None:
            continue
        urgent = sum(mail.must_arrive for mail in found)
        others = [mail for mail in found if not mail.must_arrive]
        granted = _take(domain, urgent=urgent, others=len(others), limit=limit, now=now)
        held += others[granted:]
    return held


def give_back(mails: Iterable[Mail], *, taken_at: datetime) -> None:
    """Mails that had a share of the hour were not sent."""
    counts = Counter(mail.domain for mail in mails) if settings.MAIL_LIMITS else Counter()
    for domain, count in counts.items():
        Hour.objects.filter(domain=domain, begins_at=hour_of(taken_at)).update(
            count=Greatest(F("count") - count, 0)
        )


def _take(domain: str, *, urgent: int, others: int, limit: int, now: datetime) -> int:
    """How many of the others may be sent in this hour."""
    hour, _ = Hour.objects.get_or_create(domain=domain, begins_at=hour_of(now))
    if urgent:
        Hour.objects.filter(pk=hour.pk).update(count=F("count") + urgent)
    while True:
        hour.refresh_from_db()
        wanted = min(others, max(limit - hour.count, 0))
        mine = Hour.objects.filter(pk=hour.pk, count=hour.count)
        # Nobody else took any meanwhile.
        if not wanted or mine.update(count=F("count") + wanted):
            return wanted
