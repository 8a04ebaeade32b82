"""Running a command beside a service, so that the service always ends after it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Never

PATIENCE = 30
"""Seconds that a command has for ending when it is asked to."""


def end_orderly_on_signals() -> None:
    """Turn requests to end into `SystemExit`, so that `with` blocks close what they opened."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)


def _leave(number: int, _: FrameType | None) -> Never:
    # A second signal must not interrupt what the first one set in motion.
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def run(command: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run `command` to its end, and return its exit code as a shell would give it."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    with ending_before_us(process):
        code = wait(process)
    return 128 - code if code < 0 else code


@contextmanager
def ending_before_us(*processes: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ask commands to end when this process is asked to, and wait for them."""
    try:
        yield
    except SystemExit:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        raise
    finally:
        for process in processes:
            process.wait()


def wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for a command to end, also after Ctrl-C; its exit code."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal sent Ctrl-C to the command as well; it ends in its own way.
            continue
