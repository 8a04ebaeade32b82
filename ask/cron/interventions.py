"""What people do to the clock by hand: each is recorded, with who did it and when."""

import logging
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import Error as DatabaseFault
from django.db import IntegrityError, router, transaction

from ask.cron import configuration
from ask.cron.bell import ring
from ask.cron.comparing import difference
from ask.cron.crontab import Entry
from ask.cron.models import Intervention, Pause, Run
from ask.cron.records import present
from ask.cron.replacing import replace
from ask.cron.starting import environment

logger = logging.getLogger("ask.cron")


MARGIN = timedelta(minutes=1)
"""Longer than hosts have to begin a run that the page gives up: their clocks differ."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who does it."""

    name: str
    id: int | None = None
    """On this site; None where nobody knows, as on a terminal."""


def rename(by: Person) -> None:
    """Let all that was done by whoever has this id bear another name."""
    Intervention.objects.filter(by_id=by.id).update(by=by.name)


def ask_to_start(job: str, *, by: Person, now: datetime) -> Intervention:
    """Ask for a run of a job now. Who asks again before it was begun, gets the same one."""
    return _asked(Intervention.Kind.START, job, by=by, now=now)


def ask_to_retry(run: Run, *, by: Person, now: datetime) -> Intervention:
    """Ask for another run of a job because of one that ended."""
    return _asked(Intervention.Kind.RETRY, run.job, by=by, now=now, run=run.pk)


def ask_to_cancel(run: Run, *, by: Person, now: datetime) -> Intervention:
    """Ask for the end of a run."""
    return _asked(Intervention.Kind.CANCEL, run.job, by=by, now=now, run=run.pk)


def see_to(asked: Intervention) -> None:
    """Let whoever can carry it out know of it. Raises DatabaseError.

    That is a scheduler: of this host at once, of another one within seconds. Where there is none,
    a process of its own does what it can do on this host.
    """
    try:
        is_heard = ring(configuration.spool().bell)
    except OSError as e:
        logger.error("The spool cannot be used: %s", e)
        return
    if is_heard:
        return
    if asked.kind == Intervention.Kind.CANCEL:
        is_ours = Run.objects.filter(
            pk=asked.run or UUID(int=0), host=socket.gethostname()
        ).exists()
    else:
        is_ours = not present()
    if is_ours:
        # Not waited for: the next call of Popen reaps it.
        subprocess.Popen(  # noqa: S603
            configuration.manage("crontab", "obey"),
            stdin=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )


def give_up(entries: Iterable[Entry], *, now: datetime) -> None:
    """Refuse what nobody began within `late=` of its entry: it would not be begun any more.

    Otherwise it would wait for ever where no host comes by. Raises DatabaseError.
    """
    lates = {entry.name: entry.options.late for entry in entries}
    waiting = Intervention.objects.waiting()
    for asked in waiting.starts():
        late = lates.get(asked.job)
        if late is not None and now - asked.at > timedelta(seconds=late) + MARGIN:
            waiting.filter(pk=asked.pk).refuse(Intervention.Refusal.LATE, now=now)


def pause(job: str, *, by: Person, reason: str, now: datetime) -> bool:
    """Let the schedule start a job no more; False when it is paused already."""
    with transaction.atomic(using=router.db_for_write(Pause)):
        values = {"since": now, "by": by.name, "reason": reason}
        _, is_new = Pause.objects.get_or_create(job=job, defaults=values)
        if is_new:
            _record(Intervention.Kind.PAUSE, job, by=by, now=now, text=reason)
    return is_new


def resume(job: str, *, by: Person, now: datetime) -> bool:
    """Let the schedule start a job again; False when it was not paused."""
    with transaction.atomic(using=router.db_for_write(Pause)):
        found = Pause.objects.filter(job=job).delete()[0]
        if found:
            _record(Intervention.Kind.RESUME, job, by=by, now=now)
    return bool(found)


def change_crontab(
    path: Path, *, before: bytes, after: bytes, by: Person, now: datetime
) -> Intervention:
    """Put `after` in the place of the crontab, which holds `before`, and record what differs.

    Neither is there without the other. Raises CannotReplace, Changed and DatabaseError, and the
    crontab stays as it is then.
    """
    text = difference(before, after, has_secrets=False)
    is_replaced = False
    try:
        with transaction.atomic(using=router.db_for_write(Intervention)):
            done = _record(Intervention.Kind.EDIT, "", by=by, now=now, text=text)
            replace(path, before=before, after=after)
            is_replaced = True
    except DatabaseFault:
        if is_replaced:  # and the record of it did not become one
            replace(path, before=after, after=before)
        raise
    return done


def _record(
    kind: str,
    job: str,
    *,
    by: Person,
    now: datetime,
    text: str = "",
    run: UUID | None = None,
    state: str = Intervention.State.DONE,
) -> Intervention:
    # In whole milliseconds, which every clock, file name and database gives back unchanged.
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    ended_at = at if state == Intervention.State.DONE else None
    return Intervention.objects.create(
        kind=kind, job=job, by=by.name, by_id=by.id, at=at, text=text, run=run, state=state,
        ended_at=ended_at,
    )  # fmt: skip


def _asked(
    kind: Intervention.Kind, job: str, *, by: Person, now: datetime, run: UUID | None = None
) -> Intervention:
    asked = Intervention.State.ASKED
    try:
        with transaction.atomic(using=router.db_for_write(Intervention)):
            return _record(kind, job, by=by, now=now, run=run, state=asked)
    except IntegrityError:
        same = Intervention.objects.waiting().filter(job=job)
        if kind == Intervention.Kind.CANCEL:
            same = same.filter(kind=kind, run=run)
        else:
            same = same.starts()
        # If it was carried out in between, this is another one.
        return same.first() or _record(kind, job, by=by, now=now, run=run, state=asked)
