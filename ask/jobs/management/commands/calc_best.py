"""The best questions, users and tags, computed ahead of every page."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ask.jobs.job import Job
from ask.ratings.calculation import fill_lists, post_count, refresh_hotness
from ask.ratings.standings import refresh_standings
from ask.stackexchange.models import Source


class Command(Job):
    help = (
        "Refreshes the hotness of questions where it is stale, who did most in which period where"
        " something was added, and the lists of the sidebar."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--full", action="store_true", help="of everything, stale or not")

    def handle(self, *, full: bool, **options: Any) -> None:
        with self.progress() as progress:
            with progress.step("Hotness", total=post_count(is_full=full), unit="posts") as step:
                changed = refresh_hotness(is_full=full, advanced=step.advance)
            with progress.step("Standings"):
                source = Source.objects.order_by("-id").first()
                standings = refresh_standings(
                    now=timezone.now(), dumped_at=source.dumped_at if source else None, is_full=full
                )
            with progress.step("Lists"):
                fill_lists()
        self.stdout.write(
            f"Refreshed the hotness of {changed:,} questions, {standings or 0:,} standings"
            " and the best lists."
        )
