"""The folder in which runs of this host keep their slots, locks and logs."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ask.cron.runner import Journal

SUFFIX = ".run"


class Slot:
    """The place of one run: a file that whoever works on the run holds locked.

    The kernel frees the lock when its last holder ends, however it ends. So a slot that can be
    locked has nobody: its journal tells how far it came.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self.journal = Journal(descriptor)
        self._is_released = False

    @property
    def live(self) -> Path:
        """The file in which the runner shows what changes all the time."""
        return self.path.with_suffix(".live")

    def release(self) -> None:
        """Let go of the slot, once; a runner that was given the descriptor holds it still."""
        if not self._is_released:
            self._is_released = True
            os.close(self.descriptor)

    def remove(self) -> None:
        """The run is recorded, or never was."""
        with suppress(FileNotFoundError):
            self.live.unlink()
        with suppress(FileNotFoundError):
            self.path.unlink()
        self.release()


class Spool:
    """All slots of this host. Raises OSError where the folder cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self.locks = folder / "locks"
        self.logs = folder / "logs"
        self.keeper = folder / "keeper"
        self.make_folders()

    def make_folders(self) -> None:
        """Make what is not there."""
        for each in (self.runs, self.locks, self.logs):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)

    def paths(self) -> list[Path]:
        """Where the slots are."""
        return sorted(self.runs.glob(f"*{SUFFIX}"))

    def take(self, path: Path, *, is_new: bool = False) -> Slot | None:
        """The slot, if nobody else holds it; one that does not exist is made only if `is_new`."""
        flags = os.O_RDWR | (os.O_CREAT if is_new else 0)
        until = time.monotonic() + 1
        while True:
            try:
                descriptor = os.open(path, flags, 0o600)
            except FileNotFoundError:
                if is_new:
                    raise
                return None
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                is_empty = not os.fstat(descriptor).st_size
                os.close(descriptor)
                if not (is_new and is_empty) or time.monotonic() > until:
                    return None
                # Who looks at all slots was quicker, and is about to remove this one; or somebody
                # who makes it too, and is about to write.
                time.sleep(0.001)
                continue
            # Whoever held it before may have removed it since it was opened.
            if os.fstat(descriptor).st_nlink:
                return Slot(path, descriptor)
            os.close(descriptor)

    def slot_path(self, *, job: str, moment: str) -> Path:
        """Where the slot of a run stands; the moment is part of its name."""
        return self.runs / f"{job}@{moment}{SUFFIX}"

    def lock_path(self, job: str) -> Path:
        """The lock that a job's processes hold, so that it does not overlap itself."""
        return self.locks / f"{job}.lock"

    def is_locked(self, path: Path) -> bool:
        """Whether some process holds the lock."""
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def become_keeper(self) -> int | None:
        """A descriptor as long as which is open this process keeps the records of this host."""
        descriptor = os.open(self.keeper, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def abandoned(self) -> Iterator[Slot]:
        """Each slot that nobody holds, locked for whoever asks."""
        for path in self.paths():
            if slot := self.take(path):
                yield slot
