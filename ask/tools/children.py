"""Child processes that end with their parent."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ask.cron.starting import environment
from ask.env import FOLDER

SECONDS_TO_STOP = 15


class Children:
    """The processes that were started here, in the order of their start."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        # Linux can tell a child that its parent was killed.
        found = shutil.which("setpriv")
        self._prefix = [found, "--pdeathsig=TERM", "--"] if found else []

    def start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start `command` in a process group of its own, so that Ctrl-C reaches the parent only."""
        process = subprocess.Popen(  # noqa: S603
            [*self._prefix, *command], cwd=FOLDER, env=environment(), process_group=0
        )
        self._processes.append(process)
        return process

    def wait_for_one(self) -> subprocess.Popen[bytes]:
        """Wait until one of them ends by itself; which."""
        while True:
            for process in self._processes:
                if process.poll() is not None:
                    return process
            time.sleep(0.2)

    def stop(self) -> None:
        """End every process, the last one first; who does not listen is killed."""
        running = [process for process in reversed(self._processes) if process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in running:
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def children() -> Iterator[Children]:
    """Children that are stopped when the block is left, however it is left."""
    started = Children()
    try:
        yield started
    finally:
        started.stop()
