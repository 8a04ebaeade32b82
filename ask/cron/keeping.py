"""From slots to the database: what runs of this host did is recorded, whoever started them."""

import logging
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import InterfaceError, OperationalError

from ask.core.one_line import one_line
from ask.cron.addresses import is_sender
from ask.cron.letters import Letter, failure, recovery
from ask.cron.models import Run, Streak
from ask.cron.outbox import Outbox
from ask.cron.records import Claim, attempts_of, beat, mark_lost, run_of, store
from ask.cron.runner import SKIPPED, SUCCEEDED
from ask.cron.spool import Slot
from ask.cron.starting import Place, boot, claimed, spawn
from ask.cron.streaks import Known, current, judge, judge_failure

logger = logging.getLogger("ask.cron")

KEPT = 900
"""Seconds for which the slot of a recorded run stays, so that no late comer takes its tick."""

TAKEN_OVER = 3
"""How often a run may be taken over: one that cannot begin does not try for ever."""

BEAT_EVERY = 10
LOOK_FOR_LOST_EVERY = 60


class Keeper:
    """Copies slots into the database, takes over what was claimed and never begun, and marks
    what is lost. Any number of them may work on one spool; nothing is done twice.
    """

    def __init__(self, place: Place, *, start: Callable[[Slot], object] = spawn) -> None:
        """`start` is given what is taken over."""
        self.place = place
        self.start = start
        self.outbox = Outbox(place.spool.mail)
        self._known = Known(place.spool.mail / "streaks")
        self._told: set[Path] = set()
        """Slots of which nothing is to be told without the database."""
        self._seen: dict[Path, tuple[tuple[int, int], UUID, str]] = {}
        self._alive: dict[UUID, str] = {}
        """The lease of each run that has a runner, empty where it excludes nobody."""
        self._leased: set[UUID] = set()
        self._settled: dict[Path, float] = {}
        self._lingering: set[Path] = set()
        """Slots all of which is recorded but that their job's lock is free."""
        self._complaints: dict[Path, str] = {}
        self._beat_at = 0.0
        self._looked_at = 0.0
        self._in_touch_since: float | None = None

    def keep(self) -> bool:
        """Look at every slot once; whether any is in use. Raises DatabaseError, and may be called
        again.
        """
        self._alive, self._leased = {}, set()
        is_in_use = False
        paths = self.place.spool.paths()
        self._forget_all_but(paths)
        for path in paths:
            if self._is_settled(path):
                continue
            is_in_use = True
            try:
                self._look_at(path)
            except (OperationalError, InterfaceError):
                self._in_touch_since = None
                raise
            except (DatabaseFault, OSError) as e:
                # Another user's slot, a full disk, or a record that the database does not take,
                # keeps nobody from the other slots.
                self._complain(path, one_line(e))
        return is_in_use

    def beat(self) -> None:
        """Give a sign of life for what lives here, and look for what is lost anywhere, when it is
        time to. Raises DatabaseError.
        """
        now = time.monotonic()
        try:
            if (self._alive or self._leased) and now >= self._beat_at:
                beat(alive=self._alive, leased=self._leased)
                self._beat_at = now + BEAT_EVERY
            if now >= self._looked_at:
                self._look_for_lost(now)
                self._known.replace(current())
                self._looked_at = now + LOOK_FOR_LOST_EVERY
        except DatabaseFault:
            self._in_touch_since = None
            raise

    def tell(self) -> None:
        """Mail what is to be told of runs that ended while the database is away."""
        paths = self.place.spool.paths()
        self._forget_all_but(paths)
        for path in paths:
            if path in self._settled or path in self._told:
                continue
            slot = self.place.spool.look_at(path)
            if slot is None:
                continue
            try:
                self._tell_without_database(slot)
            except OSError as e:
                self._complain(path, one_line(e))
            finally:
                slot.release()

    def _tell_without_database(self, slot: Slot) -> None:
        events = slot.events()
        if not _has_begun(events):
            return
        if not any(event["event"] in ("told", "stored") for event in events):
            self._known.judge(run_of(events, is_alive=False), tell=_writer(self.outbox, events))
            slot.journal.append("told")
        self._told.add(slot.path)

    def look_now(self) -> None:
        """Look for what is lost although it is not time to. Raises DatabaseError."""
        if count := mark_lost(tell=self._tell_of_silent):
            logger.warning("%d runs are lost: they gave no sign of life.", count)

    def _look_for_lost(self, now: float) -> None:
        # After the database was away for all, others need time to give a sign of life.
        if self._in_touch_since is None:
            self._in_touch_since = now
        if now - self._in_touch_since >= 3 * BEAT_EVERY:
            self.look_now()

    def _tell_of_silent(self, run: Run) -> None:
        attempts = list(run.attempts.order_by("number"))
        judge_failure(run, tell=lambda run, _: _write(self.outbox, failure(run, attempts), run))

    def _complain(self, path: Path, text: str) -> None:
        if self._complaints.get(path) != text:
            logger.error("%s cannot be recorded: %s.", path, text)
        self._complaints[path] = text

    def _is_settled(self, path: Path) -> bool:
        ended_at = self._settled.get(path)
        if ended_at is None:
            return False
        if time.time() - ended_at > KEPT and (slot := self.place.spool.look_at(path)):
            if slot.lock_alone():
                slot.remove()
            else:
                slot.release()
        return True

    def _forget_all_but(self, paths: Collection[Path]) -> None:
        # Others remove slots as well.
        self._told.intersection_update(paths)
        for path in {*self._settled, *self._seen, *self._complaints}.difference(paths):
            self._settled.pop(path, None)
            self._seen.pop(path, None)
            self._complaints.pop(path, None)
        self._lingering.intersection_update(paths)

    def _look_at(self, path: Path) -> None:
        slot = self.place.spool.look_at(path)
        if slot is None:
            self._look_at_living(path)
            return
        try:
            self._look_at_dead(slot)
        finally:
            slot.release()

    def _look_at_living(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return
        slot = Slot(path, descriptor)
        try:
            signature = (_changed_at(path), _changed_at(slot.live))
            seen, run, lease = self._seen.get(path) or (None, UUID(int=0), "")
            if seen != signature:
                events = slot.journal.events()
                # Until it began, nothing of it is certain.
                if not _has_begun(events):
                    return
                store(slot, spool=self.place.spool, is_alive=True)
                run, lease = UUID(events[0]["run"]), events[0]["job"] if events[0]["lock"] else ""
                self._seen[path] = (signature, run, lease)
            self._alive[run] = lease
        except ValueError:
            pass  # whoever finds it dead puts it aside
        finally:
            slot.release()

    def _look_at_dead(self, slot: Slot) -> None:
        events = slot.events()
        if not _has_begun(events):
            self._look_at_unbegun(slot)
        elif events[-1]["event"] == "stored":
            # Who looks only once, as a companion does, has to see to it at once.
            if time.time() - events[-1]["at"] > KEPT and slot.lock_alone():
                slot.remove()
            else:
                self._settled[slot.path] = events[-1]["at"]
        elif slot.path in self._lingering and self._is_locked(events[0]):
            self._leased.add(UUID(events[0]["run"]))
        else:
            self._record(slot, events)

    def _look_at_unbegun(self, slot: Slot) -> None:
        if not slot.lock_alone():
            return
        # Before nobody else could look at it, somebody may have.
        events = slot.events()
        if not events:
            slot.remove()
        elif _has_begun(events) or not self._may_begin(slot, events):
            self._record(slot, events)
        elif self._is_claimed(slot, events[0]):
            begun = "%s: claimed and never begun; it begins now."
            logger.warning(begun, events[0]["job"], extra={"run": events[0]["run"]})
            slot.journal.append("taken over")
            self.start(slot)

    def _is_claimed(self, slot: Slot, spec: dict[str, Any]) -> bool:
        try:
            return claimed(slot) is Claim.OURS
        except (OperationalError, InterfaceError):
            if spec["nodb"]:
                return True
            raise

    def _record(self, slot: Slot, events: list[dict[str, Any]]) -> None:
        is_settled = store(slot, spool=self.place.spool, is_alive=False)
        judge(run_of(events, is_alive=False), tell=_writer(self.outbox, events))
        if is_settled:
            slot.journal.append("stored")
            self._settled[slot.path] = time.time()
            _log(events)
        else:
            self._leased.add(UUID(events[0]["run"]))
            self._lingering.add(slot.path)

    def _is_locked(self, spec: dict[str, Any]) -> bool:
        return self.place.spool.is_locked(Path(spec["lock"]))

    def _may_begin(self, slot: Slot, events: list[dict[str, Any]]) -> bool:
        """Whether what somebody claimed and did not begin may be begun by this process."""
        spec = events[0]
        # Whoever may write into the spool must not make another user run something.
        is_ours = spec["uid"] == os.fstat(slot.descriptor).st_uid == os.geteuid()
        is_due = spec["boot"] == boot() and 0 <= time.time() - spec["at"] <= spec["late"]
        return is_ours and is_due and len(events) <= TAKEN_OVER


def _has_begun(events: list[dict[str, Any]]) -> bool:
    return any(event["event"] in ("started", "ended") for event in events)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _writer(outbox: Outbox, events: list[dict[str, Any]]) -> Callable[[Run, Streak | None], None]:
    """What puts the mail about a run, of which a slot tells, into the outbox."""

    def write(run: Run, streak: Streak | None) -> None:
        spec = events[0]
        if streak is None:
            attempts = attempts_of(run, events)
            letter = failure(run, attempts, expression=spec.get("expression", ""))
        else:
            letter = recovery(run, streak)
        _write(outbox, letter, run, sender=spec.get("mail_from", ""))

    return write


def _write(outbox: Outbox, letter: Letter, run: Run, *, sender: str = "") -> None:
    if run.mail_to:
        outbox.put(
            letter.name,
            to=run.mail_to.split(","),
            sender=sender if is_sender(sender) else settings.DEFAULT_FROM_EMAIL,
            subject=letter.subject,
            text=letter.text,
        )


def _log(events: list[dict[str, Any]]) -> None:
    """Say what did not go well, and where to look."""
    job, run = events[0]["job"], {"run": events[0]["run"]}
    last = next((event for event in events if event["event"] == "ended"), None)
    if last is None:
        logger.warning("%s: lost.", job, extra=run)
        return
    attempts = [event for event in events if event["event"] == "attempted"]
    if last["state"] in (SUCCEEDED, SKIPPED) or not attempts:
        return
    end = attempts[-1]
    how = "" if end["signal"] is None else f"signal {end['signal']}"
    why = last["reason"] or how or f"exit status {end['exit_status']}"
    log = f"; {end['log']}" if end["log"] else ""
    logger.warning("%s: %s (%s)%s", job, last["state"], why, log, extra=run)
