"""Starts an entry because its moment has come, for a cron that is not Ask's own scheduler.

Cron does not say which moment that is, so it is the newest that nobody has claimed; Kubernetes
does.
"""

import logging
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from datetime import tzinfo
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFault
from django.db import connections

from ask.core.one_line import one_line
from ask.cron import configuration, kubernetes
from ask.cron.actions.entries import add_entry_arguments, crontab_of, entry_of
from ask.cron.actions.moments import shown
from ask.cron.crontab import Entry
from ask.cron.keeping import Keeper
from ask.cron.models import Run
from ask.cron.recipients import is_mailed_by_ask
from ask.cron.records import Claim
from ask.cron.scheduler import A_LITTLE, A_LOT
from ask.cron.starting import Place, become, boot, claimed, slot_for

HELP = "start an entry because it is due; what an installed crontab calls"

PRINTS = {False: "failure", True: "everything"}


def add_arguments(parser: ArgumentParser) -> None:
    """Which entry, and what Kubernetes says of its moment."""
    add_entry_arguments(parser)
    parser.add_argument(
        "--at",
        default="",
        metavar="MOMENT",
        help="the annotation of its CronJob: when it was due; nothing, if there is none",
    )
    parser.add_argument(
        "--kubernetes-job",
        default="",
        metavar="NAME",
        help="the Job whose name says when it was due, where the annotation does not",
    )
    parser.add_argument(
        "--echo", action="store_true", help="print all that the job prints, not only of a failure"
    )


def run(command: BaseCommand, **options: Any) -> None:
    """Become the runner of the newest tick that nobody has claimed; if there is none, all is done.

    Raises CommandError when the entry is not due at all, and when the database is away.
    """
    # Cron mails whatever is printed, and each run speaks for itself.
    logging.getLogger("ask.cron").setLevel(logging.ERROR)
    crontab = crontab_of(options)
    entry = entry_of(crontab, options["name"])
    try:
        moments = _moments(command, entry, options, source=crontab.source)
        if moments:
            place = configuration.place(crontab=options["crontab"])
            _start(entry, moments, place=place, prints=PRINTS[options["echo"]])
    except OSError as e:
        raise CommandError(f"{entry.name} was not started: {e}") from None


def _moments(
    command: BaseCommand, entry: Entry, options: dict[str, Any], *, source: str
) -> list[float]:
    """What it may be started for; nothing, if it was started too often and that is no mistake.

    Raises CommandError where that is one.
    """
    now, zone = time.time(), configuration.zone()
    try:
        moment = kubernetes.said(entry, at=options["at"], job=options["kubernetes_job"])
    except kubernetes.NoMoment as e:
        raise CommandError(f"{entry.name} was not started: {e}") from None
    if moment is None:
        moments = list(newest_first(entry, now=now, zone=zone))
        if not moments:
            raise CommandError(
                f"{entry.name} is not due: what is installed differs from {source}."
                " Compare them with crontab diff, and install anew with crontab install."
            )
        return moments
    when = shown(moment, zone=zone, language="en")
    if entry.schedule.matches(moment, zone=zone):
        if not is_in_time(entry, moment, now=now):
            raise CommandError(f"{entry.name} was due at {when}: it is too late for that.")
        return [moment]
    if not kubernetes.starts(entry, moment, zone=zone):
        raise CommandError(
            f"{entry.name} is not due at {when}: its CronJob differs from {source}."
            " Write it anew with crontab kubernetes."
        )
    command.stdout.write(f"{entry.name} is not due at {when}: nothing to do.")
    return []


def _start(entry: Entry, moments: list[float], *, place: Place, prints: str) -> None:
    keeper = Keeper(place)
    cause = Run.Cause.SCHEDULE
    if entry.schedule.is_reboot:
        cause = Run.Cause.REBOOT
        if not place.spool.is_first_since(boot(), job=entry.name):
            return
    with suppress(DatabaseFault):
        # What ended meanwhile, or died, gives its job free.
        keeper.keep()
        keeper.look_now()
    if prints == "failure" and is_mailed_by_ask(entry):
        prints = "nothing"  # cron would mail it once more
    for moment in moments:
        slot = slot_for(entry, moment=moment, cause=cause, place=place, prints=prints)
        if slot is None:
            continue
        try:
            answer = claimed(slot)
        except DatabaseFault as e:
            if not entry.options.nodb:
                # Whoever looks at slots next may begin it, as long as it is not late.
                slot.release()
                raise CommandError(
                    f"{entry.name} was not started yet, because the database cannot be reached:"
                    f" {one_line(e)}"
                ) from None
            answer = Claim.OURS
        if answer is Claim.OURS:
            connections.close_all()
            become(slot)
        if answer in (Claim.BUSY, Claim.PAUSED):
            return


def newest_first(entry: Entry, *, now: float, zone: tzinfo) -> Iterator[float]:
    """The moments that an entry may be started for at `now`, in UTC epoch seconds.

    As far back as Debian's cron makes minutes up: five minutes, fixed times up to three hours.
    """
    if entry.schedule.is_reboot:
        yield now
        return
    for number, moment in enumerate(entry.schedule.previous(int(now) + 1, zone=zone)):
        late = now - moment
        if late > A_LITTLE and (number or entry.schedule.is_wildcard or late > A_LOT):
            return
        yield moment


def is_in_time(entry: Entry, moment: float, *, now: float) -> bool:
    """Whether an entry may still be started for a moment that was said.

    As far back as it would be made up, or is not yet late. A clock that is a little slow does no
    harm.
    """
    longest = max(A_LITTLE if entry.schedule.is_wildcard else A_LOT, entry.options.late)
    return now - moment >= -A_LITTLE and (entry.options.catchup or now - moment <= longest)
