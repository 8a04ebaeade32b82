"""What people did here comes over into the new content of an import, with all it hangs on.

A dump brings its own rows as they are now. What has an id from `LOCAL_IDS` up was written here and
stays:

1. People first, because nobody may lose the name they log in with (`accounts`).
2. Tags next: an id may mean another tag in a newer dump, only the name is the same (`tags`).
3. What was changed here on the dump's posts stays unless the dump's was changed later (`changes`).
4. Rows that the newer dump has lost and something written here refers to stay too (`lost`).
5. Counters are what the dump says of its own rows, and what came over besides (`tallies`).

Everything happens on the connection of the new content while writers of the live one wait. So
every statement goes from what was written here, or is kept, along an index, never through a large
table; of the smaller ones, people are read once and tags a few times.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ask.core.content import NO_ROWS, content_models
from ask.questions.models import PostTag, Tag
from ask.stackexchange.carrying import accounts, changes, lost, tags, tallies
from ask.stackexchange.carrying.references import columns_of, targets
from ask.stackexchange.carrying.rendered import keep_rendered
from ask.stackexchange.sides import Sides

__all__ = ["Carried", "carry_over", "keep_rendered"]


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What came over besides what was written here. Nothing is counted that there is none of."""

    kept: dict[str, int] = field(default_factory=dict)
    """Rows that the new content lacks, by the dump's table."""
    stayed: dict[str, int] = field(default_factory=dict)
    """Posts of the dump of which an aspect is as it was changed here, by aspect (`changes`)."""
    overruled: dict[str, int] = field(default_factory=dict)
    """Posts of which an aspect was changed here and is the dump's now, where it was changed later,
    by aspect."""


def carry_over(sides: Sides) -> Carried:
    """Complete the new content with what was written here, and with what that hangs on.

    To be called once, in a transaction, when the new tables have their indexes; somebody must hold
    off writers of the live ones.
    """
    with _work_tables(sides):
        accounts.carry(sides)
        tags.carry(sides)
        for model in content_models():
            if model.LOCAL_ROWS != NO_ROWS and model not in (Tag, PostTag):
                sides.run(
                    "INSERT INTO {new}.{table} ({columns})"
                    " SELECT {columns} FROM {live}.{table} WHERE {rows}",
                    table=model._meta.db_table,
                    columns=", ".join(columns_of(model)),
                    rows=model.LOCAL_ROWS,
                )
        changes.find(sides)
        lost.keep(sides)
        changes.take(sides)
        tags.connect(sides)
        tallies.keep_acceptances(sides)
        tallies.keep_activity(sides)
        tallies.count(sides)
        return Carried(
            kept=lost.counts(sides),
            stayed=changes.counts(sides, is_kept=True),
            overruled=changes.counts(sides, is_kept=False),
        )


@contextmanager
def _work_tables(sides: Sides) -> Iterator[None]:
    """Tables beside the new ones, since a role need not be allowed to make temporary ones."""
    tables = {
        "carried_account": "id bigint PRIMARY KEY",
        "carried_tag": "live_id bigint PRIMARY KEY, new_id bigint NOT NULL",
        "carried_post_tag": "tag_id bigint, post_id bigint, PRIMARY KEY (tag_id, post_id)",
        "changed_here": "post_id bigint NOT NULL, aspect varchar(10) NOT NULL,"
        " changed_at timestamp with time zone NOT NULL, is_kept boolean NOT NULL,"
        " PRIMARY KEY (post_id, aspect)",
        **{f"kept_{table}": "id bigint PRIMARY KEY, round integer NOT NULL" for table in targets()},
    }
    for table, columns in tables.items():
        sides.run("CREATE TABLE {new}.{table} ({columns})", table=table, columns=columns)
    yield
    # Not after an error: the transaction that it ends takes them along.
    for table in tables:
        sides.run("DROP TABLE {new}.{table}", table=table)
