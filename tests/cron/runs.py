"""Runs of single commands, by real runners, without a database."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ask.cron.crontab import Crontab, Entry
from ask.cron.models import Run
from ask.cron.runner import Journal
from ask.cron.spool import Spool
from ask.cron.starting import Place, slot_for, spawn

MOMENT = 1_800_000_000.0

PATIENCE = 20.0
"""Seconds after which what has not happened does not happen any more."""


def entry(command: str, *, options: str = "", before: str = "") -> Entry:
    """An entry called job; `before` are variables above it."""
    text = f"{before}\n#: name=job {options}\n* * * * * {command}\n"
    return Crontab.read(text).entries[0]


def system_entry(command: str, *, user: str) -> Entry:
    """The same in a system's crontab."""
    text = f"#: name=job\n* * * * * {user} {command}\n"
    return Crontab.read(text, is_system=True).entries[0]


def place(folder: Path) -> Place:
    """A spool in a folder of its own. Nobody keeps records: no store command is there."""
    return Place(spool=Spool(folder / "spool"), folder=folder, store=[])


@dataclass
class Started:
    """A run that was started, and what its journal says."""

    path: Path
    pid: int
    code: int | None = None
    _known: list[dict[str, Any]] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        """What was written down until now."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            return Journal(descriptor).events()
        finally:
            os.close(descriptor)

    def wait(self) -> "Started":
        """Wait until the runner has ended."""
        _, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self

    def wait_for(self, event: str) -> dict[str, Any]:
        """Wait until that was written down."""
        found: dict[str, Any] = until(
            lambda: next((e for e in self.events() if e["event"] == event), None)
        )
        return found

    @property
    def attempts(self) -> list[dict[str, Any]]:
        return [event for event in self.events() if event["event"] == "attempted"]

    @property
    def output(self) -> str:
        return "".join(a["output_head"] + a["output_tail"] for a in self.attempts)

    @property
    def end(self) -> dict[str, Any]:
        last = self.events()[-1]
        assert last["event"] == "ended", last
        return last

    @property
    def state(self) -> str:
        return str(self.end["state"])


def start(found: Entry, *, at: Place, moment: float = MOMENT, prints: str = "nothing") -> Started:
    """Start a run."""
    slot = slot_for(found, moment=moment, cause=Run.Cause.SCHEDULE, place=at, prints=prints)
    assert slot
    return Started(slot.path, spawn(slot))


def run(command: str, *, folder: Path, options: str = "", before: str = "") -> Started:
    """Run a command to its end."""
    found = entry(command, options=options, before=before)
    return start(found, at=place(folder)).wait()


def until(check: Any, *, seconds: float = PATIENCE) -> Any:
    """Wait for something to become true; what it became."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs, and is not only waiting to be reaped."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
