"""Which entries should have run and did not."""

from datetime import UTC, datetime, tzinfo

from django.db.models import Min

from ask.cron.crontab import Entry
from ask.cron.models import Run


def late_since(entry: Entry, *, now: float, zone: tzinfo, changed_at: float) -> int | None:
    """The moment an entry was due at and has not run since, if it is as late as its option says.

    Moments are UTC epoch seconds. What was due before the crontab was changed (`changed_at`), or
    before anything ran at all, nobody misses. Raises DatabaseError.
    """
    if entry.schedule.is_reboot:
        return None
    due = next(entry.schedule.previous(int(now) - entry.options.late, zone=zone), None)
    if due is None or due <= changed_at:
        return None
    moment = datetime.fromtimestamp(due, UTC)
    if Run.objects.filter(job=entry.name, scheduled_for__gte=moment).exists():
        return None
    began_at = Run.objects.aggregate(first=Min("claimed_at"))["first"]
    return due if began_at and began_at <= moment else None
