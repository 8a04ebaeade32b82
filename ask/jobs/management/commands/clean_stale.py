"""What nobody will ask for again, taken away."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ask.accounts import sessions
from ask.caching import expired
from ask.jobs.job import Job
from ask.moderation import closing
from ask.questions import drafts
from ask.stackexchange.abandoned import remove_abandoned
from ask.stackexchange.aside import SomebodyBuilds

DRAFTS_KEPT = timedelta(days=30)


class Command(Job):
    help = (
        "Removes expired sessions, expired values of caches that keep them, drafts that nobody goes"
        " on with, votes to close and reopen that waited too long, and what imports left that were"
        " stopped and never went on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=7,
            metavar="N",
            help="what an import left must be as old (default: 7)",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, days: int, dry_run: bool, **options: Any) -> None:
        if days < 0:
            raise CommandError(f"--days must not be negative: {days}")
        now = timezone.now()
        before = now - timedelta(days=days)
        with self.progress() as progress:
            with progress.step("Sessions", unit="sessions") as step:
                session_count = sessions.remove_expired(
                    now=now, is_trial=dry_run, advanced=step.advance
                )
                sessions.forget_ended(is_trial=dry_run, advanced=lambda count: None)
            with progress.step("Cached values", unit="values") as step:
                value_count = expired.remove_expired(
                    now=now, before=before, is_trial=dry_run, advanced=step.advance
                )
            with progress.step("Drafts", unit="drafts") as step:
                draft_count = drafts.remove_stale(
                    before=now - DRAFTS_KEPT, is_trial=dry_run, advanced=step.advance
                )
            with progress.step("Votes to close", unit="votes") as step:
                vote_count = closing.remove_aged(now=now, is_trial=dry_run, advanced=step.advance)
            with progress.step("Imports"):
                leftover_count = self._remove_leftovers(before=before, is_trial=dry_run)
        self.stdout.write(
            f"{'Would remove' if dry_run else 'Removed'} {session_count:,} sessions,"
            f" {value_count:,} cached values, {draft_count:,} drafts, {vote_count:,} votes to close"
            f" and {leftover_count:,} leftovers of imports."
        )

    def _remove_leftovers(self, *, before: datetime, is_trial: bool) -> int:
        try:
            return remove_abandoned(
                before=before, is_trial=is_trial, found=lambda each: self.stdout.write(str(each))
            )
        except SomebodyBuilds as e:
            self.stdout.write(f"What imports left stays: {e}.")
            return 0
