"""Everything that a person, or a cron, does with the crontab."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ask.cron.actions import diff, install, run, store, tick, uninstall

ACTIONS = {
    "run": run,
    "install": install,
    "uninstall": uninstall,
    "diff": diff,
    "tick": tick,
    "store": store,
}


class Command(BaseCommand):
    help = "Shows, checks, explains, edits, installs and runs what the crontab says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        for name, action in ACTIONS.items():
            doc = action.__doc__.splitlines()[0] if action.__doc__ else ""
            action.add_arguments(actions.add_parser(name, help=action.HELP, description=doc))

    def handle(self, *, action: str, **options: Any) -> None:
        ACTIONS[action].run(self, **options)
