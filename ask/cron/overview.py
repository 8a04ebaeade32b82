"""Every entry of the crontab with what its records say: what staff look at."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from ask.cron.configuration import NoCrontab, site_crontab
from ask.cron.crontab import Entry
from ask.cron.durations import usual_seconds
from ask.cron.interventions import give_up
from ask.cron.models import Intervention, Pause, Run
from ask.cron.records import present
from ask.cron.status import Condition, EntryStatus, Status, Trouble, status_of, unknown

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


def overview(*, now: datetime, name: str = "") -> Overview:
    """The state of all entries, or of that of a name alone. Raises DatabaseError.

    Of what runs, the same. Where the crontab cannot be read, there are no entries, and the status
    says so.
    """
    try:
        crontab = site_crontab()
    except NoCrontab as e:
        found = unknown(Trouble.CRONTAB, why=e)
        return Overview(status=found, running=_running(name, usual={}), hosts=present())
    if name:
        crontab = crontab.only(name)
    found = status_of(crontab, now=now)
    names = [one.name for one in found.entries]
    last, usual = last_runs(names), usual_seconds(names)
    paused = [one.name for one in found.entries if one.condition is Condition.PAUSED]
    pauses = Pause.objects.in_bulk(paused)
    give_up(crontab.entries, now=now)
    asked = set(Intervention.objects.waiting().starts().values_list("job", flat=True))
    occupied = busy(crontab.entries)
    entries = [
        EntryOverview(
            entry=entry,
            status=fares,
            last=last.get(entry.name),
            next_at=_next(entry, now=now, zone=crontab.zone),
            usual=usual.get(entry.name),
            pause=pauses.get(entry.name),
            is_asked=entry.name in asked,
            is_busy=entry.name in occupied,
        )
        for entry, fares in zip(crontab.entries, found.entries, strict=False)
    ]
    return Overview(
        status=found, zone=crontab.zone, entries=entries, running=_running(name, usual=usual),
        hosts=present(),
    )  # fmt: skip


def busy(entries: Collection[Entry]) -> set[str]:
    """The names of those of which a run goes on that lets no other begin; one query."""
    leased = set(Run.objects.held().exclude(lease=None).values_list("lease", flat=True))
    return {one.name for one in entries if one.name in leased and one.options.overlap != "allow"}


def _next(entry: Entry, *, now: datetime, zone: tzinfo) -> datetime | None:
    moment = next(entry.schedule.runs(int(now.timestamp()), zone=zone), None)
    return datetime.fromtimestamp(moment, UTC) if moment is not None else None


def _running(job: str, *, usual: dict[str, float]) -> list[tuple[Run, float | None]]:
    columns = (*LIGHT, "output", "claimed_at", "cause")
    # Put in order and told apart here, or SQLite would not take the index of what runs.
    runs = Run.objects.held().running().only(*columns)
    found = sorted(runs, key=lambda run: (run.scheduled_for, run.job))
    return [(run, usual.get(run.job)) for run in found if job in ("", run.job)]


def last_runs(jobs: Collection[str]) -> dict[str, Run]:
    """The newest run of each job that was not skipped, without its texts. Raises DatabaseError.

    Where nothing else is, a skipped one. Two queries.
    """
    found = {run.job: run for run in Run.objects.not_skipped().newest_of(jobs).only(*LIGHT)}
    others = [job for job in jobs if job not in found]
    return found | {run.job: run for run in Run.objects.newest_of(others).only(*LIGHT)}
