"""Copies what runs of this host wrote down into the database; runners start it."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseFault

from ask.cron import configuration
from ask.cron.actions.mail import send
from ask.cron.keeping import Keeper

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
    except DatabaseFault:
        keeper.tell()
        raise
    finally:
        # Not in a process of its own, which would come to the runner, and seem to be of the job.
        send(patience=PATIENCE)
