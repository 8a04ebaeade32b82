"""Figures of every entry, for whoever draws or watches them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import Error as DatabaseFault
from django.db.models import Count

from ask.cron.models import Run
from ask.cron.status import SETTLING, Condition, Status, Trouble, status

WINDOW = timedelta(days=1)
"""Runs are counted in it, since old records are removed: a total would go backwards."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """The figures of one entry."""

    name: str
    condition: Condition
    late: float = 0
    """Seconds since it was due, if it is late."""
    ended_at: datetime | None = None
    """When its newest run ended that came to an end."""
    succeeded_at: datetime | None = None
    seconds: float | None = None
    """How long the newest run took that succeeded."""
    counts: Counter[str] = field(default_factory=Counter)
    """Its runs that were due within `WINDOW`, by state."""


def measures(*, now: datetime) -> tuple[Status, list[Measures]]:
    """The status, and the figures of each entry in its order; nine queries for all."""
    found = status(now=now)
    names = [one.name for one in found.entries]
    settled = Run.objects.filter(state__in=list(SETTLING)).newest_of(names)
    succeeded = Run.objects.filter(state=Run.State.SUCCEEDED).newest_of(names)
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    try:
        ended = {run.job: run.ended_at for run in settled.only("job", "ended_at")}
        successes = {run.job: run for run in succeeded.only("job", "started_at", "ended_at")}
        recent = Run.objects.filter(scheduled_for__gt=now - WINDOW, job__in=names)
        for job, state, count in recent.values_list("job", "state").annotate(count=Count("pk")):
            counts[job][state] = count
    except DatabaseFault:
        return Status(trouble=Trouble.DATABASE), []
    return found, [
        Measures(
            name=one.name,
            condition=one.condition,
            late=_late(one.condition, one.since, now=now),
            ended_at=ended.get(one.name),
            succeeded_at=_end(successes.get(one.name)),
            seconds=_seconds(successes.get(one.name)),
            counts=counts[one.name],
        )
        for one in found.entries
    ]


def _late(condition: Condition, since: datetime | None, *, now: datetime) -> float:
    return (now - since).total_seconds() if condition is Condition.LATE and since else 0


def _end(run: Run | None) -> datetime | None:
    return run.ended_at if run else None


def _seconds(run: Run | None) -> float | None:
    if run and run.started_at and run.ended_at:
        return (run.ended_at - run.started_at).total_seconds()
    return None
