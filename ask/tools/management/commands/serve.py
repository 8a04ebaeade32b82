"""Serves the site and does nothing else: what a service of the system, or a container, starts.

`run` prepares the site first, and runs its jobs too.
"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from ask.cron.starting import environment
from ask.env import FOLDER
from ask.tools.serving import Address, CannotListen, granian


class Command(BaseCommand):
    help = "Serves the site and its static files until SIGTERM, behind nginx or another proxy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="where to listen (8000)")
        parser.add_argument(
            "--workers", type=int, help="processes; by default one for each processor"
        )

    def handle(self, *_: Any, **options: Any) -> NoReturn:
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            raise CommandError("First collect the static files: manage.py collectstatic --noinput")
        address = Address(host=options["host"], port=options["port"])
        try:
            address.require_free()
            command = granian(address, workers=options["workers"] or os.cpu_count())
        except CannotListen as problem:
            raise CommandError(f"{problem} --host and --port choose another address.") from None
        os.chdir(FOLDER)
        os.execve(command[0], command, environment())  # noqa: S606
