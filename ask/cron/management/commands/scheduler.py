"""Starts what the crontab says, when it says so, until it is stopped."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.cron import configuration
from ask.cron.crontab import CrontabError
from ask.cron.scheduler import Scheduler, Timetable


class Command(BaseCommand):
    help = (
        "Starts what the crontab says, when it says so, until Ctrl-C or SIGTERM. Any number of"
        " schedulers may run at once, on any number of hosts: each start happens once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--crontab", type=Path, help="another crontab than that of the site")
        parser.add_argument(
            "--system", action="store_true", help="the crontab has a user before each command"
        )
        parser.add_argument(
            "--patience",
            type=float,
            default=30,
            metavar="SECONDS",
            help="how long running jobs may take to end when this is stopped (30)",
        )

    def handle(self, **options: Any) -> None:
        path: Path = options["crontab"] or configuration.crontab_path()
        timetable = Timetable(path, is_system=options["system"])
        try:
            timetable.read()
            scheduler = Scheduler(
                timetable,
                place=configuration.place(crontab=path),
                zone=configuration.zone(),
                patience=options["patience"],
            )
        except (OSError, CrontabError) as e:
            raise CommandError(str(e)) from None
        scheduler.run()
