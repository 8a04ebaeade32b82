"""What people ask for on a page is carried out here, by a host that has runners."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from ask.cron.answering import answered_in_time
from ask.cron.crontab import Entry
from ask.cron.models import Intervention, Run
from ask.cron.records import Claim
from ask.cron.runner import SLOT
from ask.cron.spool import Slot, Spool
from ask.cron.starting import Place, claimed, slot_for, spawn

logger = logging.getLogger("ask.cron")

Kind, Refusal = Intervention.Kind, Intervention.Refusal


class Hands:
    """Carries out what waits. Any number of them may do so at once, on any number of hosts.

    A start is due at the moment it was asked for: the unique key of its run, which decides who
    starts a tick, decides who starts this. So nothing has to be remembered in between, and
    whatever is killed, nothing is started twice.
    """

    def __init__(
        self,
        place: Place,
        *,
        entries: Callable[[], list[Entry]],
        keep: Callable[[], object],
        start: Callable[[Slot], object] = spawn,
    ) -> None:
        """`keep` looks again what has ended, and `start` is given the slots of what is to begin."""
        self.place = place
        self.entries = entries
        self.keep = keep
        self.start = start

    def carry_out(self, *, now: float, kinds: frozenset[str] | None = None) -> None:
        """Do what this host can do of it now (UTC epoch seconds); the rest waits.

        Raises DatabaseError and OSError, and may be called again.
        """
        for asked in _waiting():
            if kinds is None or asked.kind in kinds:
                act = self._cancel if asked.kind == Kind.CANCEL else self._start
                act(asked, now=now)

    def _start(self, asked: Intervention, *, now: float) -> None:
        entry = next((entry for entry in self.entries() if entry.name == asked.job), None)
        run = _run_of(asked)
        if run is None:
            if entry is None:
                _end(asked, refusal=Refusal.UNKNOWN)
                return
            if now - asked.at.timestamp() > entry.options.late:
                _end(asked, refusal=Refusal.LATE)
                return
            self._claim(entry, asked)
            run = _run_of(asked)
        if run is not None:
            is_busy = run.state == Run.State.SKIPPED
            _end(asked, begun=run, refusal=Refusal.BUSY if is_busy else "")

    def _claim(self, entry: Entry, asked: Intervention) -> None:
        moment, cause = asked.at.timestamp(), Run.Cause.PERSON
        slot = slot_for(entry, moment=moment, cause=cause, place=self.place)
        if slot is None:
            return  # another process of this host has it
        try:
            answer = claimed(slot, keep=self.keep)
        except BaseException:
            # Whoever looks at slots next may begin it.
            slot.release()
            raise
        if answer is Claim.OURS:
            self.start(slot)
            logger.info("%s: started, as %s wants.", entry.name, asked.by)

    def _cancel(self, asked: Intervention, *, now: float) -> None:
        run = Run.objects.filter(pk=asked.run or UUID(int=0)).first()
        if run is None or run.state != Run.State.RUNNING:
            _end(asked, refusal=Refusal.ENDED)
        elif run.host == socket.gethostname():
            pid = runner_of(run, spool=self.place.spool)
            if pid is None:
                return  # it begins in a moment, or whoever keeps the records finds it lost
            try:
                os.kill(pid, signal.SIGTERM)
            except PermissionError:
                logger.error("%s: the run of another user cannot be cancelled.", run.job)
                _end(asked, refusal=Refusal.FAULT)
            except ProcessLookupError:
                return
            else:
                logger.info("%s: cancelled, as %s wants.", run.job, asked.by)
                _end(asked)


def runner_of(run: Run, *, spool: Spool) -> int | None:
    """The process id of a run's runner, if it is alive on this host."""
    path = spool.slot_path(job=run.job, scheduled_for=run.scheduled_for.astimezone(UTC))
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    slot = Slot(path, descriptor)
    try:
        events = slot.journal.events()
    except ValueError:
        return None
    finally:
        slot.release()
    if not events or events[0]["run"] != str(run.pk):
        return None
    pid = next((event["pid"] for event in events if event["event"] == "started"), None)
    return pid if pid and _holds(pid, path) else None


def _holds(pid: int, path: Path) -> bool:
    """Whether a process has a slot open as a runner has it: ids of processes are used again."""
    try:
        return os.path.samestat(Path(f"/proc/{pid}/fd/{SLOT}").stat(), path.stat())
    except OSError:
        return False


@answered_in_time
def _waiting() -> list[Intervention]:
    return list(Intervention.objects.waiting())


@answered_in_time
def _run_of(asked: Intervention) -> Run | None:
    found = Run.objects.filter(job=asked.job, scheduled_for=asked.at, cause=Run.Cause.PERSON)
    return found.only("state").first()


@answered_in_time
def _end(asked: Intervention, *, begun: Run | None = None, refusal: str = "") -> None:
    """Say what came of it; whoever was quicker said the same."""
    state = Intervention.State.REFUSED if refusal else Intervention.State.DONE
    Intervention.objects.waiting().filter(pk=asked.pk).update(
        state=state, refusal=refusal, begun=begun and begun.pk, ended_at=datetime.now(UTC)
    )
