"""The live content and the new one side by side, as the SQL of one connection names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from ask.core.content import LOCAL_IDS


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Where both contents stand. `Aside.beside` gives it.

    Statements say `{live}.table` and `{new}.table`, and `{local}` for `LOCAL_IDS`; a table's name
    alone means the new one. Where the order of a join matters it is written as CROSS JOIN with
    its condition after WHERE: SQLite then keeps the order, to PostgreSQL it is any join.
    """

    using: str
    live: str
    new: str

    @property
    def is_postgresql(self) -> bool:
        return connections[self.using].vendor == "postgresql"

    def named(self, sql: str, **names: object) -> str:
        """The statement with the names of both sides, and further ones, put in."""
        return sql.format(live=self.live, new=self.new, local=LOCAL_IDS, **names)

    def run(self, sql: str, parameters: Sequence[Any] = (), **names: object) -> int:
        """Execute; the number of rows touched."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(self.named(sql, **names), parameters or None)
            return int(cursor.rowcount)

    def rows(
        self, sql: str, parameters: Sequence[Any] = (), **names: object
    ) -> list[tuple[Any, ...]]:
        """Execute; all rows of the answer."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(self.named(sql, **names), parameters or None)
            return list(cursor.fetchall())

    def ids(self, sql: str, **names: object) -> list[int]:
        """Execute; the first column of the answer."""
        return [row[0] for row in self.rows(sql, (), **names)]
