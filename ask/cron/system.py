"""The system's cron, as far as Ask changes it: one's own crontab, and a file of /etc/cron.d."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ask.cron.installing import CannotInstall

EMPTY = ("no crontab for", "can't open")
"""What the program says (of Debian and cronie, of busybox) when there is none yet."""


def read() -> str:
    """The crontab of this user, through the program `crontab`. Raises CannotInstall."""
    done = _crontab("-l")
    complaint = done.stderr.decode(errors="replace").strip()
    if done.returncode == 0:
        return os.fsdecode(done.stdout)
    if not done.stdout and any(text in complaint for text in EMPTY):
        return ""
    raise CannotInstall(f"crontab -l: {complaint or f'exit status {done.returncode}'}")


def write(text: str) -> None:
    """Replace the crontab of this user. Raises CannotInstall, and it stays as it was."""
    # Not through a pipe: of a half of it, the program would make a crontab.
    with tempfile.NamedTemporaryFile(prefix="crontab-") as file:
        file.write(os.fsencode(text))
        file.flush()
        done = _crontab(file.name)
    if done.returncode:
        complaint = done.stderr.decode(errors="replace").strip()
        raise CannotInstall(f"crontab: {complaint or f'exit status {done.returncode}'}")


def _crontab(argument: str) -> "subprocess.CompletedProcess[bytes]":
    program = shutil.which("crontab")
    if program is None:
        raise CannotInstall(
            "There is no program crontab on this host: install cron (apt-get install cron), or run"
            " manage.py scheduler instead, which needs none."
        )
    return subprocess.run([program, argument], capture_output=True, check=False)  # noqa: S603


def write_file(path: Path, text: str) -> None:
    """Write a file of /etc/cron.d, which is there as a whole or not at all. Raises OSError."""
    # Cron passes over names with a dot, so it never reads half of one.
    descriptor, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.fsencode(text))
            file.flush()
            os.fsync(file.fileno())
            # Others' files, and such that others may write, it passes over as well.
            os.fchmod(file.fileno(), 0o644)
        os.replace(made, path)  # noqa: PTH105
    except BaseException:
        Path(made).unlink()
        raise
