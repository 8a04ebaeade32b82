"""Schedulers in processes of their own, whose clocks run fast."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ask.cron.runner import Journal, children
from tests.cron.runs import is_alive, until
from tests.sites import Site

FIRST = 1_800_000_000
"""The minute that the clocks show at the beginning: 15 January 2027, 08:00 UTC."""


class Swarm:
    """Schedulers of one site, which share a host or not."""

    def __init__(
        self,
        place: Site,
        folder: Path,
        *,
        count: int = 1,
        hosts: int = 1,
        speed: float,
        patience: float = 20,
        first: float = FIRST,
        options: Sequence[str] = (),
        inside: Sequence[str] = (),
    ) -> None:
        """`first`: the moment that clocks show; `inside`: what commands begin with."""
        self.place = place
        self.folder = folder
        self.hosts = hosts
        self.patience = patience
        self.clock = ["--first", str(first), "--since", str(time.time()), "--speed", str(speed)]
        self.options = options
        self.inside = inside
        self.processes: list[subprocess.Popen[bytes]] = []
        for number in range(count):
            self.processes.append(self.start(number))

    def start(self, number: int) -> subprocess.Popen[bytes]:
        """Start one more scheduler."""
        patience = ["--patience", str(self.patience)]
        return subprocess.Popen(
            [
                *self.inside,
                sys.executable,
                "-m",
                "tests.cron.hurried",
                *self.clock,
                *patience,
                *self.options,
            ],
            env=self.environment(number % self.hosts),
            stderr=(self.folder / "errors").open("ab"),
        )

    def environment(self, host: int) -> dict[str, str]:
        """The settings of a host."""
        return self.place.environment | {
            "CRONTAB": str(self.folder / "crontab"),
            "CRON_FOLDER": str(self.folder / f"host-{host}"),
            "DJANGO_SETTINGS_MODULE": "ask.settings",
        }

    def store(self) -> None:
        """Record what hosts know and nobody recorded, as runners see to it."""
        for host in range(self.hosts):
            command = [sys.executable, "manage.py", "crontab", "store"]
            subprocess.run(command, env=self.environment(host), check=True)

    def kill_one(self, rng: random.Random) -> None:
        """Kill one, with nothing to warn it, and start another in its place."""
        number = rng.randrange(len(self.processes))
        self.processes[number].kill()
        self.processes[number].wait()
        self.processes[number] = self.start(number)

    def kill_any(self, rng: random.Random) -> str:
        """Kill a scheduler, a runner or a job; which."""
        victim = rng.choice(["scheduler", "runner", "job"])
        runners = self.living()
        if victim == "scheduler" or not runners:
            self.kill_one(rng)
            return "scheduler"
        pid = rng.choice(runners)
        jobs = [child for child in children(pid) if victim == "job"]
        with suppress(ProcessLookupError):
            os.kill(rng.choice(jobs or [pid]), signal.SIGKILL)
        return "job" if jobs else "runner"

    def living(self) -> list[int]:
        """The process ids of runners that have not ended."""
        found = []
        for path in self.folder.glob("host-*/runs/*.run"):
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                events = Journal(descriptor).events()
                os.close(descriptor)
                names = [event["event"] for event in events]
                if "started" in names and "ended" not in names and "stored" not in names:
                    found.append(int(events[names.index("started")]["pid"]))
        return [pid for pid in found if is_alive(pid)]

    def stop(self) -> None:
        """Stop all in order."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(60)

    def rows(self, job: str, columns: str = "state, reason, lease") -> list[tuple[Any, ...]]:
        """What is recorded of a job's runs, in the order of their moments."""
        return self.place.clock_query(
            f"SELECT {columns} FROM cron_run WHERE job = '{job}' ORDER BY scheduled_for"  # noqa: S608
        )

    def wait_for(self, job: str, state: str, *, seconds: float = 40) -> tuple[Any, ...]:
        """Wait until a run of the job is recorded with that state; its row."""
        found: tuple[Any, ...] = until(
            lambda: next((row for row in self.rows(job) if row[0] == state), None),
            seconds=seconds,
        )
        return found

    def errors(self) -> str:
        """What the schedulers said."""
        return (self.folder / "errors").read_text()
