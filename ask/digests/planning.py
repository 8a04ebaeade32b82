"""Planning mails that tell notices: at once, and every day and week at `DIGEST_HOUR`.

A notice names the one mail that tells it, so it is told once, and what no mail tells yet waits for
the next: also after days in which nothing ran. Who has a mail that waits gets no second one.
Planners take turns, a batch at a time, by a lock on one row.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import router, transaction
from django.db.models import Max, OuterRef, Subquery

from ask.accounts.models import Frequency
from ask.digests.models import Mail, MailKind, MailState, Mark, Notice
from ask.digests.unanswered import best_unanswered
from ask.digests.wishes import subscribers

BATCH = 1_000
"""People whose mails are planned in one transaction."""

LONGEST = timedelta(days=30)
"""How far back a digest of unanswered questions looks at most."""

LOCK = "planning"


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """A kind of mail, and how often it comes."""

    kind: MailKind
    frequency: Frequency
    period: timedelta


INSTANT = Rhythm(kind=MailKind.INSTANT, frequency=Frequency.INSTANT, period=timedelta(0))
DAILY = Rhythm(kind=MailKind.DAILY, frequency=Frequency.DAILY, period=timedelta(days=1))
WEEKLY = Rhythm(kind=MailKind.WEEKLY, frequency=Frequency.WEEKLY, period=timedelta(days=7))


def plan(*, now: datetime, advanced: Callable[[int], None]) -> int:
    """Plan every mail that is to be sent by now; how many."""
    return plan_instant(now=now, advanced=advanced) + sum(
        plan_digests(rhythm, now=now, advanced=advanced) for rhythm in (DAILY, WEEKLY)
    )


def plan_instant(*, now: datetime, advanced: Callable[[int], None]) -> int:
    """Plan a mail for everybody who wants to hear of something at once; how many."""
    return _plan_told(INSTANT, planned_at=now, advanced=advanced)


def plan_digests(rhythm: Rhythm, *, now: datetime, advanced: Callable[[int], None]) -> int:
    """Plan the digests that were due last, unless they are planned; how many."""
    until = due(rhythm, now=now)
    mark, _ = Mark.objects.get_or_create(name=rhythm.frequency)
    if mark.done_for == until:
        return 0
    count = _plan_told(rhythm, planned_at=now, until=until, advanced=advanced)
    count += _plan_unanswered(rhythm, planned_at=now, until=until, advanced=advanced)
    mark.done_for = until
    mark.save()
    return count


def due(rhythm: Rhythm, *, now: datetime) -> datetime:
    """When the digests were due last: a day's at `DIGEST_HOUR` (UTC), a week's on Monday."""
    hour = now.replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    found = hour if hour <= now else hour - timedelta(days=1)
    if rhythm.frequency == Frequency.WEEKLY:
        found -= timedelta(days=found.weekday())
    return found


def _plan_told(
    rhythm: Rhythm,
    *,
    planned_at: datetime,
    advanced: Callable[[int], None],
    until: datetime | None = None,
) -> int:
    """Plan a mail for everybody to whom it has something to tell."""
    after, count = 0, 0
    while True:
        with turn():
            untold = Notice.objects.untold(rhythm.frequency).filter(user_id__gt=after)
            people = list(
                untold.order_by("user_id").values("user_id").annotate(last=Max("id"))[:BATCH]
            )
            if not people:
                return count
            after = people[-1]["user_id"]
            # Of what comes at once, the newest notice names the mail.
            keys = {
                row["user_id"]: _key(rhythm, row["user_id"], until=until, last=row["last"])
                for row in people
            }
            mails = _store(rhythm, keys, planned_at=planned_at, until=until)
            if mails:
                theirs = Mail.objects.filter(
                    user_id=OuterRef("user_id"), kind=rhythm.kind, id__gte=mails[0].pk
                )
                Notice.objects.untold(rhythm.frequency).of(
                    mail.user_id for mail in mails if mail.user_id
                ).update(mail_id=Subquery(theirs.values("id")[:1]))
        count += len(mails)
        advanced(len(mails))


def _plan_unanswered(
    rhythm: Rhythm, *, planned_at: datetime, until: datetime, advanced: Callable[[int], None]
) -> int:
    """Plan a mail for those to whom it tells unanswered questions only."""
    if not best_unanswered(since=until - LONGEST, until=until):
        return 0
    count = 0
    for people in _batches(rhythm.frequency):
        with turn():
            keys = {user: _key(rhythm, user, until=until) for user in people}
            mails = _store(rhythm, keys, planned_at=planned_at, until=until)
        count += len(mails)
        advanced(len(mails))
    return count


def _batches(frequency: Frequency) -> Iterator[list[int]]:
    after = 0
    while people := subscribers(frequency, after=after, count=BATCH):
        yield people
        after = people[-1]


def _store(
    rhythm: Rhythm, keys: dict[int, str], *, planned_at: datetime, until: datetime | None
) -> Sequence[Mail]:
    """New mails, by the key of each person, for who has none that waits or of that key."""
    ours = Mail.objects.filter(user_id__in=keys, kind=rhythm.kind)
    busy = {*ours.filter(state=MailState.PLANNED).values_list("user_id", flat=True)}
    told = {*Mail.objects.filter(key__in=keys.values()).values_list("user_id", flat=True)}
    since: dict[int | None, datetime] = {}
    if until:
        earlier = ours.filter(until__lt=until, until__gte=until - LONGEST)
        latest = earlier.values("user_id").annotate(last=Max("until"))
        since = {row["user_id"]: row["last"] for row in latest}
    return Mail.objects.bulk_create(
        Mail(
            key=key,
            kind=rhythm.kind,
            user_id=user,
            planned_at=planned_at,
            due_at=planned_at,
            since=since.get(user, until - rhythm.period) if until else None,
            until=until,
        )
        for user, key in keys.items()
        if user not in busy | told
    )


def _key(rhythm: Rhythm, user: int, *, until: datetime | None, last: int = 0) -> str:
    if until is None:
        return f"instant:{last}"
    return f"digest:{rhythm.frequency}:{until:%Y-%m-%d}:user {user}"


@contextmanager
def turn() -> Iterator[None]:
    """A transaction in which nobody else plans, nor takes notices away."""
    with transaction.atomic(using=router.db_for_write(Mark)):
        Mark.objects.get_or_create(name=LOCK)
        Mark.objects.select_for_update().get(name=LOCK)
        yield
