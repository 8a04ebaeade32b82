"""Compares what is installed with the crontab, and exits with 1 when they differ.

Lines with a minus are installed and should not be; those with a plus are missing.
"""

import sys
from argparse import ArgumentParser
from difflib import unified_diff
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.cron.actions.installation import (
    STDOUT,
    Installation,
    add_line_arguments,
    add_place_arguments,
    target,
)
from ask.cron.installing import CannotInstall

HELP = "compare what is installed with the crontab"


def add_arguments(parser: ArgumentParser) -> None:
    """What is compared."""
    add_place_arguments(parser)
    add_line_arguments(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Print the lines that differ. Raises CommandError; exits with 1 when there are any."""
    if target(options) == STDOUT:
        raise CommandError("Nothing is installed on standard output.")
    try:
        place = Installation.of(options)
        lines = place.lines
        installed = lines.found(place.text)
        # What stands above it in a crontab of one's own decides what has to be said of mail.
        wanted = lines.found(lines.merged(place.text)) or []
    except CannotInstall as e:
        raise CommandError(str(e)) from None
    difference = list(
        unified_diff(
            _without_comments(installed or []),
            _without_comments(wanted),
            place.where if installed is not None else f"{place.where}: nothing is installed",
            lines.crontab.source,
            n=0,
            lineterm="",
        )
    )
    if difference:
        command.stdout.write("\n".join(difference))
        sys.exit(1)
    command.stdout.write(f"What is installed in {place.where} is the crontab.")


def _without_comments(lines: list[str]) -> list[str]:
    return [line for line in lines if line and not line.startswith("#")]
