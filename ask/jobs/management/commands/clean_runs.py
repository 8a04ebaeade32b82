"""Old records of runs, taken away."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ask.cron.cleaning import clean_runs
from ask.jobs.job import Job


class Command(Job):
    help = "Removes records of runs that are old, or beyond so many of their job."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=30, metavar="N", help="keep no older ones (default: 30)"
        )
        parser.add_argument(
            "--per-job",
            type=int,
            default=10_000,
            metavar="N",
            help="keep no more of a job (default: 10,000)",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, days: int, per_job: int, dry_run: bool, **options: Any) -> None:
        for name, number in (("--days", days), ("--per-job", per_job)):
            if number < 0:
                raise CommandError(f"{name} must not be negative: {number}")
        with self.progress() as progress, progress.step("Runs", unit="runs") as step:
            count = clean_runs(
                now=timezone.now(),
                days=days,
                per_job=per_job,
                is_trial=dry_run,
                advanced=step.advance,
            )
        self.stdout.write(f"{'Would remove' if dry_run else 'Removed'} {count:,} records of runs.")
