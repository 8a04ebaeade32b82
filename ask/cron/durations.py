"""How long the runs of an entry take."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

from ask.cron.models import Run

LOOKED_AT = 20
"""Newest runs that succeeded, of which the middle says how long an entry usually takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasted:
    """A run that has ended."""

    run: UUID
    state: Run.State
    began_at: datetime
    seconds: float
    """From its start to its end, with the pauses between its attempts; never negative."""
    peak_memory: int
    """Bytes; 0 where nobody measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long the newest runs of an entry took."""

    job: str
    runs: tuple[Lasted, ...]
    """Oldest first."""
    median: float | None
    """Seconds; of those that succeeded, None if there are none."""


def durations(job: str, *, limit: int = 120) -> Durations:
    """The newest runs of an entry that began and ended, `limit` at most; one query.

    What was skipped never began. Raises DatabaseError.
    """
    ended = Run.objects.not_skipped().filter(
        job=job, started_at__isnull=False, ended_at__isnull=False
    )
    rows = (
        ended.exclude(state=Run.State.RUNNING)
        .order_by("-scheduled_for")
        .values_list("pk", "state", "started_at", "ended_at", "peak_memory")[:limit]
    )
    runs = tuple(
        Lasted(
            run=run,
            state=Run.State(state),
            began_at=began_at,
            # The host's clock may have been set back meanwhile.
            seconds=max(0.0, (ended_at - began_at).total_seconds()),
            peak_memory=memory,
        )
        for run, state, began_at, ended_at, memory in reversed(rows)
        if began_at and ended_at
    )
    succeeded = [one.seconds for one in runs if one.state == Run.State.SUCCEEDED]
    return Durations(job=job, runs=runs, median=median(succeeded) if succeeded else None)


def usual_seconds(jobs: Iterable[str]) -> dict[str, float]:
    """How long runs of these jobs take that succeed; nothing of those of which none has.

    One query. Raises DatabaseError.
    """
    succeeded = Run.objects.filter(state=Run.State.SUCCEEDED).newest_of(jobs, count=LOOKED_AT)
    spans: defaultdict[str, list[float]] = defaultdict(list)
    for job, began_at, ended_at in succeeded.values_list("job", "started_at", "ended_at"):
        if began_at and ended_at:
            spans[job].append((ended_at - began_at).total_seconds())
    return {job: median(found) for job, found in spans.items()}
