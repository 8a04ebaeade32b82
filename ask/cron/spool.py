"""The folder in which runs of this host keep their slots, locks and logs."""

import fcntl
import logging
import os
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from ask.cron.runner import UNATTENDED, Journal, give_to_owner

logger = logging.getLogger("ask.cron")

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

    def events(self) -> list[dict[str, Any]]:
        """What its journal holds; a slot that nobody can read is put aside, and holds nothing."""
        try:
            return self.journal.events()
        except ValueError:
            aside = self.path.with_suffix(".unreadable")
            logger.error("%s cannot be read, and is now %s.", self.path, aside)
            self.path.rename(aside)
            return []

    def lock_alone(self) -> bool:
        """Hold what was only looked at, to change it; False when others look at it too."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return bool(os.fstat(self.descriptor).st_nlink)

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
        self.boots = folder / "boots"
        self.mail = folder / "mail"
        self.keeper = folder / "keeper"
        self.bell = folder / "bell"
        self.make_folders()

    def make_folders(self) -> None:
        """Make what is not there."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for each in (self.runs, self.locks, self.logs, self.boots, self.mail):
            if not each.exists():
                each.mkdir(exist_ok=True, mode=0o700)
                give_to_owner(each, of=self.folder)

    def log_folder(self, job: str) -> Path:
        """Where the logs of a job stand."""
        folder = self.logs / job
        if not folder.exists():
            folder.mkdir(exist_ok=True, mode=0o750)
            give_to_owner(folder, of=self.folder)
        return folder

    def paths(self) -> list[Path]:
        """Where the slots are."""
        return sorted(self.runs.glob(f"*{SUFFIX}"))

    def take(self, path: Path) -> Slot | None:
        """A slot for whoever will work on it, made if need be; None when somebody works on it.

        Raises OSError when it cannot be made.
        """
        until = time.monotonic() + 1
        while True:
            slot = self._locked(path, flags=os.O_RDWR | os.O_CREAT, kind=fcntl.LOCK_EX)
            if slot or not _is_empty(path) or time.monotonic() > until:
                return slot
            # Who looks at all slots was quicker, and is about to remove this one; or somebody makes
            # it too, and is about to write.
            time.sleep(0.001)

    def look_at(self, path: Path) -> Slot | None:
        """A slot on which nobody works; None when somebody does, or it is gone.

        Others may look at it too. Whoever looks never seems to be one who works on it.
        """
        try:
            return self._locked(path, flags=os.O_RDWR, kind=fcntl.LOCK_SH)
        except FileNotFoundError:
            return None

    def _locked(self, path: Path, *, flags: int, kind: int) -> Slot | None:
        while True:
            descriptor = self._opened(path, flags=flags)
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return None
            # Whoever held it before may have removed it since it was opened.
            if os.fstat(descriptor).st_nlink:
                return Slot(path, descriptor)
            os.close(descriptor)

    def slot_path(self, *, job: str, scheduled_for: datetime) -> Path:
        """Where the slot of a run stands, which was due at a moment of UTC."""
        return self.runs / f"{job}@{file_name(scheduled_for)}{SUFFIX}"

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
        descriptor = self._opened(self.keeper, flags=os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def has_attentive_keeper(self) -> bool:
        """Whether whoever keeps the records has shown itself lately."""
        try:
            return time.time() - self.keeper.stat().st_mtime < UNATTENDED
        except FileNotFoundError:
            return False

    def is_first_since(self, boot: str, *, job: str) -> bool:
        """Whether nobody asked for the job since that start of the machine, and remember it."""
        descriptor = self._opened(self.boots / job, flags=os.O_RDWR | os.O_CREAT)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if file.read() == boot:
                return False
            file.seek(0)
            file.truncate()
            file.write(boot)
            return True

    def _opened(self, path: Path, *, flags: int) -> int:
        descriptor = os.open(path, flags, 0o600)
        if flags & os.O_CREAT:
            give_to_owner(descriptor, of=self.folder)
        return descriptor


def file_name(moment: datetime) -> str:
    """A moment of UTC as files are named after it; they sort by it."""
    fraction = f".{moment:%f}" if moment.microsecond else ""
    return f"{moment:%Y-%m-%dT%H-%M-%S}{fraction}"


def _is_empty(path: Path) -> bool:
    try:
        return not path.stat().st_size
    except FileNotFoundError:
        return True
