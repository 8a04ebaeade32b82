"""From an entry and a moment to a runner: whoever asks for it, a run begins here."""

import logging
import os
import socket
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from django.conf import settings

from ask.cron import runner
from ask.cron.crontab import Entry
from ask.cron.recipients import recipients
from ask.cron.records import Claim, claim, skip
from ask.cron.secrets import without_secrets
from ask.cron.spool import Slot, Spool, file_name

logger = logging.getLogger("ask.cron")

AGAIN = 1e-6
"""Seconds by which a minute differs from itself when a clock that was set back shows it again."""


@dataclass(frozen=True)
class Place:
    """Where runs of this host begin."""

    spool: Spool
    folder: Path
    """Where a job starts unless the crontab says HOME."""
    store: Sequence[str]
    """The command that copies slots into the database; a runner starts it if nobody else does."""
    mail: Sequence[str] = ()
    """The command that sends what waits in the outbox, for a scheduler, which has no time to."""


def slot_for(
    entry: Entry,
    *,
    moment: float,
    cause: str,
    place: Place,
    prints: str = "nothing",
    begins_at: float = 0,
) -> Slot | None:
    """A slot for the run of an entry at a moment (UTC epoch seconds), if nobody here has it.

    The slot says all that a runner needs, which `prints` nothing, everything, or the output of a
    failure, and begins at `begins_at` (UTC epoch seconds) if that is soon. Raises OSError where the
    spool cannot be written.
    """
    spool = place.spool
    scheduled_for = datetime.fromtimestamp(moment, UTC)
    spool.make_folders()  # somebody may have removed what looks like rubbish
    slot = spool.take(spool.slot_path(job=entry.name, scheduled_for=scheduled_for))
    if slot is None:
        return None
    if slot.events():
        slot.release()
        return None
    logs = spool.log_folder(entry.name)
    options = entry.options
    try:
        slot.journal.reserve()
        slot.journal.append(
            "claimed",
            run=str(uuid.uuid4()),
            job=entry.name,
            scheduled_for=scheduled_for.isoformat(),
            cause=cause,
            host=socket.gethostname(),
            boot=boot(),
            uid=os.geteuid(),
            command=entry.command,
            input=entry.input,
            user=entry.user,
            variables=entry.variables,
            environment=without_secrets(entry.variables),
            folder=None if entry.user else str(place.folder),
            timeout=options.timeout,
            grace=options.grace,
            retries=options.retries,
            backoff=options.backoff,
            nodb=options.nodb,
            late=options.late,
            lock="" if options.overlap == "allow" else str(spool.lock_path(entry.name)),
            log=str(logs / file_name(scheduled_for)),
            live=str(slot.live),
            keeper=str(spool.keeper),
            store=list(place.store),
            prints=prints,
            begins_at=begins_at,
            expression=entry.expression,
            mail_to=",".join(recipients(entry)),
            mail_from=entry.variables.get("MAILFROM", ""),
        )
    except OSError:
        slot.remove()
        raise
    return slot


def claimed(slot: Slot, *, keep: Callable[[], object] | None = None) -> Claim:
    """Whether the run of a slot is ours to start; if it is not, the slot is gone.

    May be asked again, by anybody. `keep` is called when the job seems busy, to look again whether
    it is. Raises DatabaseError, and the slot stays: what needs no database may begin all the same,
    for its record waits in the slot, and the job's lock excludes others on this host.
    """
    spec = slot.journal.events()[0]
    answer = claim(spec)
    if answer is Claim.BUSY and keep:
        keep()
        answer = claim(spec)
    if answer in (Claim.BUSY, Claim.PAUSED):
        logger.info("%s: skipped, because %s.", spec["job"], skip(spec))
    if answer is not Claim.OURS:
        slot.remove()
    return answer


def spawn(slot: Slot) -> int:
    """Start the runner of a slot, and let go of the slot; the runner's process id."""
    command = runner.command(sys.executable)
    try:
        return os.posix_spawn(
            command[0],
            command,
            environment(),
            # In this order: where standard input was closed, the slot may be its number.
            file_actions=[
                (os.POSIX_SPAWN_DUP2, slot.descriptor, runner.SLOT),
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            ],
            # A terminal's Ctrl-C is for whoever started the runner.
            setsid=True,
            setsigmask=[],
        )
    finally:
        slot.release()


def become(slot: Slot) -> NoReturn:
    """Go on as the runner of a slot, without what this process has loaded."""
    command = runner.command(sys.executable)
    os.dup2(slot.descriptor, runner.SLOT)
    # If it is that descriptor already, nothing was done to it, and it would be closed.
    os.set_inheritable(runner.SLOT, True)
    os.execve(command[0], command, environment())  # noqa: S606


def environment() -> dict[str, str]:
    """What this process was started with: Django sets the time zone of its own process."""
    found = dict(os.environ)
    found.pop("TZ", None)
    return found | ({"TZ": settings.TZ} if settings.TZ is not None else {})


def boot() -> str:
    """Another text after the machine, or the container that this is, was started again."""
    try:
        machine = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        first = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return f"{machine} {first}"
