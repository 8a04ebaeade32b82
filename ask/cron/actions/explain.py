"""Explains an entry or an expression in words; with --at, why it did not run at a moment.

It says when it runs, what its options mean, what the shell gets, what it finds in its environment,
and its next runs. With --at T it looks at the schedule, at the clocks of the time zone, and at the
records of what ran.
"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import tzinfo
from itertools import islice
from textwrap import indent
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFault

from ask.core.one_line import one_line
from ask.cron import configuration
from ask.cron.actions.entries import (
    add_crontab_arguments,
    crontab_of,
    entry_of,
    is_expression,
    path_of,
    schedule_of,
)
from ask.cron.actions.moments import (
    WRITTEN,
    add_language_argument,
    add_zone_argument,
    moment_of,
    relative,
    shown,
    zone_of,
)
from ask.cron.crontab import Entry, printable
from ask.cron.explaining import why_not
from ask.cron.records_explained import what_became
from ask.cron.schedule import Schedule
from ask.cron.words import Language, in_words
from ask.cron.words.options import options_in_words

HELP = "an entry or an expression in words; why it did not run"

RUNS = 5

_LABELS = {
    "en": {
        "when": "When",
        "schedule": "Schedule",
        "options": "Options",
        "user": "User",
        "command": "Command",
        "input": "Input",
        "folder": "Folder",
        "environment": "Environment",
        "next": "Next runs",
        "home": "the home of {user}",
        "none": "none",
    },
    "ru": {
        "when": "Когда",
        "schedule": "Расписание",
        "options": "Параметры",
        "user": "Пользователь",
        "command": "Команда",
        "input": "Ввод",
        "folder": "Папка",
        "environment": "Окружение",
        "next": "Следующие запуски",
        "home": "домашняя папка {user}",
        "none": "нет",
    },
}


def add_arguments(parser: ArgumentParser) -> None:
    """Of what, and of which moment."""
    parser.add_argument("what", nargs="+", help="the name of an entry, or an expression")
    parser.add_argument("--at", metavar="T", help=f"why it did not run then: {WRITTEN}")
    add_crontab_arguments(parser)
    add_zone_argument(parser)
    add_language_argument(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Print the explanation. Raises CommandError."""
    what, zone, language = " ".join(options["what"]), zone_of(options), options["lang"]
    entry = None
    if is_expression(what):
        schedule = schedule_of(command, what)
    else:
        entry = entry_of(crontab_of(options), what)
        schedule = entry.schedule
    if options["at"] is not None:
        moment = moment_of(options["at"], zone=zone)
        lines = [why_not(schedule, moment, zone=zone, language=language)]
        if entry:
            try:
                lines += what_became(entry, moment, zone=zone, language=language, now=time.time())
            except DatabaseFault as e:
                raise CommandError(
                    f"{lines[0]}\nWhat became of it is not known: the database cannot be reached:"
                    f" {one_line(e)}"
                ) from None
    elif entry:
        lines = list(_entry_lines(entry, options, zone=zone, language=language))
    else:
        lines = list(_schedule_lines(schedule, zone=zone, language=language))
    command.stdout.write("\n".join(lines))


def _entry_lines(
    entry: Entry, options: dict[str, Any], *, zone: tzinfo, language: Language
) -> Iterator[str]:
    labels = _LABELS[language]
    yield f"{entry.name}, {path_of(options)}:{entry.line}"
    when, *more = _schedule_lines(entry.schedule, zone=zone, language=language)
    yield when
    yield _labelled(labels["schedule"], entry.expression)
    yield _labelled(labels["options"], *options_in_words(entry.options, language=language))
    if entry.user:
        yield _labelled(labels["user"], entry.user)
    yield _labelled(labels["command"], entry.command)
    if entry.input is not None:
        yield _labelled(labels["input"], *entry.input.splitlines())
    yield _labelled(labels["folder"], _folder(entry, options, labels))
    found = {"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", **entry.variables}
    yield _labelled(labels["environment"], *(f"{k}={v}" for k, v in found.items()))
    yield from more


def _folder(entry: Entry, options: dict[str, Any], labels: dict[str, str]) -> str:
    if "HOME" in entry.variables:
        return entry.variables["HOME"]
    if entry.user:
        return labels["home"].format(user=entry.user)
    return str(configuration.place(crontab=options["crontab"]).folder)


def _schedule_lines(schedule: Schedule, *, zone: tzinfo, language: Language) -> Iterator[str]:
    labels, now = _LABELS[language], time.time()
    yield _labelled(labels["when"], in_words(schedule, language=language))
    upcoming = [
        f"{shown(moment, zone=zone, language=language)},"
        f" {relative(moment, now=now, language=language)}"
        for moment in islice(schedule.runs(int(now), zone=zone), RUNS)
    ]
    yield _labelled(labels["next"], *(upcoming or [labels["none"]]))


def _labelled(label: str, *lines: str) -> str:
    return f"{label}\n" + indent("\n".join(map(printable, lines)), "  ")
