"""Carries out what people asked for on a page, where no scheduler does; pages start it."""

import logging
import time
from argparse import ArgumentParser
from functools import cache

from django.core.management.base import BaseCommand, CommandError

from ask.cron import configuration
from ask.cron.actions.entries import crontab_of
from ask.cron.carrying_out import Hands
from ask.cron.keeping import Keeper
from ask.cron.models import Intervention

HELP = "start and cancel what people asked for on a page; what pages call without a scheduler"


def add_arguments(parser: ArgumentParser) -> None:
    """None."""


def run(command: BaseCommand, **_: object) -> None:
    """Raises CommandError, and DatabaseError when the database is away: what is asked for waits."""
    logging.getLogger("ask.cron").setLevel(logging.WARNING)
    now = time.time()
    # Read for a start only.
    entries = cache(lambda: crontab_of({"crontab": None, "system": False}).entries)
    try:
        keeper = Keeper(configuration.place())
        keeper.keep()
        hands = Hands(keeper.place, entries=entries, keep=keeper.keep)
        # First, for the crontab may be broken.
        hands.carry_out(now=now, kinds=frozenset({Intervention.Kind.CANCEL}))
        hands.carry_out(now=now)
    except OSError as e:
        raise CommandError(f"The spool cannot be used: {e}") from None
