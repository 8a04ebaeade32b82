"""What building aside means, whichever database does it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS, Content, content_models

ALIAS = "aside"
"""The database alias under which the new content can be used while it is built."""


class DoubledId(Exception):
    """Two rows of a table have the same id or name."""


class SomebodyBuilds(Exception):
    """Another import is at work; the text says which."""


def columns_of(model: type[Content]) -> list[str]:
    """Names of a table's columns."""
    return [field.column for field in model._meta.local_concrete_fields if field.column]


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

    def carry_over(self, *, live: str, new: str) -> None:
        """Copy what was made here from the live tables into the new ones.

        `live` and `new` are the names that SQL has for the two places. Somebody must hold off
        writers of the live tables.
        """
        for model in self.models:
            table, columns = model._meta.db_table, ", ".join(columns_of(model))
            self.run(
                f"INSERT INTO {new}.{table} ({columns})"  # noqa: S608
                f" SELECT {columns} FROM {live}.{table} WHERE {model.LOCAL_ROWS}"
            )
        # Imported people who may log in here: what was said of them here stays, and so do they.
        table = User._meta.db_table
        kept = "(o.password NOT LIKE '!%' OR o.is_staff OR o.is_superuser OR NOT o.is_active)"
        assignments = ", ".join(f"{field} = o.{field}" for field in User.LOCAL_FIELDS)
        self.run(
            f"UPDATE {new}.{table} AS n SET {assignments} FROM {live}.{table} AS o"  # noqa: S608
            f" WHERE n.id = o.id AND o.id < {LOCAL_IDS} AND {kept}"
        )
        self._keep_missing(User, f"o.id < {LOCAL_IDS} AND {kept}", live=live, new=new)
        self._keep_what_others_refer_to(live=live, new=new)

    def _keep_what_others_refer_to(self, *, live: str, new: str) -> None:
        """Carry over rows that the new content lacks and that tables beside it refer to."""
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.local_fields:
                target = field.related_model
                if model in self.models or target not in self.models:
                    continue
                referring = f"{live}.{model._meta.db_table}"
                kept = f"o.id IN (SELECT {field.column} FROM {referring})"  # noqa: S608
                self._keep_missing(target, kept, live=live, new=new)

    def _keep_missing(self, model: type[Content], kept: str, *, live: str, new: str) -> None:
        """Carry over the live rows, `o` in the condition `kept`, that the new content lacks."""
        table, columns = model._meta.db_table, ", ".join(columns_of(model))
        self.run(
            f"INSERT INTO {new}.{table} ({columns}) SELECT {columns} FROM {live}.{table} AS o"  # noqa: S608
            f" WHERE {kept} AND NOT EXISTS (SELECT 1 FROM {new}.{table} AS n WHERE n.id = o.id)"
        )

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
    def swap(self) -> None:
        """Put the new tables in place of the live ones, at once or not at all."""
