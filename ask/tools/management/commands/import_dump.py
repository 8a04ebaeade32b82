"""Builds the site from a Stack Exchange data dump."""

import sqlite3
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from ask.core.one_line import one_line
from ask.core.progress import Progress
from ask.cron.reporting import reporter
from ask.stackexchange.archives import UnreadableDump
from ask.stackexchange.aside import SomebodyBuilds
from ask.stackexchange.comparing import Difference
from ask.stackexchange.crew import WorkerFailed
from ask.stackexchange.importing import Import, NoRoom, Report
from ask.stackexchange.same_site import AnotherSite

MOST_WORKERS = 64
"""Nobody has so many by intention."""


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_WORKERS:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {MOST_WORKERS}")
    return int(text)


class Command(BaseCommand):
    help = (
        "Builds the site from a Stack Exchange data dump: one .7z or .zip, the eight archives of"
        " a large site, or a folder of XML files. The site shows its old content until the new is"
        " complete; what was written here stays. Stopped at any moment, the same command goes on"
        " from there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--site-name", default="", help="how the site is called")
        parser.add_argument(
            "--site-url",
            default="",
            help="address of the original, for attribution and links; known from the name of an"
            " archive such as beer.stackexchange.com.7z",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="read and clean every row, change nothing"
        )
        parser.add_argument(
            "--diff",
            action="store_true",
            help="build the new content and say what it would change, change nothing",
        )
        parser.add_argument(
            "--another-site",
            action="store_true",
            help="put another site in this one's place, if nothing written here hangs on it",
        )
        parser.add_argument(
            "--workers",
            type=_positive,
            metavar="N",
            help="processes that make rows (default: by the number of cores, 4 at most)",
        )
        parser.add_argument(
            "--no-size-check",
            action="store_true",
            help="import an archive that unpacks to unlikely many bytes, or for which the disk"
            " seems too small",
        )

    def handle(self, **options: Any) -> None:
        work: Import | None = None
        differences: list[Difference] = []
        try:
            with Progress(stream=self.stderr, report=reporter()) as progress:
                work = Import(
                    options["paths"],
                    site_name=options["site_name"],
                    site_url=options["site_url"],
                    may_replace=options["another_site"],
                    now=timezone.now,
                    progress=progress,
                    worker_count=options["workers"],
                    is_size_checked=not options["no_size_check"],
                )
                if options["dry_run"]:
                    work.check()
                elif options["diff"]:
                    differences = work.compare()
                else:
                    work.run()
        except (UnreadableDump, AnotherSite, SomebodyBuilds, NoRoom) as e:
            raise CommandError(str(e)) from e
        except KeyboardInterrupt as e:
            raise CommandError(
                f"Interrupted: {self._state(work, is_trial=options['dry_run'])}", returncode=130
            ) from e
        except (DatabaseError, sqlite3.Error, OSError, MemoryError, WorkerFailed) as e:
            reason = one_line(e) or type(e).__name__
            raise CommandError(
                f"The import failed ({reason}): {self._state(work, is_trial=options['dry_run'])}"
            ) from e
        self._print(work.report)
        for difference in differences:
            self.stdout.write(str(difference))
        if options["dry_run"] or options["diff"]:
            self.stdout.write("Nothing was changed.")
        else:
            self.stdout.write(f"The site is now {work.site_name}.")

    def _state(self, work: Import | None, *, is_trial: bool) -> str:
        if work and work.is_in_place:
            return "the site is the new one; calc_best and recount do what is left."
        if is_trial:
            return "nothing was changed."
        return "the site is as it was, and the same command goes on from here."

    def _print(self, report: Report) -> None:
        rows = 0
        for name, table in report.tables.items():
            rows += table.read
            line = f"{name:12}{table.read:>12,} read {table.stored:>12,} stored"
            for reason, count in table.left_out.items():
                line += f"; {count:,} left out: {reason}"
            if table.unknown_columns:
                line += f"; unknown columns: {', '.join(table.unknown_columns)}"
            self.stdout.write(line)
        if report.absent:
            self.stdout.write(f"Not in the dump: {', '.join(report.absent)}.")
        for name, count in report.drift.items():
            self.stdout.write(f"{name}: {count:,} rows are not what the other tables say.")
        if report.kept:
            kept = ", ".join(
                f"{count:,} {name.lower().removesuffix('s') if count == 1 else name.lower()}"
                for name, count in report.kept.items()
            )
            self.stdout.write(
                "Kept although the dump has lost it, because something written here hangs on it:"
                f" {kept}."
            )
        for said, changed in (
            ("Kept as it is here, because somebody acted later than in the dump", report.stayed),
            ("Taken from the dump, because somebody acted later there than here", report.overruled),
        ):
            if changed:
                posts = ", ".join(
                    f"{aspect} of {count:,} post{'' if count == 1 else 's'}"
                    for aspect, count in changed.items()
                )
                self.stdout.write(f"{said}: {posts}.")
        self.stdout.write(
            f"{rows:,} rows in {report.seconds:.1f} s,"
            f" {report.peak_memory / 2**20:.0f} MB of memory at most."
        )
