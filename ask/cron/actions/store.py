"""Copies what runs of this host wrote down into the database; runners start it."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from ask.cron import configuration
from ask.cron.keeping import Keeper

HELP = "copy what runs of this host wrote down into the database"


def add_arguments(parser: ArgumentParser) -> None:
    """None."""


def run(command: BaseCommand, **_: object) -> None:
    """Raises DatabaseError when the database is away: the records wait on the disk."""
    keeper = Keeper(configuration.place())
    keeper.keep()
    keeper.beat()
