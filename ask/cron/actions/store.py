"""Copies what runs of this host wrote down into the database; runners start it."""

import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseFault

from ask.cron import configuration
from ask.cron.actions.mail import send
from ask.cron.carrying_out import Hands
from ask.cron.keeping import Keeper
from ask.cron.models import Intervention

HELP = "copy what runs of this host wrote down into the database"

PATIENCE = 30
"""Seconds for mails: the runner waits for this process."""


def add_arguments(parser: ArgumentParser) -> None:
    """None."""


def run(command: BaseCommand, **_: object) -> None:
    """Raises DatabaseError when the database is away: the records wait on the disk."""
    keeper = Keeper(configuration.place())
    try:
        keeper.keep()
        keeper.beat()
        # Where no scheduler is, this is who comes by.
        hands = Hands(keeper.place, entries=list, keep=keeper.keep)
        hands.carry_out(now=time.time(), kinds=frozenset({Intervention.Kind.CANCEL}))
    except DatabaseFault:
        keeper.tell()
        raise
    finally:
        # Not in a process of its own, which would come to the runner, and seem to be of the job.
        send(patience=PATIENCE)
