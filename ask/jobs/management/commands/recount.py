"""Every counter of the site compared with what it counts."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ask.jobs.job import Job
from ask.questions.counters import Finding, recount, row_count
from ask.ratings.counters import TALLIES


class Command(Job):
    help = "Prints the drift of every counter; fails if there is any and it is not mended."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write the right values")

    def handle(self, *, fix: bool, **options: Any) -> None:
        findings: list[Finding] = []
        with self.progress() as progress:
            for tally in TALLIES:
                name = ", ".join(tally.names)
                with progress.step(name, total=row_count(tally)) as step:
                    findings += recount(tally, is_mending=fix, advanced=step.advance)
        for finding in findings:
            self.stdout.write(str(finding))
        drift = sum(finding.drift_count for finding in findings)
        if drift and not fix:
            raise CommandError(f"{drift:,} values drift; recount --fix mends them.")
        done = f"mended {drift:,}" if drift else "none drifts"
        self.stdout.write(f"Checked {len(findings)} counters: {done}.")
