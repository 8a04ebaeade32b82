"""The crontab and the entry that an action is about."""

import getpass
import os
import re
import sys
from argparse import ArgumentParser
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.core.one_line import one_line
from ask.cron import configuration
from ask.cron.crontab import Crontab, CrontabError, Entry, Problem
from ask.cron.interventions import Person
from ask.cron.schedule import Schedule, ScheduleError

STDIN = Path("-")


def add_crontab_arguments(parser: ArgumentParser) -> None:
    """Which crontab is meant."""
    parser.add_argument("--crontab", type=Path, help="another crontab than that of the site")
    parser.add_argument(
        "--system", action="store_true", help="the crontab has a user before each command"
    )


def add_entry_arguments(parser: ArgumentParser) -> None:
    """Which crontab, and which of its entries."""
    parser.add_argument("name", help="of the entry")
    add_crontab_arguments(parser)


def path_of(options: dict[str, Any]) -> Path:
    """The file of the crontab that is meant."""
    path: Path = options.get("crontab") or configuration.crontab_path()
    return path


def crontab_of(options: dict[str, Any]) -> Crontab:
    """The crontab that is meant. Raises CommandError when it is none."""
    try:
        crontab = inspected(path_of(options), options)
        return crontab.checked()
    except CrontabError as e:
        raise CommandError(str(e)) from None


def inspected(path: Path, options: dict[str, Any]) -> Crontab:
    """A crontab with all that is wrong in it; `-` is standard input. Raises CommandError."""
    is_stdin = path == STDIN
    try:
        data = sys.stdin.buffer.read() if is_stdin else path.read_bytes()
    except OSError as e:
        raise CommandError(f"{path}: {e.strerror}.") from None
    source = "standard input" if is_stdin else str(path)
    return Crontab.inspect(data, is_system=bool(options.get("system")), source=source)


def entry_of(crontab: Crontab, name: str) -> Entry:
    """The entry of that name. Raises CommandError when there is none."""
    names = [entry.name for entry in crontab.entries]
    if name in names:
        return crontab.entries[names.index(name)]
    near = get_close_matches(name, names, n=1)
    known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
    raise CommandError(f"{crontab.source} has no entry {name}. {known}")


def whoever_is_here() -> Person:
    """Who types: the account of the system."""
    try:
        return Person(name=getpass.getuser())
    except (KeyError, OSError):  # a container's user may have no name
        return Person(name=str(os.geteuid()))


def is_expression(text: str) -> bool:
    """Whether it is a schedule rather than the name of an entry."""
    return bool(re.search(r"[ \t]|\A@", text.strip()))


def schedule_of(command: BaseCommand, text: str) -> Schedule:
    """The schedule of an expression; warnings go to standard error. Raises CommandError."""
    try:
        schedule = Schedule.parse(text)
    except ScheduleError as e:
        problem = Problem(1, e.column + 1, e.reason, e.instead)
        raise CommandError(f"{one_line(text)}: {_without_line(problem)}") from None
    for doubt in schedule.warnings:
        problem = Problem(1, doubt.column + 1, doubt.reason, doubt.instead)
        command.stderr.write(f"{one_line(text)}: warning: {_without_line(problem)}")
    return schedule


def _without_line(problem: Problem) -> str:
    return f"column {str(problem).partition(':')[2]}"
