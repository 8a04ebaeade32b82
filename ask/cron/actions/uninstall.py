"""Takes out of the system's cron what `install` put there; the rest stays as it is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.cron import system
from ask.cron.actions.entries import path_of
from ask.cron.actions.install import require_own
from ask.cron.actions.installation import STDOUT, add_place_arguments, place_name, target
from ask.cron.crontab import Crontab
from ask.cron.installing import CannotInstall, Lines

HELP = "take it out of the system's cron again"


def add_arguments(parser: ArgumentParser) -> None:
    """Where from."""
    add_place_arguments(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Take the lines out, also when the crontab is broken or gone. Raises CommandError."""
    file = target(options)
    if file == STDOUT:
        raise CommandError("Nothing is installed on standard output.")
    nothing = Crontab.inspect("", source=str(path_of(options).resolve()))
    lines = Lines(nothing, command=lambda _: ())
    try:
        if file is None:
            before = system.read()
            after = lines.merged(before, is_wanted=False)
            was_there = after != before
            if was_there:
                system.write(after)
        else:
            require_own(file, lines)
            was_there = file.exists()
            file.unlink(missing_ok=True)
    except CannotInstall as e:
        raise CommandError(str(e)) from None
    except OSError as e:
        raise CommandError(f"{e.filename}: {e.strerror}.") from None
    what = "What was installed is gone from" if was_there else "Nothing of it is in"
    command.stdout.write(f"{what} {place_name(file)}.")
