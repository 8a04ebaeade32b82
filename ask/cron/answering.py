"""A database that does not answer is a database that is away."""

import signal
import threading
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import NoReturn, ParamSpec, TypeVar

from django.db import OperationalError, connections, router

from ask.cron.models import Run

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 5.0
"""Seconds in which the few rows of a run are read or written, if the database works at all."""


def answered_in_time(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that asks the database raise OperationalError when it has no answer in time.

    A server that was stopped, or whose disk hangs, keeps its connections; nothing else ends the
    wait for it. Only in the main thread, where signals arrive.
    """

    @wraps(function)
    def wrapped(*arguments: P.args, **named: P.kwargs) -> R:
        if threading.current_thread() is not threading.main_thread():
            return function(*arguments, **named)
        before = signal.signal(signal.SIGALRM, _give_up)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        try:
            return function(*arguments, **named)
        except _NoAnswer:
            # What comes over this connection later would be the answer to something else.
            connections[router.db_for_write(Run)].close()
            raise OperationalError(f"no answer in {PATIENCE:g} s") from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    return wrapped


class _NoAnswer(BaseException):
    """Passes whatever catches exceptions between a query and whoever asked."""


def _give_up(_: int, __: FrameType | None) -> NoReturn:
    raise _NoAnswer
