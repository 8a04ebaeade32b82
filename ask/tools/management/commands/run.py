"""Serves the site and runs its jobs: everything that `make run` does after it has prepared .venv.

The steps share one process, because starting Django is what takes longest on a second start.
"""

import os
import signal
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from django.utils import timezone

from ask.stackexchange.models import Source
from ask.stackexchange.sample import SITE
from ask.tools.children import children
from ask.tools.serving import Address, CannotListen, DidNotAnswer, granian, wait_until_answered
from ask.tools.staff_login import renew_staff_login
from ask.tools.static_files import collect_static_files

SCHEDULER = [sys.executable, "manage.py", "scheduler", "--patience=3"]
"""Jobs that run have a little time to end by themselves: somebody waits."""


class Command(BaseCommand):
    help = "Prepares the site, fills it if it is empty, serves it and runs its jobs until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where to listen")
        parser.add_argument("--port", type=int, default=8000, help="where to listen")
        parser.add_argument("--dump", type=Path, help="fill an empty site from this dump")
        parser.add_argument(
            "--questions", type=int, default=1000, help="of the sample that fills an empty site"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        address = Address(host=options["host"], port=options["port"])
        dump: Path | None = options["dump"]
        try:
            address.require_free()
            _take_signals_as_ctrl_c()
            self.prepare(dump=dump, questions=options["questions"])
            self.serve(address)
        except CannotListen as problem:
            raise CommandError(
                f"{problem} PORT= and HOST= choose another address:"
                f"  make run PORT={address.port + 1}"
            ) from None
        except DidNotAnswer as problem:
            raise CommandError(str(problem)) from None

    def prepare(self, *, dump: Path | None, questions: int) -> None:
        """Bring tables, content and static files up to date; may be interrupted and repeated."""
        if dump and not dump.exists():
            raise CommandError(f"There is no dump {dump}.")
        try:
            call_command("migrate", interactive=False, verbosity=0)
            self.fill(dump=dump, questions=questions)
            collect_static_files()
        except KeyboardInterrupt:
            self.say("\nStopped. The next start begins this step again.")
            sys.exit(128 + signal.SIGINT)

    def fill(self, *, dump: Path | None, questions: int) -> None:
        """Import `dump`, or a sample, into a site that has no content yet."""
        source = Source.objects.order_by("-id").first()
        if source:
            if dump:
                self.say(
                    f"The site holds {source.name} already, and keeps it. To replace its content:\n"
                    f"  .venv/bin/python manage.py import_dump {dump}"
                )
            return
        if dump:
            call_command("import_dump", str(dump))
        else:
            self.say("Making a sample community.")
            with tempfile.TemporaryDirectory(prefix="ask-sample-") as folder:
                call_command("make_dump", folder, questions=questions)
                # With the address of its original, links among its questions become local.
                call_command(
                    "import_dump", folder, site_name=settings.SITE_NAME, site_url=f"https://{SITE}"
                )
        call_command("calc_best")

    def serve(self, address: Address) -> None:
        """Serve until somebody ends it; what runs beside the server ends with it."""
        os.environ.update(address.settings)
        try:
            login = renew_staff_login(now=timezone.now())
            # Nothing of the database is held open while others work with it.
            connections.close_all()
            with children() as started:
                server = started.start(granian(address))
                wait_until_answered(server, address=address)
                self.say(
                    f"\nThe site is at  {address.url}/\n"
                    f"Staff login:  {login.username}  password:  {login.password}\n"
                    "Ctrl-C stops it.\n"
                )
                started.start(SCHEDULER)
                ended = started.wait_for_one()
        except KeyboardInterrupt:
            self.say("\nStopped.")
            return
        name = "server" if ended is server else "scheduler"
        raise CommandError(f"The {name} ended by itself, with exit code {ended.returncode}.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _take_signals_as_ctrl_c() -> None:
    """Let a request to end, and the loss of the terminal, stop everything in order."""
    # A script that starts this with `&` has Ctrl-C ignored, and nohup the loss of the terminal;
    # only the latter is meant.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
