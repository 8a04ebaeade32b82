"""Highlighted code, mathematics and local links, ahead of every page."""

from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandParser

from ask.jobs.job import Job
from ask.questions.rendering_due import due_count, render_due, site_delimiter
from ask.stackexchange.cached import source_site


class Command(Job):
    help = "Renders the posts that wait for it, the most viewed first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, help="render at most so many posts")

    def handle(self, *, limit: int | None, **options: Any) -> None:
        source = source_site.get()
        due = due_count()
        total = due if limit is None else min(due, limit)
        with self.progress() as progress, progress.step("Posts", total=total) as step:
            done = render_due(
                source_host=urlsplit(source["url"]).hostname or "" if source else "",
                delimiter=site_delimiter() if due else None,
                limit=limit,
                advanced=step.advance,
            )
        # Counted again: others add posts, and an import replaces them all, while this one renders.
        self.stdout.write(
            f"Rendered {done.post_count:,} posts, of which {done.changed_count:,} changed; "
            f"{due_count():,} wait."
        )
