"""Says when an entry, an expression, or every entry of a crontab runs next.

Runs are those after --from and before --until: exactly then it would not be one of them. Without
--until there are as many as --count says, without --count all of them until then. With --json, one
object: {"zone": "Europe/Berlin", "from": 1774652400, "until": null, "entries": [{"name": "job",
"line": 3, "schedule": "*/5 * * * *", "runs": [1774652700, …]}]}, its moments in UTC epoch seconds;
name and line are null for an expression.
"""

import json
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ask.cron.actions.entries import crontab_of, entry_of, is_expression, schedule_of
from ask.cron.actions.moments import (
    WRITTEN,
    add_language_argument,
    add_zone_argument,
    moment_of,
    relative,
    shown,
    zone_of,
)
from ask.cron.schedule import Schedule
from ask.cron.words import in_words

HELP = "when an entry, an expression or everything runs next"

COUNT = 5
"""Runs that are shown unless somebody says how many."""


def add_arguments(parser: ArgumentParser) -> None:
    """Of what, and which runs."""
    parser.add_argument(
        "what", nargs="*", help="the name of an entry, or an expression; otherwise every entry"
    )
    parser.add_argument(
        "--file",
        "--crontab",
        dest="crontab",
        type=Path,
        help="another crontab than that of the site; - is standard input",
    )
    parser.add_argument(
        "--system", action="store_true", help="the crontab has a user before each command"
    )
    parser.add_argument("--count", type=_a_count, help=f"of runs ({COUNT})")
    parser.add_argument(
        "--from", dest="since", metavar="T", help=f"runs later than this: {WRITTEN}"
    )
    parser.add_argument("--until", metavar="T", help="runs before this")
    parser.add_argument("--json", action="store_true", help="for programs; see below")
    add_zone_argument(parser)
    add_language_argument(parser)


@dataclass(frozen=True)
class _Asked:
    """One schedule whose runs are asked for."""

    schedule: Schedule
    name: str | None = None
    line: int | None = None


def run(command: BaseCommand, **options: Any) -> None:
    """Print the runs. Raises CommandError."""
    zone, now = zone_of(options), time.time()
    since = int(now) if options["since"] is None else moment_of(options["since"], zone=zone)
    until = None if options["until"] is None else moment_of(options["until"], zone=zone)
    count = options["count"] or (COUNT if until is None else None)

    def runs(asked: _Asked) -> Iterator[int]:
        moments: Iterable[int] = asked.schedule.runs(since, zone=zone)
        if until is not None:
            moments = takewhile(lambda moment: moment < until, moments)
        return islice(moments, count)

    asked = list(_asked(command, options))
    if options["json"]:
        entries = [
            {"name": a.name, "line": a.line, "schedule": a.schedule.text, "runs": list(runs(a))}
            for a in asked
        ]
        found = {"zone": str(zone), "from": since, "until": until, "entries": entries}
        command.stdout.write(json.dumps(found))
        return
    language = options["lang"]
    for number, each in enumerate(asked):
        if number:
            command.stdout.write("")
        said = in_words(each.schedule, language=language)
        command.stdout.write(f"{each.name}: {said}" if each.name else said)
        for moment in runs(each):
            at = shown(moment, zone=zone, language=language)
            command.stdout.write(f"  {at}, {relative(moment, now=now, language=language)}")


def _asked(command: BaseCommand, options: dict[str, Any]) -> Iterator[_Asked]:
    what = " ".join(options["what"])
    if is_expression(what):
        yield _Asked(schedule_of(command, what))
        return
    crontab = crontab_of(options)
    for entry in [entry_of(crontab, what)] if what else crontab.entries:
        yield _Asked(entry.schedule, entry.name, entry.line)


def _a_count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 100_000:
        raise ArgumentTypeError("a number from 1 to 100000")
    return int(text)
