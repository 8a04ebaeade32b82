"""Everything that a person, or a cron, does with the crontab."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from ask.cron.actions import (
    check,
    diff,
    edit,
    explain,
    install,
    kubernetes,
    mail,
    next,
    obey,
    pause,
    resume,
    run,
    show,
    store,
    systemd,
    tick,
    uninstall,
)

ACTIONS = {
    "show": show,
    "check": check,
    "next": next,
    "explain": explain,
    "run": run,
    "pause": pause,
    "resume": resume,
    "edit": edit,
    "install": install,
    "uninstall": uninstall,
    "diff": diff,
    "kubernetes": kubernetes,
    "systemd": systemd,
    "tick": tick,
    "store": store,
    "mail": mail,
    "obey": obey,
}


class Command(BaseCommand):
    help = "Shows, checks, explains, edits, installs and runs what the crontab says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
        for name, action in ACTIONS.items():
            first, _, more = (action.__doc__ or "").partition("\n")
            action.add_arguments(
                actions.add_parser(name, help=action.HELP, description=first, epilog=more)
            )

    def handle(self, *, action: str | None = None, **options: Any) -> None:
        if action is None:
            self.print_help(sys.argv[0], "crontab")
            sys.exit(2)
        try:
            ACTIONS[action].run(self, **options)
            self.stdout.flush()
        except BrokenPipeError:  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except ImproperlyConfigured as e:
            raise CommandError(str(e)) from None
        except OSError as e:  # of the spool
            raise CommandError(": ".join(map(str, filter(None, (e.filename, e.strerror))))) from e
