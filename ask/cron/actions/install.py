"""Hands the crontab to the system's cron, which then starts each entry through Ask's runner.

The lines stand between two marks in the crontab of this user; the rest of it stays as it is. With
--system they are a file of /etc/cron.d. Install anew after every change of the crontab: `diff`
says whether that is needed.
"""

import os
import time
from argparse import ArgumentParser
from datetime import tzinfo
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.cron import configuration, system
from ask.cron.actions.installation import (
    STDOUT,
    Installation,
    add_line_arguments,
    add_place_arguments,
    installed_text,
    require_environment,
)
from ask.cron.actions.moments import a_zone
from ask.cron.installing import BEGIN, CannotInstall, Lines, current_user
from ask.cron.offsets import DAY, Change, changes, offset_at

HELP = "hand the crontab to the system's cron"

LOOK_AHEAD = 2 * 366 * DAY
"""Minutes in which two time zones must agree."""


def add_arguments(parser: ArgumentParser) -> None:
    """Where to, and what the lines say."""
    add_place_arguments(parser)
    add_line_arguments(parser)
    parser.add_argument(
        "--zone",
        type=a_zone,
        help="the time zone that cron runs in, if it is not that of this machine",
    )


def run(command: BaseCommand, **options: Any) -> None:
    """Install, or say why not; nothing is half done. Raises CommandError."""
    try:
        found = Installation.of(options)
        require_zone(options["zone"] or configuration.zone_of_this_machine())
        after = found.lines.merged(found.text) if found.file is None else _file(found.lines)
        is_new = require_environment(
            found.environment,
            user=found.lines.column or current_user(),
            is_wanted=not options["no_env"],
        )
        try:
            _put(command, found, after)
        except BaseException:
            if is_new and found.environment:
                found.environment.unlink()
            raise
    except CannotInstall as e:
        raise CommandError(str(e)) from None


def _put(command: BaseCommand, found: Installation, after: str) -> None:
    if found.file == STDOUT:
        command.stdout.write(after, ending="")
        return
    if found.file is not None:
        install_file(found.file, after, lines=found.lines)
    elif after != found.text:
        system.write(after)
    count = len(found.lines.crontab.entries)
    entries = "entry" if count == 1 else "entries"
    command.stdout.write(f"{count} {entries} installed in {found.where}.")


def _file(lines: Lines) -> str:
    return "".join(f"{line}\n" for line in lines.block())


def install_file(file: Path, text: str, *, lines: Lines) -> None:
    """Write the file of the system. Raises CommandError."""
    if "." in file.name and file.parent.name == "cron.d":
        raise CommandError(f"{file}: cron passes over files with a dot in their names.")
    require_own(file, lines)
    try:
        system.write_file(file, text)
    except OSError as e:
        advice = " Do it as root, or print it with --output -." if os.geteuid() else ""
        raise CommandError(f"{file}: {e.strerror}.{advice}") from None


def require_own(file: Path, lines: Lines) -> None:
    """Refuse a file that something else than this crontab made. Raises CommandError."""
    text = installed_text(file)
    if not text and not file.exists():
        return
    if text.startswith(f"{lines.begin}\n"):
        return
    first = text.partition("\n")[0]
    whose = f"that of {first.removeprefix(BEGIN)}" if first.startswith(BEGIN) else "not Ask's"
    raise CommandError(f"{file} is {whose}, and stays: choose another one with --output.")


def require_zone(of_cron: tzinfo) -> None:
    """Refuse a cron whose clock on the wall is another one. Raises CommandError."""
    ours = configuration.zone()
    now = int(time.time()) // 60
    if _clock(ours, now) != _clock(of_cron, now):
        raise CommandError(
            f"The times of the crontab are in {ours}, and cron runs in {of_cron}: it would start"
            " everything at other times. Set CRON_ZONE to cron's time zone, or run manage.py"
            " scheduler, which has its own."
        )


def _clock(zone: tzinfo, now: int) -> tuple[int, list[Change]]:
    return offset_at(now, zone=zone), list(changes(now, now + LOOK_AHEAD, zone=zone))
