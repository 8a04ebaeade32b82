"""Mail: what is new becomes notices, notices become mails, and mails that are due are sent."""

from typing import Any

from django.core.mail import EmailMessage
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ask.accounts.models import User
from ask.digests import finding, outbox, planning
from ask.digests.composing import Composer
from ask.digests.preview import preview
from ask.digests.sending import keep_sending
from ask.jobs.job import Job, Steps, ending_gently, seconds_since_due
from ask.stackexchange.cached import site_name, source_site


class Command(Job):
    help = "Finds what people shall hear of, plans their mails, and sends what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stay", type=int, default=0, metavar="SECONDS",
            help="then go on to send what becomes due, until so long after the run was due",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="count, and send nothing")
        parser.add_argument("--user", metavar="NAME", help="only print what this person would get")

    def handle(self, *, stay: int, dry_run: bool, user: str | None, **options: Any) -> None:
        compose = Composer(site=site_name(source_site.get()))
        if user:
            self._show(user, compose=compose)
            return
        with self.progress() as progress, ending_gently() as ending:
            if dry_run:
                self.stdout.write(self._trial(progress))
                return
            found, planned = self._plan(progress)
            total = outbox.waiting_count(timezone.now())
            with progress.step("Sending", total=total, unit="mails") as step:
                tally = keep_sending(
                    # The next run is due soon after, and finds none in its way.
                    seconds=stay - seconds_since_due(timezone.now()),
                    wait=ending.wait,
                    compose=compose,
                    clock=timezone.now,
                    advanced=step.advance,
                    is_stopped=ending.is_set,
                )
        self.stdout.write(f"Found {found:,} things to tell, planned {planned:,} mails: {tally}.")
        if tally.away:
            raise CommandError(f"The mail server takes no mail: {tally.away}")

    def _plan(self, progress: Steps) -> tuple[int, int]:
        now = timezone.now()
        with progress.step("What is new", unit="posts and comments") as step:
            found = finding.find(now=now, advanced=step.advance)
        with progress.step("Planning", unit="mails") as step:
            planned = planning.plan(now=now, advanced=step.advance)
        return found, planned

    def _trial(self, progress: Steps) -> str:
        with transaction.atomic():
            found, planned = self._plan(progress)
            due = outbox.waiting_count(timezone.now())
            transaction.set_rollback(True)
        return f"Would tell of {found:,} things and plan {planned:,} mails; {due:,} would be sent."

    def _show(self, name: str, *, compose: Composer) -> None:
        people = User.objects.people()
        found = people.filter(username=name.lower())[:2] or people.filter(display_name=name)[:2]
        if len(found) != 1:
            raise CommandError(f"{len(found) or 'No'} people are called {name}.")
        for mail in preview(found[0], compose=compose, now=timezone.now()):
            if isinstance(mail, EmailMessage):
                self.stdout.write(mail.message().as_string())
            else:
                self.stdout.write(f"No mail: {mail.label}.")
