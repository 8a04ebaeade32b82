"""Every entry of the crontab with what its records say: what staff look at."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from django.core.exceptions import ImproperlyConfigured

from ask.cron import configuration
from ask.cron.crontab import Crontab, CrontabError, Entry
from ask.cron.durations import usual_seconds
from ask.cron.models import Intervention, Pause, Run
from ask.cron.records import present
from ask.cron.status import EntryStatus, Status, status

LIGHT = ("job", "state", "scheduled_for", "started_at", "ended_at", "next_attempt_at", "host",
         "progress_done", "progress_total", "progress_phase", "peak_memory")  # fmt: skip
"""The columns of a run without its texts."""


@dataclass(frozen=True, kw_only=True)
class EntryOverview:
    """One entry, and how it fares."""

    entry: Entry
    status: EntryStatus
    last: Run | None = None
    """Its newest run that was not skipped; where there is none, its newest."""
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
    """The state of all entries, by few queries. Raises DatabaseError.

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
    last, usual = last_runs(states), usual_seconds(states)
    entries = [
        _of(
            entry, states[entry.name], now=now, zone=zone, pause=pauses.get(entry.name),
            last=last.get(entry.name), usual=usual.get(entry.name),
            is_asked=entry.name in waiting, is_busy=entry.name in leased,
        )
        for entry in crontab.entries
        if entry.name in states
    ]  # fmt: skip
    return Overview(
        status=found, zone=zone, entries=entries, running=_running(usual), hosts=present()
    )


def _of(
    entry: Entry,
    found: EntryStatus,
    *,
    now: datetime,
    zone: tzinfo,
    last: Run | None,
    usual: float | None,
    pause: Pause | None,
    is_asked: bool,
    is_busy: bool,
) -> EntryOverview:
    next_at = next(entry.schedule.runs(int(now.timestamp()), zone=zone), None)
    return EntryOverview(
        entry=entry,
        status=found,
        last=last,
        next_at=datetime.fromtimestamp(next_at, UTC) if next_at is not None else None,
        usual=usual,
        pause=pause,
        is_asked=is_asked,
        is_busy=is_busy and entry.options.overlap != "allow",
    )


def _running(usual: dict[str, float]) -> list[tuple[Run, float | None]]:
    columns = (*LIGHT, "output", "claimed_at", "cause")
    # Put in order here, or SQLite would not take the index of what runs.
    runs = Run.objects.held().running().only(*columns)
    found = sorted(runs, key=lambda run: (run.scheduled_for, run.job))
    return [(run, usual.get(run.job)) for run in found]


def last_runs(jobs: Collection[str]) -> dict[str, Run]:
    """The newest run of each job that was not skipped, without its texts. Raises DatabaseError.

    Where nothing else is, a skipped one. Two queries.
    """
    found = {run.job: run for run in Run.objects.not_skipped().newest_of(jobs).only(*LIGHT)}
    others = [job for job in jobs if job not in found]
    return found | {run.job: run for run in Run.objects.newest_of(others).only(*LIGHT)}
