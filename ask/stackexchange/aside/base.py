"""What building aside means, whichever database does it."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Any, Self

from django.db import IntegrityError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ask.core.content import content_models
from ask.stackexchange.archives import UnreadableDump
from ask.stackexchange.carrying import Carried
from ask.stackexchange.sides import Sides

ALIAS = "aside"
"""The database alias under which the new content can be used while it is built."""


STEPS = "ask_import_step"
"""A table aside of what is finished, so that an import goes on where another was stopped."""

_BEGUN = "begun"
"""The step that says of which dump the tables aside are to be."""


class DoubledId(UnreadableDump):
    """Two rows of a table have the same id or name."""

    def __init__(self, which: str) -> None:
        super().__init__(f"the dump has two rows with the same id or name: {which}")


class SomebodyBuilds(Exception):
    """Another import is at work; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """What an import built and did not put in place, or, on SQLite, what one replaced."""

    name: str
    """As an operator finds it: a schema, or the path of a file."""
    size: int
    """Bytes."""
    touched_at: datetime
    """When an import last wrote there."""

    def __str__(self) -> str:
        return f"{self.name}: {self.size / 1e6:,.1f} MB, last written {self.touched_at:%Y-%m-%d}"


@dataclass
class Batch:
    """Rows for one table, in the order of `columns`."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


class Aside(ABC):
    """New tables of content beside the live ones, empty or half filled by an earlier import.

    As a context manager: leaving it without `swap` leaves the site as it was. What was built stays
    for the next import of the same dump, unless the dump itself is why it failed, or a broken file.
    Between,
    `connections[ALIAS]` and `.using(ALIAS)` work on the new tables by their usual names.

    What fills them is cut into steps. Each is one transaction, which also says in `STEPS` that it
    is done: it has happened wholly or not at all, whoever is killed, and never twice.
    """

    is_serial: bool
    """Whether one process at a time can write."""

    def __init__(self, *, dump: str, fingerprint: str) -> None:
        """`dump` names it for people; two imports of one fingerprint build the same rows."""
        self.live = connections["default"]
        self.models = content_models()
        self.dump = dump
        self.fingerprint = fingerprint
        self.finished: dict[str, Any] = {}
        """Results of the steps that earlier imports have done, by their keys."""
        self.is_kept = True
        """Whether what was built stays when it was not put in place."""
        self.at_work: list[BaseDatabaseWrapper] = []
        """Connections of threads that work on the new tables."""
        self.writing: AbstractContextManager[Any] = Lock() if self.is_serial else nullcontext()
        """What a thread enters before it writes."""

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """This thread's connection to the new tables."""
        return connections[ALIAS]

    def __enter__(self) -> Self:
        self.live.ensure_connection()
        try:
            self.begin()
        except BaseException:
            self.end(is_kept=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_sound = not isinstance(error, UnreadableDump) and "malformed" not in str(error)
        self.end(is_kept=self.is_kept and is_sound)

    def use_alias(self, settings: dict[str, Any]) -> None:
        connections.databases[ALIAS] = settings
        self.connection.disable_constraint_checking()

    def forget_alias(self) -> None:
        if ALIAS in connections.databases:
            self.close()
            del connections.databases[ALIAS]

    def close(self) -> None:
        """Close this thread's connection to the new tables; the next use opens another."""
        connections[ALIAS].close()
        del connections[ALIAS]

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute on the new tables; the number of rows touched."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return int(cursor.rowcount)

    @contextmanager
    def in_thread(self) -> Iterator[None]:
        """Work on the new tables in a thread that `interrupt` ends; closes its connection."""
        connection = self.connection
        connection.disable_constraint_checking()
        self.at_work.append(connection)
        try:
            yield
        finally:
            self.at_work.remove(connection)
            self.close()

    def begin_steps(self) -> None:
        """Make the table of steps; what it says of an earlier import must be gone."""
        self.run(
            f"CREATE TABLE {STEPS} (key varchar(100) PRIMARY KEY, result text NOT NULL,"
            " done_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        )
        self.finished = {}

    def say_begun(self) -> None:
        """The tables aside are there, and empty."""
        self._record(_BEGUN, self.fingerprint)

    def read_steps(self, steps: dict[str, str]) -> bool:
        """Learn what is done from the rows of `STEPS`; whether they are of this import at all."""
        found = {key: json.loads(result) for key, result in steps.items()}
        if found.pop(_BEGUN, None) != self.fingerprint:
            return False
        self.finished = found
        return True

    def once(self, key: str, work: Callable[[], Any]) -> None:
        """Do a step unless it is done, in one transaction; its result must be plain data."""
        if key in self.finished:
            return
        with self.writing, transaction.atomic(using=ALIAS):
            result = work()
            self._record(key, result)
        self.finished[key] = result

    def step(self, key: str, work: Callable[[], Any]) -> Callable[[], None]:
        """`once`, to be called later."""
        return partial(self.once, key, work)

    def claim(self, key: str, result: Any) -> bool:
        """In a transaction: record a step, unless a worker of an import that was killed did it."""
        try:
            with transaction.atomic(using=ALIAS):
                self._record(key, result)
        except IntegrityError:
            return False
        return True

    def _record(self, key: str, result: Any) -> None:
        self.run(
            f"INSERT INTO {STEPS} (key, result) VALUES (%s, %s)",  # noqa: S608
            [key, json.dumps(result)],
        )

    @contextmanager
    def trial(self) -> Iterator[Sides]:
        """Both contents, in a transaction on the new one that is rolled back."""
        with self.beside() as sides, transaction.atomic(using=ALIAS):
            yield sides
            transaction.set_rollback(True, using=ALIAS)

    @abstractmethod
    def beside(self) -> AbstractContextManager[Sides]:
        """Both contents, for what is done before the swap; not to be called in a transaction."""

    @abstractmethod
    def begin(self) -> None:
        """Make the new tables and the alias, or go on with what is there of the same dump.

        Raises SomebodyBuilds.
        """

    @abstractmethod
    def end(self, *, is_kept: bool) -> None:
        """Give the alias back; remove what was built unless it is in place or `is_kept`."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No import is at work for the length of the block. Raises SomebodyBuilds."""
        self._take_lock()
        try:
            yield
        finally:
            self._give_lock_back()

    @abstractmethod
    def _take_lock(self) -> None:
        """Take the one lock that all imports of the site want. Raises SomebodyBuilds."""

    @abstractmethod
    def _give_lock_back(self) -> None:
        """Let others import."""

    @abstractmethod
    def leftovers(self) -> list[Leftover]:
        """What imports left. To be called `alone`, instead of entering."""

    @abstractmethod
    def remove(self, leftover: Leftover) -> None:
        """Take one of `leftovers` away, at once or not at all. To be called `alone`."""

    @abstractmethod
    def store(self, key: str, batches: Iterable[Batch], *, result: Any) -> None:
        """A step that appends rows. Does nothing if somebody has done it. Raises DoubledId."""

    @abstractmethod
    def leave_to_parent(self) -> None:
        """In a process that was forked: let go of what only the parent may hold."""

    @abstractmethod
    def is_loaded(self) -> None:
        """Called when every row of the dump is stored, and no other process is at work."""

    @abstractmethod
    def adapt(self, moments: list[Any]) -> list[Any]:
        """Moments of UTC, without a zone, and None, as `store` takes them."""

    @abstractmethod
    def indexes(self) -> dict[str, str]:
        """The live tables' indexes and constraints by their names: SQL that makes them anew."""

    @abstractmethod
    def add_index(self, sql: str) -> None:
        """Make one of `indexes`. Raises DoubledId."""

    @abstractmethod
    def interrupt(self) -> None:
        """End the statements that are running `in_thread`."""

    @abstractmethod
    def vacuum(self, table: str) -> None:
        """Prepare a table for reading, before it has indexes. May be repeated."""

    @abstractmethod
    def analyze(self, table: str) -> None:
        """Collect the planner's statistics of a table. May be repeated."""

    @abstractmethod
    def free_space(self) -> int | None:
        """Bytes that can still be built; None if that cannot be known."""

    @abstractmethod
    def swap(self, last: Callable[[], None]) -> Carried:
        """Put the new tables in place of the live ones, at once or not at all.

        What was written here comes over in the same moment; returns what `carry_over` does. `last`
        is what is still to be done then.
        """
