"""How a job tells the runner that started it how far it is.

The runner opens a pipe for every program it starts, and says in `CRON_PROGRESS_FD` which descriptor
that is. One line a report: `DONE[/TOTAL] [PHASE]`, where DONE is `-` if nobody knows.
`docs/jobs.md` shows it for other languages.
"""

import os
import select
import stat
import time
from collections.abc import Callable

from django.db import connections

VARIABLE = "CRON_PROGRESS_FD"

LONGEST = 200
"""Bytes of a line, its end included. A pipe takes so few at once or not at all."""

EVERY = 1.0
"""Seconds between two lines of a phase."""


class Reporter:
    """Writes reports for the runner: few enough that a loop may report whatever it does."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds; only differences count."""
        self._clock = clock
        self._due = 0.0
        self._phase: str | None = None
        self._line = b""

    def report(self, done: int | None, *, total: int | None = None, phase: str = "") -> None:
        """So many of `total` are done (None: unknown) of what `phase` names.

        A new phase and its end (`done` reaches `total`) are always written, all else once a second
        at most. Never fails and never waits: where no runner listens, nothing happens.
        """
        now = self._clock()
        is_end = done is not None and done == total
        if phase == self._phase and now < self._due and not is_end:
            return
        line = _line(done, total=total, phase=phase)
        if phase == self._phase and line == self._line:
            return
        self._phase, self._line, self._due = phase, line, now + EVERY
        if (pipe := _pipe()) is not None:
            _write(pipe, line)


report = Reporter().report


def reporter() -> Callable[..., None] | None:
    """`report` where a runner listens, else None: progress is to be shown in another way then."""
    return report if _pipe() is not None else None


def keep_connections() -> None:
    """Close this thread's database connections that are dead, so that their next use opens others.

    For a command that runs for long: Django looks after its connections between two requests, and
    in a command there are none. Neither `CONN_HEALTH_CHECKS` nor `CONN_MAX_AGE` do anything there.

    Called before a step, not while it works: who works may be in the middle of a server-side cursor
    (`.iterator()`), and a transaction that has lost its connection must fail. For the same reason
    this is not `close_old_connections`, which closes sound connections too when they are of age:
    with Django's own `CONN_MAX_AGE=0` all of them, each time.

    Not for a process that was forked, whose connections are its parent's: even to ask whether one
    is alive would be to speak in between.
    """
    for connection in connections.all(initialized_only=True):
        is_idle = connection.connection is not None and not connection.in_atomic_block
        # Without autocommit somebody has a transaction of his own.
        if is_idle and connection.get_autocommit() and not connection.is_usable():
            connection.close()


def _line(done: int | None, *, total: int | None, phase: str) -> bytes:
    if done is None:
        amount = "-"
    else:
        amount = f"{max(done, 0)}" if total is None else f"{max(done, 0)}/{total}"
    # Whatever is no visible character becomes a blank: line breaks, escapes, halves of surrogates.
    shown = "".join(char if char.isprintable() else " " for char in phase)
    line = " ".join([amount, *shown.split()]).encode()
    return line[: LONGEST - 1].decode(errors="ignore").encode() + b"\n"


def _pipe() -> int | None:
    """The descriptor of the runner's pipe, if this process was given one.

    A child inherits the variable even where the descriptor is closed to it, and its number may be
    that of a file or a connection by now; a report must not be written into a database. What was
    inherited is open across `exec`; what Python, SQLite and libpq open is not.
    """
    try:
        descriptor = int(os.environ.get(VARIABLE, ""))
        is_ours = os.get_inheritable(descriptor) and stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except (ValueError, OSError, OverflowError):
        return None
    return descriptor if is_ours else None


def _write(pipe: int, line: bytes) -> None:
    # Asked before, since the pipe is shared with whatever else the job started: not to wait cannot
    # be set for this process alone. Without a reader a write may be the end of a process.
    asked = select.poll()
    asked.register(pipe, select.POLLOUT)
    try:
        if asked.poll(0) == [(pipe, select.POLLOUT)]:
            os.write(pipe, line)
    except OSError:
        pass  # the reader went in between, or the descriptor is for reading
