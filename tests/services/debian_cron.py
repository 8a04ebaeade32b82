"""Debian's own cron, which sees neither the machine's crontabs nor its mail."""

import email
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.services.private_machine import Machine, NotPossible

PROGRAM = Path("/usr/sbin/cron")

SENDMAIL = """\
#!/bin/sh
made=$(mktemp {folder}/XXXXXXXX.part)
cat > "$made"
mv "$made" "${{made%.part}}.mail"
"""


@dataclass(frozen=True)
class DebianCron:
    """A cron on a private machine. It reads what is added before it starts, or a minute later."""

    machine: Machine

    @property
    def folder(self) -> Path:
        return self.machine.folder / "cron"

    def add_system_crontab(self, name: str, text: str) -> None:
        """A file in /etc/cron.d."""
        path = self.folder / "cron.d" / name
        path.touch(mode=0o600)
        path.write_text(text)

    @contextmanager
    def running(self) -> Iterator[int]:
        """While it runs; its process id. It waits for the next minute, after `@reboot`."""
        process = self.machine.start([str(PROGRAM), "-f", "-L", "0"], stderr=subprocess.PIPE)
        try:
            yield process.pid
            assert process.poll() is None, process.stderr and process.stderr.read()
        finally:
            process.kill()
            process.communicate()

    def mails(self) -> list[Message]:
        """What it sent."""
        found = sorted((self.folder / "mail").glob("*.mail"))
        return [email.message_from_bytes(path.read_bytes()) for path in found]


def debian_cron(machine: Machine) -> DebianCron:
    """A cron that is not started yet, without any crontab. Raises NotPossible."""
    if not PROGRAM.exists():
        raise NotPossible("Debian's cron is not installed: apt-get install cron")
    cron = DebianCron(machine)
    folder = cron.folder
    for each in ("spool/crontabs", "cron.d", "sbin", "mail"):
        (folder / each).mkdir(parents=True)
    shutil.chown(folder / "spool" / "crontabs", group="crontab")
    (folder / "spool" / "crontabs").chmod(0o1730)
    (folder / "mail").chmod(0o1777)
    (folder / "crontab").touch()
    (folder / "sbin" / "sendmail").write_text(SENDMAIL.format(folder=folder / "mail"))
    (folder / "sbin" / "sendmail").chmod(0o755)
    # Its process id and whether it ran since the start of the machine.
    machine.cover("/run")
    machine.bind(folder / "spool", "/var/spool/cron")
    machine.bind(folder / "cron.d", "/etc/cron.d")
    machine.bind(folder / "crontab", "/etc/crontab")
    machine.lay_over(folder / "sbin", "/usr/sbin")
    return cron
