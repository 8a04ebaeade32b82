"""Starts an entry because a person wants it, and shows what it prints."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFault
from django.db import connections

from ask.core.one_line import one_line
from ask.cron import configuration
from ask.cron.actions.entries import add_entry_arguments, crontab_of, entry_of
from ask.cron.keeping import Keeper
from ask.cron.models import Run
from ask.cron.records import Claim
from ask.cron.starting import claimed, slot_for, spawn

HELP = "start an entry now, wait for its end, and exit as it does"


def add_arguments(parser: ArgumentParser) -> None:
    """Which entry."""
    add_entry_arguments(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Run the entry in the foreground, recorded like any run. Raises CommandError."""
    entry = entry_of(crontab_of(options), options["name"])
    try:
        place = configuration.place(crontab=options["crontab"])
        slot = slot_for(
            entry, moment=time.time(), cause=Run.Cause.PERSON, place=place, prints="everything"
        )
    except OSError as e:
        raise CommandError(f"{entry.name} cannot be started: {e}") from None
    keeper = Keeper(place)
    if slot is None:
        raise CommandError(f"{entry.name} starts already.")
    try:
        with suppress(DatabaseFault):
            keeper.keep()
        answer = claimed(slot)
    except DatabaseFault as e:
        if not entry.options.nodb:
            slot.remove()
            raise CommandError(f"The database cannot be reached: {one_line(e)}") from None
        answer = Claim.OURS
    except BaseException:
        # Whoever changes their mind does not want it to begin by itself.
        slot.remove()
        raise
    if answer is not Claim.OURS:
        raise CommandError(f"{entry.name} runs already.")
    connections.close_all()
    # The job is in a session of its own: whoever ends this process means the job.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = _follow(spawn(slot))
    with suppress(DatabaseFault):
        keeper.keep()
    if code:
        sys.exit(code)


def _follow(pid: int) -> int:
    """Wait for the runner; Ctrl-C and SIGTERM end the job, and a second one does not hasten it."""
    while True:
        try:
            _, status = os.waitpid(pid, 0)
        except KeyboardInterrupt:
            os.kill(pid, signal.SIGTERM)
        else:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
