"""Which entries should have run and did not."""

from collections.abc import Collection
from datetime import UTC, datetime, tzinfo

from django.db import router
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from ask.cron.crontab import Entry
from ask.cron.models import Run


def late(
    entries: Collection[Entry], *, now: float, zone: tzinfo, changed_at: float
) -> dict[str, int]:
    """The moments that late entries were due at and have not run since, by their names.

    An entry is late when it is as late as its option says. Moments are UTC epoch seconds. What was
    due before the crontab was changed (`changed_at`), or before the clock first ran here, nobody
    misses. At most three queries for any number of entries. Raises DatabaseError.
    """
    moments: dict[str, datetime] = {}
    for entry in entries:
        due = next(entry.schedule.previous(int(now) - entry.options.late, zone=zone), None)
        if due is not None and due > changed_at:
            moments[entry.name] = datetime.fromtimestamp(due, UTC)
    for run in Run.objects.newest_of(moments).only("job", "scheduled_for"):
        if run.scheduled_for >= moments[run.job]:
            del moments[run.job]
    if not moments or (began_at := _began_at()) is None:
        return {}
    return {name: int(moment.timestamp()) for name, moment in moments.items() if began_at <= moment}


def _began_at() -> datetime | None:
    """The first run; where nothing ever ran, the moment since when something could have."""
    # By the index of when they were due, which no run precedes but one that is caught up.
    runs = Run.objects.exclude(cause=Run.Cause.CATCH_UP).order_by("scheduled_for")
    began_at: datetime | None = runs.values_list("claimed_at", flat=True).first()
    if began_at is None:
        made = MigrationRecorder.Migration.objects.using(router.db_for_read(Run))
        began_at = made.filter(app=Run._meta.app_label).aggregate(first=Min("applied"))["first"]
    return began_at
