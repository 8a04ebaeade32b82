"""What a newer dump would change on the site: rows added, changed and removed, by table."""

from dataclasses import dataclass, field

from ask.stackexchange import tables
from ask.stackexchange.sides import Sides

EXAMPLES = 5
"""How many rows of each kind are named."""

_DIFFERENCES = """
    SELECT kind, total, id FROM (
        SELECT kind, id, count(*) OVER (PARTITION BY kind) AS total,
            row_number() OVER (PARTITION BY kind ORDER BY id) AS place
        FROM (
            SELECT CASE WHEN o.id IS NULL THEN 'added' ELSE 'changed' END AS kind, n.id AS id
            FROM {new}.{table} AS n LEFT JOIN {live}.{table} AS o ON o.id = n.id
            WHERE n.id < {local} AND (o.id IS NULL OR {differs})
            UNION ALL
            SELECT 'removed' AS kind, o.id AS id FROM {live}.{table} AS o
            WHERE o.id < {local}
            AND NOT EXISTS (SELECT 1 FROM {new}.{table} AS n WHERE n.id = o.id)
        ) AS found
    ) AS placed
    WHERE place <= {examples} ORDER BY kind, id
"""


@dataclass
class Rows:
    """How many rows differ in one way, and the ids of the first `EXAMPLES`."""

    count: int = 0
    examples: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        ids = ", ".join(map(str, self.examples))
        return f"{ids}, …" if self.count > len(self.examples) else ids


@dataclass
class Difference:
    """What a dump would change in one of its tables."""

    table: str
    added: Rows = field(default_factory=Rows)
    changed: Rows = field(default_factory=Rows)
    removed: Rows = field(default_factory=Rows)

    def __str__(self) -> str:
        kinds = {"added": self.added, "changed": self.changed, "removed": self.removed}
        counts = ", ".join(f"{rows.count:,} {kind}" for kind, rows in kinds.items())
        named = "; ".join(f"{kind} {rows}" for kind, rows in kinds.items() if rows.count)
        return f"{self.table}: {counts} ({named})" if named else f"{self.table}: nothing changes"


def differences(sides: Sides) -> list[Difference]:
    """Compare each table of the dump with the live one, column by column as `tables` declares them.

    What was done here must have been carried over, since what it hangs on would not be removed,
    and votes of here count: so this is for a transaction that is rolled back (`Aside.trial`).
    """
    return [_difference(sides, table) for table in tables.ALL.values()]


def _difference(sides: Sides, table: tables.Table) -> Difference:
    differs = " OR ".join(
        f"n.{column.column} IS DISTINCT FROM o.{column.column}" for column in table.columns
    )
    found = Difference(table.name)
    for kind, total, row_id in sides.rows(
        _DIFFERENCES, table=table.model._meta.db_table, differs=differs, examples=EXAMPLES
    ):
        rows: Rows = getattr(found, kind)
        rows.count = total
        rows.examples.append(row_id)
    return found
