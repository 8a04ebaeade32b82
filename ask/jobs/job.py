"""What every job has: a progress that the runner hears, and connections that stay alive."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from ask.core.progress import Progress, Step
from ask.cron.reporting import keep_connections, reporter


class Job(BaseCommand):
    """A command that the crontab starts."""

    def progress(self) -> "Steps":
        """The steps of this run: for the runner that started it, else for whoever looks on."""
        return Steps(stream=self.stderr, report=reporter())


def seconds_since_due(now: datetime) -> float:
    """How long ago the clock was to start this run: what it took to start is in it. 0 for one that
    the clock did not start."""
    due = os.environ.get("CRON_SCHEDULED_FOR")
    return max(0.0, (now - datetime.fromisoformat(due)).total_seconds()) if due else 0.0


@contextmanager
def ending_gently() -> Iterator[Event]:
    """For a job that shall not be ended in the middle of something: what is set when it is asked to
    end (SIGTERM)."""
    asked = Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


class Steps(Progress):
    """A progress whose steps begin with sound database connections.

    So no step begins in the middle of a query that is still read, unless within a transaction.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._process = os.getpid()

    def step(self, name: str, *, total: int | None = None, unit: str = "rows") -> Step:
        if os.getpid() == self._process:  # a process that was forked has its parent's connections
            keep_connections()
        return super().step(name, total=total, unit=unit)
