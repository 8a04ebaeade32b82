"""Lets the schedule start an entry again that was paused."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFault

from ask.core.one_line import one_line
from ask.cron.actions.entries import whoever_is_here
from ask.cron.interventions import resume

HELP = "let the schedule start a paused entry again"


def add_arguments(parser: ArgumentParser) -> None:
    """Which entry; the crontab need not have it any more."""
    parser.add_argument("name", help="of the entry")


def run(command: BaseCommand, **options: Any) -> None:
    """Raises CommandError when it is not paused, and when the database is away."""
    name = options["name"]
    try:
        was_paused = resume(name, by=whoever_is_here(), now=datetime.now(UTC))
    except DatabaseFault as e:
        raise CommandError(f"The database cannot be reached: {one_line(e)}") from None
    if not was_paused:
        raise CommandError(f"{name} is not paused.")
    command.stdout.write(f"{name} is resumed.")
