"""A bell by which whoever asks for something wakes the schedulers of this host."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from ask.cron.complaints import Complaint
from ask.cron.runner import give_to_owner


class Bell:
    """A named pipe: what is written into it wakes all who listen, whichever of them reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None
        """What can be read when somebody rings, while this listens."""
        self._complaint = Complaint()

    def listen(self) -> None:
        """Begin to listen, and go on if somebody removed the pipe.

        Where there can be none, the log hears of it once, and nothing rings.
        """
        try:
            self._listen()
        except OSError as e:
            self._complaint.say(
                f"{self.path}: {e.strerror}; what people ask for begins a few seconds later."
            )
        else:
            self._complaint.withdraw()

    def _listen(self) -> None:
        if self.descriptor is not None:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(self.descriptor), self.path.stat()):
                    return
            self.close()
        with suppress(FileExistsError):
            os.mkfifo(self.path, 0o600)
            give_to_owner(self.path, of=self.path.parent)
        # For writing too, or it would be at its end once nobody else writes.
        descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            # It would be readable all the time.
            os.close(descriptor)
            raise OSError(errno.EEXIST, "it is no named pipe")
        self.descriptor = descriptor

    def has_rung(self) -> bool:
        """Whether somebody rang since this was asked last."""
        try:
            return self.descriptor is not None and bool(os.read(self.descriptor, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Listen no more."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def ring(path: Path) -> bool:
    """Wake whoever listens; False when nobody does."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as e:
        # Another user's pipe is answered too, only later.
        return e.errno in (errno.EACCES, errno.EPERM)
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
        with suppress(BlockingIOError):  # it rings already
            os.write(descriptor, b"!")
    finally:
        os.close(descriptor)
    return True
