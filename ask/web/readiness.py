"""Whether this process can serve: databases, their tables, caches; each tried, none believed."""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache
from secrets import token_hex

from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from ask.core.one_line import one_line

logger = logging.getLogger("ask.web")

PATIENCE = 3.0
"""Seconds in which all must have answered; a probe's own deadline should be longer."""

_looking = threading.Lock()


def missing(*, patience: float = PATIENCE) -> list[str]:
    """What keeps this process from serving, a sentence each; empty when it is ready.

    Anybody may read the sentences; the log says why. What hangs is left to a thread of its own, and
    as long as that is stuck, no other is started.
    """
    deadline = time.monotonic() + patience
    too_late = [f"no answer in {patience:g} s"]
    if not _looking.acquire(timeout=patience):
        return too_late
    found: Future[list[str]] = Future()
    threading.Thread(target=_look, args=[found], name="readiness", daemon=True).start()
    try:
        return found.result(max(0.0, deadline - time.monotonic()))
    except TookTooLong:
        return too_late


def _look(found: Future[list[str]]) -> None:
    try:
        found.set_result([*_databases(), *_caches()])
    except BaseException as e:
        found.set_exception(e)
    finally:
        connections.close_all()
        _looking.release()


def _databases() -> Iterator[str]:
    for alias in connections:
        # A new thread makes a new connection: one that was made before proves little.
        try:
            names = unapplied(alias)
        except Exception as e:  # each driver has errors of its own
            logger.warning("Not ready: database %s: %s", alias, one_line(e))
            yield f"database {alias}: cannot be used"
        else:
            if names:
                yield f"database {alias}: not migrated: {', '.join(names)}"


def unapplied(alias: str) -> tuple[str, ...]:
    """The migrations that a database lacks, `questions.0002_title_index`. Raises DatabaseError."""
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return _unapplied(alias, frozenset(applied))


@lru_cache(8)
def _unapplied(alias: str, applied: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    # To read all migrations takes a hundred times as long as to ask which are applied.
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)


def _caches() -> Iterator[str]:
    for alias in settings.CACHES:
        # Others ask at the same time, and what somebody else wrote proves nothing.
        key, value = f"readiness-{token_hex(8)}", token_hex(8)
        try:
            cache = caches[alias]
            cache.set(key, value, 60)
            kept = cache.get(key)
            cache.delete(key)
        except Exception as e:
            logger.warning("Not ready: cache %s: %s", alias, one_line(repr(e)))
            yield f"cache {alias}: cannot be used"
        else:
            if kept != value:
                yield f"cache {alias}: it does not keep what it is given"
