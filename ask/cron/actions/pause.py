"""Keeps an entry from being started by its schedule, whoever looks after the clock.

A run that goes on is not touched. What falls due is recorded as skipped, and nobody misses it.
"""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFault

from ask.core.one_line import one_line
from ask.cron.actions.entries import add_entry_arguments, crontab_of, entry_of, whoever_is_here
from ask.cron.interventions import pause
from ask.cron.models import Run

HELP = "start an entry no more by its schedule, until crontab resume"


def add_arguments(parser: ArgumentParser) -> None:
    """Which entry, and why."""
    add_entry_arguments(parser)
    parser.add_argument("--reason", default="", help="what others are told")


def run(command: BaseCommand, **options: Any) -> None:
    """Raises CommandError when there is no such entry, and when the database is away."""
    reason = options["reason"].strip()
    try:
        name = _name(options)
        is_new = pause(name, by=whoever_is_here(), reason=reason, now=datetime.now(UTC))
    except DatabaseFault as e:
        raise CommandError(f"The database cannot be reached: {one_line(e)}") from None
    command.stdout.write(f"{name} is paused." if is_new else f"{name} was paused already.")


def _name(options: dict[str, Any]) -> str:
    name: str = options["name"]
    try:
        crontab = crontab_of(options)
    except CommandError:
        # Nobody knows what it has, but what ran was in it.
        if Run.objects.filter(job=name).exists():
            return name
        raise
    return entry_of(crontab, name).name
