"""The best questions, users and tags, computed ahead of every page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ask.core.progress import Progress
from ask.ratings.calculation import fill_lists, post_count, refresh_hotness


class Command(BaseCommand):
    help = "Refreshes the hotness of questions where it is stale, and the lists of the sidebar."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--full", action="store_true", help="of every question, stale or not")

    def handle(self, *, full: bool, **options: Any) -> None:
        with Progress(stream=self.stderr) as progress:
            with progress.step("Hotness", total=post_count(is_full=full), unit="posts") as step:
                changed = refresh_hotness(is_full=full, advanced=step.advance)
            with progress.step("Lists"):
                fill_lists()
        self.stdout.write(f"Refreshed the hotness of {changed:,} questions and the best lists.")
