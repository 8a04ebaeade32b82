"""Every entry of the crontab with what its records say: what staff look at."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from statistics import median

from django.core.exceptions import ImproperlyConfigured

from ask.cron import configuration
from ask.cron.crontab import Crontab, CrontabError, Entry
from ask.cron.models import Intervention, Pause, Run
from ask.cron.records import present
from ask.cron.status import EntryStatus, Status, status

LOOKED_AT = 20
"""Newest runs of a job, of which the middle says how long it usually takes."""

LIGHT = ("job", "state", "scheduled_for", "started_at", "ended_at", "next_attempt_at", "host",
         "progress_done", "progress_total", "progress_phase", "peak_memory")  # fmt: skip
"""The columns of a run without its texts."""


@dataclass(frozen=True, kw_only=True)
class EntryOverview:
    """One entry, and how it fares."""

    entry: Entry
    status: EntryStatus
    last: Run | None = None
    """Its newest run, whatever its state."""
    next_at: datetime | None = None
    usual: float | None = None
    """Seconds that runs take which succeed; None where none has."""
    pause: Pause | None = None
    is_asked: bool = False
    """Whether somebody asked for a run that has not begun yet."""
    is_busy: bool = False
    """Whether a run goes on that lets no other begin."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All of them, in the order of the crontab."""

    status: Status
    zone: tzinfo = UTC
    entries: list[EntryOverview] = field(default_factory=list)
    running: list[tuple[Run, float | None]] = field(default_factory=list)
    """What runs now, with its usual seconds."""
    hosts: list[str] = field(default_factory=list)
    """Those on which a scheduler looks after the clock."""


def overview(*, now: datetime) -> Overview:
    """The state of all entries; one query for each of them, and few for all. Raises DatabaseError.

    Where the crontab cannot be read, there are no entries, and the status says so.
    """
    found = status(now=now)
    try:
        path = configuration.crontab_path()
        crontab = Crontab.read(path.read_bytes(), source=str(path))
        zone = configuration.zone()
    except (OSError, CrontabError, ImproperlyConfigured):
        return Overview(status=found, running=_running({}), hosts=present())
    pauses = Pause.objects.in_bulk()
    asked = Intervention.objects.waiting().exclude(kind=Intervention.Kind.CANCEL)
    waiting = set(asked.values_list("job", flat=True))
    leased = set(Run.objects.held().exclude(lease=None).values_list("lease", flat=True))
    states = {one.name: one for one in found.entries}
    entries = [
        _of(
            entry, states[entry.name], now=now, zone=zone, pause=pauses.get(entry.name),
            is_asked=entry.name in waiting, is_busy=entry.name in leased,
        )
        for entry in crontab.entries
        if entry.name in states
    ]  # fmt: skip
    usual = {one.entry.name: one.usual for one in entries}
    return Overview(
        status=found, zone=zone, entries=entries, running=_running(usual), hosts=present()
    )


def _of(
    entry: Entry,
    found: EntryStatus,
    *,
    now: datetime,
    zone: tzinfo,
    pause: Pause | None,
    is_asked: bool,
    is_busy: bool,
) -> EntryOverview:
    newest = newest_runs(entry.name)
    next_at = next(entry.schedule.runs(int(now.timestamp()), zone=zone), None)
    return EntryOverview(
        entry=entry,
        status=found,
        last=newest[0] if newest else None,
        next_at=datetime.fromtimestamp(next_at, UTC) if next_at is not None else None,
        usual=usual_seconds(newest),
        pause=pause,
        is_asked=is_asked,
        is_busy=is_busy and entry.options.overlap != "allow",
    )


def _running(usual: dict[str, float | None]) -> list[tuple[Run, float | None]]:
    columns = (*LIGHT, "output", "claimed_at", "cause")
    runs = Run.objects.running().only(*columns).order_by("scheduled_for", "job")
    return [(run, usual.get(run.job)) for run in runs]


def newest_runs(job: str) -> list[Run]:
    """The newest runs of a job, newest first, without their texts. Raises DatabaseError."""
    return list(Run.objects.filter(job=job).only(*LIGHT).order_by("-scheduled_for")[:LOOKED_AT])


def usual_seconds(runs: list[Run]) -> float | None:
    """How long runs take that succeed, if any has."""
    spans = [
        (run.ended_at - run.started_at).total_seconds()
        for run in runs
        if run.state == Run.State.SUCCEEDED and run.started_at and run.ended_at
    ]
    return median(spans) if spans else None
