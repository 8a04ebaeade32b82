"""What the database knows of runs: who may start one, and what became of it."""

import json
import logging
import os
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import router, transaction
from django.db.models.functions import Now

from ask.cron.answering import answered_in_time
from ask.cron.models import LOST_AFTER, SEEN_LATELY, Attempt, Pause, Run, Watch
from ask.cron.spool import Slot, Spool

logger = logging.getLogger("ask.cron")


LIVE_TAIL = 8_000
"""Bytes of a running job's output that everybody can see, whatever its host."""

SILENT = f"no sign of life for {LOST_AFTER.seconds // 60} minutes"
"""Why a run is lost of which nobody knows more."""


class Claim(Enum):
    """What came of asking for a run."""

    OURS = "ours"
    TAKEN = "taken"
    """Somebody else has that tick."""
    BUSY = "busy"
    """An earlier run of the job has not ended, by the record."""
    PAUSED = "paused"
    """Somebody has paused the job."""


@answered_in_time
def claim(spec: dict[str, Any]) -> Claim:
    """Ask the database for the run that `spec` describes; asking twice gives the same answer.

    One row for a tick and one lease for a job: its unique keys decide, however many ask at once.
    Raises DatabaseError.
    """
    run = _row(spec)
    if run.cause != Run.Cause.PERSON and _is_paused(run):
        return Claim.PAUSED
    # Not an error of the database, which would fill its log when many ask for each tick.
    Run.objects.bulk_create([run], ignore_conflicts=True)
    # A run that was skipped before is no run of ours to start.
    if Run.objects.filter(pk=run.pk).exclude(state=Run.State.SKIPPED).exists():
        return Claim.OURS
    is_taken = Run.objects.filter(job=run.job, scheduled_for=run.scheduled_for).exists()
    return Claim.TAKEN if is_taken else Claim.BUSY


def _is_paused(run: Run) -> bool:
    # What was claimed before is begun, whoever asks for it again.
    return Pause.objects.filter(job=run.job).exists() and not (
        Run.objects.filter(pk=run.pk).exists()
    )


@answered_in_time
def skip(spec: dict[str, Any]) -> str:
    """Record that a tick found its job paused or busy; why it was skipped. Raises DatabaseError."""
    run = _row(spec)
    run.reason = "an earlier run had not ended"
    pause = None if run.cause == Run.Cause.PERSON else Pause.objects.filter(job=run.job).first()
    if pause:
        run.reason = f"paused by {pause.by}" + (f": {pause.reason}" if pause.reason else "")
    elif other := Run.objects.filter(lease=run.job).first():
        moment = f"{other.scheduled_for:%Y-%m-%d %H:%M}"
        run.reason = f"the run of {moment} UTC on {other.host} had not ended"
    run.lease, run.state, run.ended_at = None, Run.State.SKIPPED, run.claimed_at
    Run.objects.bulk_create([run], ignore_conflicts=True)
    return run.reason


def _row(spec: dict[str, Any]) -> Run:
    return Run(
        id=UUID(spec["run"]),
        job=spec["job"],
        scheduled_for=datetime.fromisoformat(spec["scheduled_for"]),
        cause=spec["cause"],
        host=spec["host"],
        command=_storable(spec["command"]),
        user=spec["user"] or "",
        mail_to=spec.get("mail_to", ""),
        environment=spec.get("environment", {}),
        lease=spec["job"] if spec["lock"] else None,
        claimed_at=_moment(spec["at"]),
    )


def _storable(text: str) -> str:
    """What a crontab holds may be no text; what a database holds has to be."""
    return text.encode(errors="surrogateescape").decode(errors="replace").replace("\0", "")


@answered_in_time
def store(slot: Slot, *, spool: Spool, is_alive: bool) -> bool:
    """Copy what a slot tells into the database, however much of it is there already.

    `is_alive`: somebody holds the slot. Otherwise, without an end, its runner has died: the run is
    lost. True when nothing more will come of it: a lease is kept for as long as a process of the
    job holds the job's lock. Raises DatabaseError.
    """
    events = slot.journal.events()
    spec = events[0]
    run = run_of(events, is_alive=is_alive)
    if is_alive:
        _show_live(run, slot)
    is_settled = bool(run.ended_at) and not (run.lease and spool.is_locked(Path(spec["lock"])))
    if is_settled:
        run.lease = None
    attempts = attempts_of(run, events)
    with transaction.atomic(using=router.db_for_write(Run)):
        known = Run.objects.filter(pk=run.pk)
        # Who looked at a living run may be late, and its end be recorded already.
        changed = (known.running() if is_alive else known).update(**_changes(run))
        if not changed and not known.exists():
            # Claimed while the database was away; another host may have had the same idea.
            run.lease = None
            Run.objects.bulk_create([run], ignore_conflicts=True)
            if not Run.objects.filter(pk=run.pk).exists():
                if run.started_at:
                    logger.warning("%s of %s ran on two hosts.", run.job, spec["scheduled_for"])
                return is_settled
        Attempt.objects.bulk_create(attempts, ignore_conflicts=True)
    return is_settled


def run_of(events: list[dict[str, Any]], *, is_alive: bool) -> Run:
    """The run that a slot tells of, as its row would be."""
    run = _row(events[0])
    _read(run, events)
    if not is_alive and not run.ended_at:
        run.state = Run.State.LOST
        killed = "its runner was killed" if run.started_at else "it was claimed, and never begun"
        run.reason = killed
        run.ended_at = datetime.now(UTC)
    return run


def attempts_of(run: Run, events: list[dict[str, Any]]) -> list[Attempt]:
    """Those that are over."""
    return [_attempt(run, events, n) for n, e in enumerate(events) if e["event"] == "attempted"]


CHANGES = (
    "state reason started_at ended_at attempt_count next_attempt_at peak_memory"
    " progress_done progress_total progress_phase output"
).split()


def _changes(run: Run) -> dict[str, Any]:
    changes = {name: getattr(run, name) for name in CHANGES} | {"beat_at": Now()}
    return changes | ({} if run.lease else {"lease": None})


def _read(run: Run, events: list[dict[str, Any]]) -> None:
    for event in events:
        match event["event"]:
            case "started":
                run.started_at = _moment(event["at"])
            case "attempt":
                run.attempt_count = event["number"]
                run.next_attempt_at = None
            case "attempted":
                run.peak_memory = max(run.peak_memory, event["peak_memory"])
                if progress := event.get("progress"):
                    _progress(run, progress)
            case "waiting":
                run.next_attempt_at = _moment(event["until"])
            case "ended":
                run.state = event["state"]
                run.reason = event["reason"]
                run.ended_at = _moment(event["at"])


def _progress(run: Run, progress: dict[str, Any]) -> None:
    run.progress_done = progress["done"]
    run.progress_total = progress["total"]
    run.progress_phase = progress["phase"][:200]


def _show_live(run: Run, slot: Slot) -> None:
    try:
        live = json.loads(slot.live.read_bytes())
    except (OSError, ValueError):
        return
    run.peak_memory = max(run.peak_memory, live["memory"])
    if live["progress"]:
        _progress(run, live["progress"])
    run.output = _end_of(live["log"])


def _end_of(log: str) -> str:
    """The end of a log, from the beginning of a line if there is one."""
    try:
        with Path(log).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LIVE_TAIL))
            data = file.read(LIVE_TAIL)
    except OSError:
        return ""
    if size > LIVE_TAIL:
        data = data.partition(b"\n")[2] or data
    return data.decode(errors="replace").replace("\0", "\N{SYMBOL FOR NULL}")


def _attempt(run: Run, events: list[dict[str, Any]], index: int) -> Attempt:
    event = events[index]
    begun = next(e for e in events if e["event"] == "attempt" and e["number"] == event["number"])
    names = {field.name for field in Attempt._meta.fields}
    known = {name: value for name, value in event.items() if name in names}
    return Attempt(run=run, started_at=_moment(begun["at"]), ended_at=_moment(event["at"]), **known)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@answered_in_time
def beat(*, alive: Mapping[UUID, str], leased: Collection[UUID]) -> None:
    """Give a sign of life for what lives on this host. Raises DatabaseError.

    `alive` have a runner, and the lease that is named if any; `leased` have lost their runner, but
    not the job, which must not overlap itself.
    """
    Run.objects.filter(pk__in=[*alive, *leased]).update(beat_at=Now())
    # They were thought lost while this host could not reach the database.
    for run in Run.objects.filter(pk__in=alive, state=Run.State.LOST, reason=SILENT):
        lease = alive[run.pk] or None
        if Run.objects.filter(lease=lease).exists():
            lease = None  # another host was quicker, and nothing can be done about it
        Run.objects.filter(pk=run.pk).update(
            state=Run.State.RUNNING, reason="", ended_at=None, lease=lease
        )


@answered_in_time
def mark_lost(*, tell: Callable[[Run], object] = lambda _: None) -> int:
    """Mark what gave no sign of life for too long as lost; how many. Raises DatabaseError.

    Of hosts that do so at once, one tells of each run.
    """
    Run.objects.silent().exclude(state=Run.State.RUNNING).update(lease=None)
    count = 0
    for run in Run.objects.silent().running():
        with transaction.atomic(using=router.db_for_write(Run)):
            run.state, run.reason, run.ended_at = Run.State.LOST, SILENT, datetime.now(UTC)
            is_ours = (
                Run.objects.filter(pk=run.pk)
                .silent()
                .running()
                .update(state=run.state, reason=SILENT, ended_at=Now(), lease=None)
            )
            if is_ours:
                tell(run)
        count += is_ours
    return count


@answered_in_time
def was_run(job: str, *, since: float) -> bool:
    """Whether a job had a run that was due at that moment or later. Raises DatabaseError."""
    return Run.objects.filter(job=job, scheduled_for__gte=_moment(since)).exists()


@answered_in_time
def show_presence(host: str) -> None:
    """Say that a scheduler looks after the clock on this host. Raises DatabaseError."""
    if not Watch.objects.filter(pk=host).update(seen_at=Now()):
        Watch.objects.bulk_create([Watch(host=host)], ignore_conflicts=True)


def present() -> list[str]:
    """The hosts on which a scheduler looks after the clock. Raises DatabaseError."""
    lately = Watch.objects.filter(seen_at__gt=Now() - SEEN_LATELY)
    return list(lately.order_by("host").values_list("host", flat=True))
