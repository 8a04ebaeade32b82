"""Says all that is wrong in a crontab, and what to write instead.

One line for each: FILE:LINE:COLUMN: reason; write this instead. Exits with 1 if anything is wrong;
a warning is about what is read, but perhaps not as it was meant, or not the same everywhere.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.cron.actions.entries import add_crontab_arguments, inspected, path_of
from ask.cron.actions.moments import add_language_argument, add_zone_argument, shown, zone_of
from ask.cron.crontab import Crontab, Problem
from ask.cron.words import LANGUAGES, Language
from ask.cron.words.problems import CHECKED

HELP = "say what is wrong in the crontab, and what to write instead"

RUNS = 5
"""Runs that are shown below what is doubtful in a schedule."""


def add_arguments(parser: ArgumentParser) -> None:
    """What is checked."""
    parser.add_argument("file", nargs="?", type=Path, help="another crontab; - is standard input")
    add_crontab_arguments(parser)
    add_zone_argument(parser)
    add_language_argument(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Print what is wrong; exit with 1 if anything is. Raises CommandError."""
    if options["file"] and options["crontab"]:
        raise CommandError("Say which crontab once.")
    crontab = inspected(options["file"] or path_of(options), options)
    language: Language = options["lang"]
    said = CHECKED[language]
    for problem in crontab.problems:
        place, _, why = problem.in_words(language=language).partition(": ")
        kind = f"{said['warning']}: " if problem.is_warning else ""
        command.stdout.write(f"{crontab.source}:{place}: {kind}{why}")
        for line in _runs(crontab, problem, options):
            command.stdout.write(f"    {line}")
    counted = LANGUAGES[language].counted
    warnings = counted(len(crontab.warnings), "warning") if crontab.warnings else ""
    if wrong := len(crontab.problems) - len(crontab.warnings):
        found = ", ".join(filter(None, (counted(wrong, "problem"), warnings)))
        command.stdout.write(f"{found}. {said['nothing']}")
        sys.exit(1)
    entries = counted(len(crontab.entries), "entry")
    command.stdout.write(f"{entries}, {warnings or said['well']}.")


def _runs(crontab: Crontab, problem: Problem, options: dict[str, Any]) -> Iterator[str]:
    """When an entry runs whose schedule is in doubt."""
    for entry in crontab.entries:
        begin = entry.expression_at + 1
        if (
            entry.line == problem.line
            and problem.is_warning
            and begin <= problem.column < begin + len(entry.expression)
        ):
            zone = zone_of(options)
            for moment in islice(entry.schedule.runs(int(time.time()), zone=zone), RUNS):
                yield shown(moment, zone=zone, language=options["lang"])
