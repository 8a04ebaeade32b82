"""Mails that wait on the disk of a host until a mail server takes them.

Whoever decides on a mail only writes it down, and is not delayed by a server that hangs; a process
of its own sends. A file's name says what it tells, so nothing is told twice on a host: a mail that
was sent leaves its empty file. Who is killed in between sends once more, with the same Message-ID:
rather twice than never.
"""

import fcntl
import json
import logging
import os
import tempfile
import time
from contextlib import suppress
from email.utils import formatdate, make_msgid
from pathlib import Path

from django.core.mail import EmailMessage

from ask.core.one_line import one_line
from ask.cron.runner import give_to_owner

logger = logging.getLogger("ask.cron")

SUFFIX = ".mail"

DAY = 86_400

GIVEN_UP = 3 * DAY
"""Seconds for which a mail is tried."""

REMEMBERED = 30 * DAY
"""Seconds for which the empty file of a mail stays."""

SHORTEST, LONGEST = 60, 3600
"""Seconds between two attempts; in between, as long again as it has waited."""


class Outbox:
    """Raises OSError where the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, *, to: list[str], sender: str, subject: str, text: str) -> None:
        """Let a mail be sent, unless one of that name was put before."""
        path = self.folder / f"{name}{SUFFIX}"
        if path.exists():
            return
        mail = {
            "at": time.time(),
            "to": to,
            "from_email": sender,
            "subject": subject,
            "body": text,
            "headers": {
                "Date": formatdate(),
                "Message-ID": make_msgid(domain="ask"),
                "Auto-Submitted": "auto-generated",
            },
        }
        descriptor, made = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(descriptor, "w") as file:
                give_to_owner(descriptor, of=self.folder)
                json.dump(mail, file)
                file.flush()
                os.fsync(descriptor)
            # Complete before it has its name, and the first of several processes wins.
            with suppress(FileExistsError):
                os.link(made, path)
        finally:
            Path(made).unlink()

    def is_due(self) -> bool:
        """Whether a mail is there that should be tried now."""
        return bool(self._due())

    def send(self) -> None:
        """Try what is due, unless another process does."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            give_to_owner(descriptor, of=self.folder)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in self._due():
                self._try(path)
            self._forget()
        except BlockingIOError:
            pass
        finally:
            os.close(descriptor)

    def _due(self) -> list[Path]:
        return [path for path in sorted(self.folder.glob(f"*{SUFFIX}")) if _is_due(path)]

    def _try(self, path: Path) -> None:
        try:
            mail = json.loads(path.read_bytes())
            at = mail.pop("at")
            message = EmailMessage(**mail)
        except (ValueError, KeyError, TypeError) as e:
            logger.error("%s is no mail, and is given up: %s", path, one_line(e))
            os.truncate(path, 0)
            return
        now = time.time()
        # Before it is sent: whoever is killed by what is sent here, or hangs, is not the first to.
        again_at = now + min(max(now - at, SHORTEST), LONGEST)
        os.utime(path, (again_at, again_at))
        try:
            message.send()
        except (OSError, ValueError) as e:  # smtplib's exceptions are the former
            self._complain(message, e, path=path, is_last=now - at > GIVEN_UP)
        else:
            logger.info("Mailed to %s: %s", ", ".join(message.to), message.subject)
            os.truncate(path, 0)

    def _complain(
        self, message: EmailMessage, fault: Exception, *, path: Path, is_last: bool
    ) -> None:
        then = "is given up" if is_last else "will be tried again"
        to = ", ".join(message.to)
        logger.error(
            "%r to %s was not sent, and %s: %s", message.subject, to, then, one_line(fault)
        )
        if is_last:
            os.truncate(path, 0)

    def _forget(self) -> None:
        for path in self.folder.iterdir():
            # Marks, and what somebody began to write and did not finish.
            is_rest = path.suffix == SUFFIX or path.name.startswith("tmp")
            with suppress(FileNotFoundError):
                if is_rest and time.time() - path.stat().st_mtime > REMEMBERED:
                    path.unlink()


def _is_due(path: Path) -> bool:
    with suppress(FileNotFoundError):
        stat = path.stat()
        return bool(stat.st_size) and stat.st_mtime <= time.time()
    return False
