"""This machine with other files in some places, for those only that are started inside."""

import itertools
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
NEEDED = (PROJECT, Path(sys.prefix), Path(sys.base_prefix))
"""What a site is run from, which its user has to be able to read."""

END_WITH_US = ("setpriv", "--pdeathsig=KILL", "--")


class NotPossible(Exception):
    """Only root, where it may mount, can have a private machine; the text says what is missing."""


@dataclass(frozen=True)
class Machine:
    """A mount namespace. Nothing that is mounted in it is seen outside, and all ends with it."""

    folder: Path
    """A folder for whatever is bound somewhere, which every user may enter."""
    pid: int

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a command inside; it ends when this process does."""
        return subprocess.Popen([*self.entering(), *command], **options)

    def entering(self) -> list[str]:
        """What a command begins with to be run inside."""
        enter = ["nsenter", f"--mount=/proc/{self.pid}/ns/mnt", f"--wdns={PROJECT}"]
        return [*END_WITH_US, *enter, "--"]

    def bind(self, made: Path, place: str) -> None:
        """Let a file or a folder be seen in the place of another one."""
        self.mount("--bind", str(made), place)

    def lay_over(self, made: Path, place: str) -> None:
        """Let what is in a folder be seen in another one, beside what is there."""
        self.mount("-t", "overlay", "-o", f"lowerdir={made}:{place}", "overlay", place)

    def cover(self, place: str) -> None:
        """Let a folder be empty."""
        self.mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", place)

    def mount(self, *arguments: str) -> None:
        """Mount something inside. Raises NotPossible."""
        _run([*self.entering(), "mount", *arguments])

    def add_user(self, name: str) -> pwd.struct_passwd:
        """A user who exists inside only, with a home in the folder; or who is there anyhow."""
        with_name = [user for user in pwd.getpwall() if user.pw_name == name]
        if with_name:
            return with_name[0]
        taken = {user.pw_uid for user in pwd.getpwall()}
        number = next(each for each in itertools.count(2000) if each not in taken)
        home = self.folder / "homes" / name
        home.mkdir(parents=True)
        os.chown(home, number, number)
        lines = {
            "passwd": f"{name}:x:{number}:{number}::{home}:/bin/sh",
            "group": f"{name}:x:{number}:",
            "shadow": f"{name}:*:19000:0:99999:7:::",
        }
        for file, line in lines.items():
            usual, made = Path("/etc", file), self.folder / file
            shutil.copy2(usual, made)
            os.chown(made, usual.stat().st_uid, usual.stat().st_gid)
            with made.open("a") as opened:
                opened.write(f"{line}\n")
            self.bind(made, str(usual))
        return pwd.struct_passwd((name, "x", number, number, "", str(home), "/bin/sh"))

    def open(self, paths: Iterable[Path] = NEEDED) -> None:
        """Let everybody enter what stands in a folder that only root may enter."""
        closed = {path: [each for each in path.parents if _is_closed(each)] for path in paths}
        asides: dict[Path, Path] = {}
        for path in filter(closed.get, closed):
            asides[path] = self.folder / f"needed-{len(asides)}"
            asides[path].mkdir()
            self.bind(path, str(asides[path]))
        for outermost in {closed[path][-1] for path in asides}:
            self.cover(str(outermost))
        for path, aside in asides.items():
            _run([*self.entering(), "mkdir", "-p", str(path)])
            self.bind(aside, str(path))


@contextmanager
def private_machine() -> Iterator[Machine]:
    """A private machine, like this one for now. Raises NotPossible."""
    if os.geteuid() != 0:
        raise NotPossible("only root may mount folders of its own over those of the machine")
    folder = Path(tempfile.mkdtemp(prefix="ask-machine-", dir="/tmp"))
    folder.chmod(0o755)
    holder = subprocess.Popen(
        [*END_WITH_US, "unshare", "--mount", "--", "sh", "-c", "echo; exec sleep infinity"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert holder.stdout and holder.stderr
        if not holder.stdout.readline():
            raise NotPossible(holder.stderr.read().decode().strip())
        yield Machine(folder, holder.pid)
    finally:
        holder.kill()
        holder.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _is_closed(folder: Path) -> bool:
    return not folder.stat().st_mode & stat.S_IXOTH


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotPossible(f"{shlex.join(command)}: {done.stderr.strip()}")
