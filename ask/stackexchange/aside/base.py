"""What building aside means, whichever database does it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Self

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ask.core.content import content_models
from ask.stackexchange.sides import Sides

ALIAS = "aside"
"""The database alias under which the new content can be used while it is built."""


class DoubledId(Exception):
    """Two rows of a table have the same id or name."""


class SomebodyBuilds(Exception):
    """Another import is at work; the text says which."""


class Aside(ABC):
    """New, empty tables of content beside the live ones.

    As a context manager: leaving it without `swap` removes them and leaves the site as it was.
    Between, `connections[ALIAS]` and `.using(ALIAS)` work on the new tables by their usual names.
    """

    def __init__(self) -> None:
        self.live = connections["default"]
        self.models = content_models()

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return connections[ALIAS]

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def use_alias(self, settings: dict[str, Any]) -> None:
        connections.databases[ALIAS] = settings
        connections[ALIAS].disable_constraint_checking()

    def forget_alias(self) -> None:
        if ALIAS in connections.databases:
            connections[ALIAS].close()
            del connections[ALIAS]
            del connections.databases[ALIAS]

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute on the new tables; the number of rows touched."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return int(cursor.rowcount)

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
        """Make the new tables and the alias, after removing what a killed import left.

        Raises SomebodyBuilds.
        """

    @abstractmethod
    def end(self) -> None:
        """Give the alias back, and remove what was built if it was not put in place."""

    @abstractmethod
    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows. Raises DoubledId."""

    @abstractmethod
    def add_indexes(self) -> Iterable[str]:
        """Make the live tables' indexes and constraints, by their names, on the new ones.

        Yields the name of each before it is made. Raises DoubledId.
        """

    @abstractmethod
    def analyze(self) -> None:
        """Collect the planner's statistics."""

    @abstractmethod
    def swap(self) -> dict[str, int]:
        """Put the new tables in place of the live ones, at once or not at all.

        What was written here comes over in the same moment; returns what `carry_over` does.
        """
