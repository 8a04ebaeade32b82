"""Old mails and notices, taken away."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ask.digests.cleaning import clean_mail
from ask.jobs.job import Job


class Command(Job):
    help = "Removes records of mails, and notices of inboxes, that are old or of closed accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=180, metavar="N", help="keep no older ones (default: 180)"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, days: int, dry_run: bool, **options: Any) -> None:
        if days < 0:
            raise CommandError(f"--days must not be negative: {days}")
        with self.progress() as progress, progress.step("Mails", unit="rows") as step:
            mails, notices = clean_mail(
                now=timezone.now(), days=days, is_trial=dry_run, advanced=step.advance
            )
        done = "Would remove" if dry_run else "Removed"
        self.stdout.write(f"{done} {mails:,} mails and {notices:,} notices.")
