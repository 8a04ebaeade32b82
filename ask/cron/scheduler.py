"""Starts what is due, minute after minute, alone or beside others that do the same."""

import errno
import logging
import math
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

from django.db import Error as DatabaseFault

from ask.core.one_line import one_line
from ask.cron.bell import Bell
from ask.cron.carrying_out import Hands
from ask.cron.complaints import Complaint
from ask.cron.crontab import Crontab, CrontabError, Entry
from ask.cron.keeping import Keeper
from ask.cron.models import Run
from ask.cron.records import Claim, show_presence, was_run
from ask.cron.reporting import keep_connections
from ask.cron.runner import SKIPPED
from ask.cron.spool import Slot
from ask.cron.starting import AGAIN, Place, boot, claimed, environment, slot_for, spawn

logger = logging.getLogger("ask.cron")

MINUTE = 60
A_LITTLE, A_LOT = 5 * MINUTE, 180 * MINUTE
"""Debian's cron makes up all minutes up to the first, fixed-time jobs up to the second."""

LOOK_EVERY = 5.0
"""Seconds after which a changed clock is noticed, and what others left in the spool."""

AHEAD = 1.0
"""Seconds before a minute at which all that it brings is claimed, and its runners are started: they
wait for it themselves."""

TREMOR = 5.0
"""Seconds by which a clock may go back without having been set back."""

KEEP_EVERY = 1.0
"""Seconds between two looks at slots that are in use."""

SHOW_EVERY = 10.0
"""Seconds between two signs of life."""


HELD = 100
"""Slots that are held while the database is away; others are left to whoever keeps the records."""


class Clock:
    """The time, and waiting for it. Another one may run faster."""

    def now(self) -> float:
        """UTC epoch seconds."""
        return time.time()

    def real(self, seconds: float) -> float:
        """How long so many seconds of this clock really take."""
        return seconds


@dataclass(frozen=True)
class Tick:
    """One start that is due."""

    entry: Entry
    moment: float
    cause: str = Run.Cause.SCHEDULE


@dataclass
class Timetable:
    """The crontab as it was when it last could be read."""

    path: Path
    is_system: bool
    _version: tuple[int, int, int] | None = None
    _entries: list[Entry] = field(default_factory=list)

    def read(self) -> list[Entry]:
        """Read the entries. Raises OSError and CrontabError, and the last good ones stay."""
        self._version = self._version_on_disk()
        self._require_trust()
        data = self.path.read_bytes()
        crontab = Crontab.read(data, is_system=self.is_system, source=str(self.path))
        self._entries = list(crontab.entries)
        logger.info("%s: %d entries.", self.path, len(self._entries))
        return self._entries

    def entries(self) -> list[Entry]:
        """The entries now. A broken crontab is complained of once, and the last good one stays."""
        if self._version_on_disk() != self._version:
            try:
                return self.read()
            except OSError as e:
                logger.error("%s: %s; the last good crontab stays.", self.path, e.strerror)
            except CrontabError as e:
                logger.error("%s\nThe last good crontab stays.", e)
        return self._entries

    def _require_trust(self) -> None:
        """As cron does: what may run as anybody, nobody but root may write."""
        found = self.path.stat()
        if self.is_system and os.geteuid() == 0 and (found.st_uid or found.st_mode & 0o022):
            raise PermissionError(
                errno.EPERM, "it names users, so root must own it and nobody else may write it"
            )

    def _version_on_disk(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def due(entries: Iterable[Entry], *, since: int, until: int, zone: tzinfo) -> list[Tick]:
    """What is due after the minute `since`, up to the minute `until` (UTC epoch seconds).

    As Debian's cron has it after a clock that jumped or a sleep: all minutes are made up if they
    are few, fixed-time jobs only if they are more, none if they are too many.
    """
    gap = until - since
    ticks = []
    for entry in entries:
        schedule = entry.schedule
        if schedule.is_reboot:
            continue
        is_made_up = gap <= A_LITTLE or (gap <= A_LOT and not schedule.is_wildcard)
        after = since if is_made_up else until - MINUTE
        for moment in schedule.runs(after, zone=zone):
            if moment > until:
                break
            ticks.append(Tick(entry, moment))
    return sorted(ticks, key=lambda tick: tick.moment)


class Scheduler:
    """Any number may run on any number of hosts: of all of them, one starts each tick."""

    def __init__(
        self,
        timetable: Timetable,
        *,
        place: Place,
        zone: tzinfo,
        patience: float,
        clock: Clock | None = None,
    ) -> None:
        """`patience`: seconds that running jobs have to end when the scheduler is stopped."""
        self.timetable = timetable
        self.place = place
        self.zone = zone
        self.patience = patience
        self.clock = clock or Clock()
        self.keeper = Keeper(place, start=self._spawn)
        self.hands = Hands(
            place, entries=timetable.entries, keep=self.keeper.keep, start=self._spawn
        )
        self.bell = Bell(place.spool.bell)
        self._keeper_lock: int | None = None
        self._kept_at = -math.inf
        self._is_in_use = True
        self._runners: set[int] = set()
        self._waiting: list[tuple[Tick, Slot | None]] = []
        self._ready: list[tuple[Tick, Slot]] = []
        self._stop_count = 0
        self._is_catching_up = True
        self._is_after_reboot = False
        self._complaint = Complaint()
        self._seen = -math.inf
        self._away_until = self._mailed_at = self._shown_at = self._asked_at = -math.inf
        # Debian's names for these are timeRunning and virtualTime. The latter stays where it is
        # while a clock that was set back goes through minutes again.
        self._minute = self._reached = self._highest = self._reached_before()
        self._wakeup, self._wakeup_end = os.pipe()
        for descriptor in (self._wakeup, self._wakeup_end):
            os.set_blocking(descriptor, False)

    def run(self) -> None:
        """Start what is due until somebody sends SIGTERM or SIGINT; then wait for what runs."""
        self._listen()
        self.start_after_reboot()
        while not self._stop_count:
            self.go_round()
            self._sleep()
        self._finish()
        signal.set_wakeup_fd(-1)
        self.close()

    def close(self) -> None:
        """Let others have what this scheduler holds."""
        for _, slot in self._waiting:
            if slot:
                slot.release()
        self.bell.close()
        for descriptor in (self._keeper_lock, self._wakeup, self._wakeup_end):
            if descriptor is not None:
                os.close(descriptor)

    def go_round(self) -> None:
        """Start what is due at this moment, and record what runs."""
        if self._is_after_reboot:
            self._guarded(self._start_after_reboot)
        self._guarded(self._start_due)
        self._guarded(self._start_waiting)
        self._guarded(self._catch_up)
        self._guarded(self._carry_out)
        self._guarded(self._keep)
        self._guarded(self._send_mail)

    def start_after_reboot(self) -> None:
        """Start what runs once after each start of the machine, or the container."""
        self._is_after_reboot = True
        self._guarded(self._start_after_reboot)

    def _guarded(self, step: Callable[..., None], *arguments: Any) -> None:
        """A step whose database or disk is away is made again in the next round."""
        began_at = time.monotonic()
        try:
            step(*arguments)
        except DatabaseFault as e:
            self._leave_alone(e, since=began_at)
        except OSError as e:
            # The same may be wrong with the file of each entry.
            text = f"The spool cannot be used: {e.strerror}"
            self._complaint.say(text, more=f": {e.filename}")

    def _leave_alone(self, fault: DatabaseFault, *, since: float) -> None:
        """Do not ask the database for a while: for longer, if it took long to fail."""
        now = time.monotonic()
        self._away_until = now + max(LOOK_EVERY, 3 * (now - since))
        self._complaint.say(f"The database cannot be reached: {one_line(fault)}")
        keep_connections()

    @property
    def _is_away(self) -> bool:
        """Whether the database was away a moment ago: to ask it may take a while."""
        return time.monotonic() < self._away_until

    # What is due

    def _start_due(self) -> None:
        minute = _minute_of(self._now() + AHEAD)
        if minute == self._minute:
            return
        ticks = self._due(minute)
        self._minute, self._highest = minute, max(minute, self._highest)
        if ticks:
            keep_connections()
        for tick in ticks:
            self._guarded(self._start, tick)
        self._spawn_ready()
        self._remember()

    def _now(self) -> float:
        now = self.clock.now()
        if not 0 < self._seen - now < TREMOR:
            self._seen = now
        return self._seen

    def _due(self, minute: int) -> list[Tick]:
        entries = self.timetable.entries()
        if 0 <= self._reached - minute < A_LOT:
            # Set back: what follows the clock runs again, fixed times have had their run.
            entries = [entry for entry in entries if entry.schedule.is_wildcard]
            since = minute - MINUTE
        else:
            since = self._reached if self._reached < minute else minute - MINUTE
            self._is_catching_up |= minute - since > A_LITTLE
            self._reached = minute
        return [
            replace(tick, moment=tick.moment + AGAIN) if tick.moment <= self._highest else tick
            for tick in due(entries, since=since, until=minute, zone=self.zone)
        ]

    def _start(self, tick: Tick) -> None:
        try:
            slot = slot_for(
                tick.entry,
                moment=tick.moment,
                cause=tick.cause,
                place=self.place,
                begins_at=time.time() + self.clock.real(tick.moment - self.clock.now()),
            )
        except OSError:
            self._waiting.append((tick, None))
            raise
        if slot:
            self._launch(tick, slot)

    def _launch(self, tick: Tick, slot: Slot) -> None:
        if self._is_away:
            self._go_on_without(tick, slot)
            return
        try:
            answer = claimed(slot, keep=self.keeper.keep)
        except DatabaseFault:
            self._go_on_without(tick, slot)
            raise
        except BaseException:
            slot.release()
            raise
        if answer is Claim.OURS:
            self._ready.append((tick, slot))

    def _go_on_without(self, tick: Tick, slot: Slot) -> None:
        if tick.entry.options.nodb:
            self._ready.append((tick, slot))
        else:
            self._hold(tick, slot)

    def _spawn_ready(self) -> None:
        # All that is due is claimed first: runners take the processor from who starts others.
        ready, self._ready = self._ready, []
        for tick, slot in ready:
            self._guarded(self._spawn, slot)
            logger.info("%s: started.", tick.entry.name)

    def _hold(self, tick: Tick, slot: Slot) -> None:
        # Each takes a descriptor, and without one nobody comes to the database again.
        if len(self._waiting) < HELD:
            self._waiting.append((tick, slot))
        else:
            slot.release()

    def _start_waiting(self) -> None:
        """Start what could not be claimed, unless it is too late."""
        if self._is_away:
            return
        waiting, self._waiting = self._waiting, []
        for tick, slot in waiting:
            late = self.clock.now() - tick.moment
            # What is caught up is late in any case.
            if late > tick.entry.options.late and tick.cause != Run.Cause.CATCH_UP:
                self._guarded(self._give_up, tick, slot)
            elif slot:
                self._guarded(self._launch, tick, slot)
            else:
                self._guarded(self._start, tick)
        self._spawn_ready()

    def _give_up(self, tick: Tick, slot: Slot | None) -> None:
        logger.error("%s: not started in time: %s", tick.entry.name, self._complaint.text)
        if slot:
            slot.journal.append("ended", state=SKIPPED, reason="the database was away")
            slot.release()

    def _start_after_reboot(self) -> None:
        for entry in self.timetable.entries():
            if entry.schedule.is_reboot and self.place.spool.is_first_since(boot(), job=entry.name):
                # Not in whole seconds: each host has its own.
                self._guarded(self._start, Tick(entry, self.clock.now(), Run.Cause.REBOOT))
        self._spawn_ready()
        self._is_after_reboot = False

    def _catch_up(self) -> None:
        """Run what asks for it and missed its last moment, however long ago that was."""
        if not self._is_catching_up or self._is_away:
            return
        for entry in self.timetable.entries():
            if not entry.options.catchup or entry.schedule.is_reboot:
                continue
            moment = next(entry.schedule.previous(self._minute + MINUTE, zone=self.zone), None)
            if moment is not None and not was_run(entry.name, since=moment):
                self._start(Tick(entry, moment, Run.Cause.CATCH_UP))
        self._spawn_ready()
        self._is_catching_up = False

    def _carry_out(self) -> None:
        """Do what people ask for, and say that somebody is here to do it."""
        now = time.monotonic()
        if self._is_away:
            return
        if now - self._shown_at >= SHOW_EVERY:
            show_presence(socket.gethostname())
            self._shown_at = now
        is_time = now - self._asked_at >= LOOK_EVERY
        if is_time:
            self._asked_at = now
            self.bell.listen()
        if self.bell.has_rung() or is_time:
            self.hands.carry_out(now=self.clock.now())

    # What runs

    def _spawn(self, slot: Slot) -> None:
        self._runners.add(spawn(slot))

    def _reap(self) -> bool:
        """Whether a runner ended. As process 1, orphans of others come here too."""
        has_ended = False
        with suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                has_ended |= pid in self._runners
                self._runners.discard(pid)
        return has_ended

    def _keep(self) -> None:
        """Record what runs of this host do, unless another process does so already."""
        now = time.monotonic()
        is_time = now - self._kept_at >= (KEEP_EVERY if self._is_in_use else LOOK_EVERY)
        if not self._reap() and not is_time:
            return
        self._kept_at = now
        spool = self.place.spool
        if self._keeper_lock is None:
            self._keeper_lock = spool.become_keeper()
        if self._keeper_lock is not None:
            os.utime(self._keeper_lock)
        is_ours = self._keeper_lock is not None or not spool.has_attentive_keeper()
        if self._is_away:
            if is_ours:
                self.keeper.tell()
            return
        if is_ours:
            self._is_in_use = self.keeper.keep()
            self.keeper.beat()
        if self._complaint.text and not self._waiting:
            logger.info("All is well again.")
            self._complaint.withdraw()

    def _send_mail(self) -> None:
        """Let a process of its own send what is due: a mail server that hangs delays nothing."""
        now = time.monotonic()
        if (
            not self.place.mail
            or now - self._mailed_at < LOOK_EVERY
            or not self.keeper.outbox.is_due()
        ):
            return
        self._mailed_at = now
        command = list(self.place.mail)
        os.posix_spawn(
            command[0],
            command,
            environment(),
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
            setsid=True,
            setsigmask=[],
        )

    def _finish(self) -> None:
        """Wait for what runs, then end it; somebody impatient may ask again."""
        if self._runners:
            logger.info("Waiting for %d running jobs.", len(self._runners))
        until = time.monotonic() + self.patience
        has_asked = False
        while self._runners and self._stop_count < 3:
            if not has_asked and (self._stop_count > 1 or time.monotonic() >= until):
                has_asked = True
                logger.info("Ending %d running jobs.", len(self._runners))
                for pid in self._runners:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGTERM)
            self._guarded(self._keep)
            self._wait(KEEP_EVERY)
        self._kept_at = self._away_until = -math.inf
        self._guarded(self._keep)
        self._mailed_at = -math.inf
        self._guarded(self._send_mail)

    # Time and signals

    def _sleep(self) -> None:
        seconds = self.clock.real(self._minute + MINUTE - AHEAD - self.clock.now())
        is_busy = self._runners or self._waiting or self._is_in_use or self._is_catching_up
        self._wait(min(seconds, KEEP_EVERY if is_busy else LOOK_EVERY))

    def _wait(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._wakeup, select.POLLIN)
        if self.bell.descriptor is not None:
            poll.register(self.bell.descriptor, select.POLLIN)
        poll.poll(max(0, math.ceil(seconds * 1000)))
        with suppress(BlockingIOError):
            os.read(self._wakeup, 4096)

    def _listen(self) -> None:
        signal.set_wakeup_fd(self._wakeup_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # What is ignored (nohup) stays so.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self._stop_count += 1

    def _reached_before(self) -> int:
        """The minute that a scheduler of this host reached last, or this one."""
        now = _minute_of(self.clock.now())
        try:
            reached = int((self.place.spool.folder / "minute").read_text())
        except (OSError, ValueError):
            return now
        return _minute_of(reached) if reached <= now + A_LOT else now

    def _remember(self) -> None:
        made = self.place.spool.folder / f"minute.{os.getpid()}"
        made.write_text(f"{self._reached}\n")
        made.replace(self.place.spool.folder / "minute")


def _minute_of(moment: float) -> int:
    return math.floor(moment / MINUTE) * MINUTE
