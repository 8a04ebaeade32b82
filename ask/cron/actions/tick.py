"""Starts an entry because its moment has come, for a cron that is not Ask's own scheduler."""

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
from ask.cron import configuration
from ask.cron.actions.entries import add_entry_arguments, crontab_of, entry_of
from ask.cron.crontab import Entry
from ask.cron.keeping import Keeper
from ask.cron.models import Run
from ask.cron.recipients import is_mailed_by_ask
from ask.cron.records import Claim
from ask.cron.scheduler import A_LITTLE, A_LOT
from ask.cron.starting import Place, become, boot, claimed, slot_for

HELP = "start an entry because it is due; what an installed crontab calls"


def add_arguments(parser: ArgumentParser) -> None:
    """Which entry."""
    add_entry_arguments(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Become the runner of the newest tick that nobody has claimed; if there is none, all is done.

    Raises CommandError when the entry is not due at all, and when the database is away.
    """
    crontab = crontab_of(options)
    entry = entry_of(crontab, options["name"])
    try:
        place = configuration.place(crontab=options["crontab"])
        _start(entry, place=place, source=crontab.source)
    except OSError as e:
        raise CommandError(f"{entry.name} was not started: {e}") from None


def _start(entry: Entry, *, place: Place, source: str) -> None:
    keeper = Keeper(place)
    now = time.time()
    cause = Run.Cause.SCHEDULE
    if entry.schedule.is_reboot:
        cause = Run.Cause.REBOOT
        if not place.spool.is_first_since(boot(), job=entry.name):
            return
    moments = list(newest_first(entry, now=now, zone=configuration.zone()))
    if not moments:
        raise CommandError(
            f"{entry.name} is not due: what is installed differs from {source}."
            " Compare them with crontab diff, and install anew with crontab install."
        )
    with suppress(DatabaseFault):
        # What ended meanwhile, or died, gives its job free.
        keeper.keep()
        keeper.look_now()
    # Cron mails what is printed.
    prints = "nothing" if is_mailed_by_ask(entry) else "failure"
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
        if answer is Claim.BUSY:
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
