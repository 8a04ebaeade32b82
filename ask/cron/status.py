"""Whether every entry of the crontab ran as it should."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db import Error as DatabaseFault

from ask.core.one_line import one_line
from ask.cron.complaints import Complaint
from ask.cron.configuration import NoCrontab, SiteCrontab, site_crontab
from ask.cron.crontab import Entry
from ask.cron.lateness import late
from ask.cron.models import IS_SILENT, Pause, Run

_complaint = Complaint()

SETTLING = {
    Run.State.SUCCEEDED: "well",
    Run.State.FAILED: "failing",
    Run.State.TIMED_OUT: "failing",
    Run.State.LOST: "lost",
}
"""What a run that ended says of its entry. One that was skipped or stopped says nothing."""


class Condition(StrEnum):
    """How an entry fares; the worst that is true of it, from the bottom up."""

    NEVER = "never"
    """No run of it has come to an end of its own yet, and none had to."""
    WELL = "well"
    RUNNING = "running"
    PAUSED = "paused"
    """Somebody wants it not to run, whatever else is true of it."""
    FAILING = "failing"
    """The newest run that ended has failed, or took too long."""
    LOST = "lost"
    """Nobody knows how the newest run ended, or a running one gives no sign of life."""
    LATE = "late"

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look."""
        return self in (Condition.FAILING, Condition.LOST, Condition.LATE)


class Trouble(StrEnum):
    """Why nothing can be said of any entry."""

    CRONTAB = "crontab"
    """It cannot be read."""
    DATABASE = "database"
    """It cannot be reached, or has not the tables."""


@dataclass(frozen=True, kw_only=True)
class EntryStatus:
    """How one entry fares."""

    name: str
    condition: Condition
    since: datetime | None = None
    """When it was due, if it is late, or was paused; else when the run began or ended that says
    so."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """How all of them fare, in the order of the crontab."""

    entries: tuple[EntryStatus, ...] = ()
    trouble: Trouble | None = None

    @property
    def troubled(self) -> tuple[EntryStatus, ...]:
        """The entries that somebody should look at."""
        return tuple(one for one in self.entries if one.condition.is_trouble)

    @property
    def is_well(self) -> bool:
        """Whether everything ran as it should."""
        return not self.trouble and not self.troubled


def status(*, now: datetime) -> Status:
    """The state of the site's crontab; never raises for what it is there to tell."""
    try:
        crontab = site_crontab()
    except NoCrontab as e:
        return unknown(Trouble.CRONTAB, why=e)
    return status_of(crontab, now=now)


def unknown(trouble: Trouble, *, why: object) -> Status:
    """What is known where nothing is; the log hears of each cause once, however often it is met."""
    _complaint.say(f"The status is not known: {why}")
    return Status(trouble=trouble)


def status_of(crontab: SiteCrontab, *, now: datetime) -> Status:
    """The state of these entries; never raises."""
    entries = crontab.entries
    try:
        dues = late(entries, now=now.timestamp(), zone=crontab.zone, changed_at=crontab.changed_at)
        runs = _telling(entries)
        pauses = dict(Pause.objects.values_list("job", "since"))
    except DatabaseFault as e:
        return unknown(Trouble.DATABASE, why=f"the database: {one_line(e)}")
    _complaint.withdraw()
    return Status(
        entries=tuple(
            _of(entry.name, due=dues.get(entry.name), paused=pauses.get(entry.name), runs=runs)
            for entry in entries
        )
    )


def _telling(entries: Collection[Entry]) -> dict[str, EntryStatus]:
    """What the newest runs say of the entries that have any; two queries."""
    names = [entry.name for entry in entries]
    ended = Run.objects.not_skipped().filter(state__in=list(SETTLING)).newest_of(names)
    found = {
        run.job: EntryStatus(
            name=run.job, condition=Condition(SETTLING[Run.State(run.state)]), since=run.ended_at
        )
        for run in ended.only("job", "state", "ended_at")
    }
    held = Run.objects.held().annotate(is_silent=IS_SILENT)
    for job, state, began_at, is_silent in held.values_list(
        "job", "state", "claimed_at", "is_silent"
    ):
        if state != Run.State.RUNNING or job not in names:
            continue
        condition = Condition.LOST if is_silent else Condition.RUNNING
        before = found.get(job)
        if before is None or _is_worse(condition, before.condition):
            found[job] = EntryStatus(name=job, condition=condition, since=began_at)
    return found


def _is_worse(one: Condition, other: Condition) -> bool:
    order = list(Condition)
    return order.index(one) > order.index(other)


def _of(
    name: str, *, due: int | None, paused: datetime | None, runs: dict[str, EntryStatus]
) -> EntryStatus:
    if paused is not None:
        return EntryStatus(name=name, condition=Condition.PAUSED, since=paused)
    if due is not None:
        since = datetime.fromtimestamp(due, UTC)
        return EntryStatus(name=name, condition=Condition.LATE, since=since)
    return runs.get(name) or EntryStatus(name=name, condition=Condition.NEVER)
