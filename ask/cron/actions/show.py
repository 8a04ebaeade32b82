"""Shows every entry: when it runs in words, its next and its last run, and how that went."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import tzinfo
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper
from django.db import Error as DatabaseFault
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ask.core.one_line import one_line
from ask.cron.actions.entries import add_crontab_arguments, crontab_of
from ask.cron.actions.moments import add_language_argument, add_zone_argument, short, zone_of
from ask.cron.crontab import Entry
from ask.cron.durations import usual_seconds
from ask.cron.lateness import late
from ask.cron.models import Pause, Run
from ask.cron.overview import last_runs
from ask.cron.words import Language, duration_in_words, in_words
from ask.cron.words.states import HEADERS, LATE, NEVER, PAUSED, state_in_words

HELP = "every entry with its next and its last run"

UNENDING = 10_000
"""Columns where nobody wraps."""


def add_arguments(parser: ArgumentParser) -> None:
    """Of which crontab, and how."""
    add_crontab_arguments(parser)
    add_zone_argument(parser)
    add_language_argument(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Print a table; without the database it says less. Raises CommandError."""
    crontab = crontab_of(options)
    language: Language = options["lang"]
    zone, now = zone_of(options), time.time()
    changed_at = Path(crontab.source).stat().st_mtime
    table = Table(box=None, pad_edge=False, header_style="")
    for header in HEADERS[language]:
        table.add_column(header, overflow="fold")
    last: dict[str, Run] = {}
    usual: dict[str, float] = {}
    dues: dict[str, int] = {}
    paused: set[str] = set()
    try:
        names = [entry.name for entry in crontab.entries]
        last, usual = last_runs(names), usual_seconds(names)
        dues = late(crontab.entries, now=now, zone=zone, changed_at=changed_at)
        paused = set(Pause.objects.values_list("job", flat=True))
    except DatabaseFault as e:
        command.stderr.write(f"The database cannot be reached: {one_line(e)}")
    for entry in crontab.entries:
        cells = _cells(
            entry,
            last=last.get(entry.name),
            usual=usual.get(entry.name),
            due=dues.get(entry.name),
            is_paused=entry.name in paused,
            now=now,
            zone=zone,
            language=language,
        )
        table.add_row(*map(Text, cells))
    command.stdout.write(drawn(table, on=command.stdout))
    command.stdout.write(f"\n{crontab.source}, {zone}")


def drawn(table: Table, *, on: OutputWrapper) -> str:
    """A table as wide as the terminal; where there is none, nothing is wrapped."""
    width = UNENDING
    if on.isatty():
        try:
            width = os.get_terminal_size(vars(on)["_out"].fileno()).columns
        except (OSError, ValueError, AttributeError):
            width = 80
    text = StringIO()
    Console(file=text, width=width, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _cells(
    entry: Entry,
    *,
    last: Run | None,
    usual: float | None,
    due: int | None,
    is_paused: bool,
    now: float,
    zone: tzinfo,
    language: Language,
) -> Iterator[str]:
    def moment(when: float) -> str:
        return short(when, now=now, zone=zone, language=language)

    yield entry.name
    yield in_words(entry.schedule, language=language)
    upcoming = None if is_paused else next(entry.schedule.runs(int(now), zone=zone), None)
    yield moment(upcoming) if upcoming is not None else "–"
    manner = PAUSED[language] if is_paused else ""
    if due is not None and not is_paused:
        manner = LATE[language].format(moment(due))
    if last is None:
        yield "–"
        yield manner or NEVER[language]
        yield "–"
        return
    yield moment(last.scheduled_for.timestamp())
    state = state_in_words(last, language=language)
    yield f"{manner}, {state}" if manner else state
    yield duration_in_words(round(usual), language=language) if usual is not None else "–"
