"""Rows that a newer dump has lost, and that something written here hangs on: they are kept.

In rounds: what is kept refers to further rows, a comment's post to its question and to its author,
until nothing is added. With a post that is kept its own votes, comments and history stay, so that
its counters are right and its revisions can be seen; with a person their badges.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ask.accounts.models import User
from ask.core.content import Content
from ask.questions.models import Comment, Post, PostHistory, PostLink, Tag, Vote
from ask.ratings.models import Badge
from ask.stackexchange import tables
from ask.stackexchange.carrying import accounts, tags
from ask.stackexchange.carrying.references import (
    Reference,
    columns_of,
    references,
    references_from_beside,
)
from ask.stackexchange.sides import Sides


@dataclass(frozen=True, kw_only=True)
class Own:
    """Rows that belong to one row of `owner` and stay with it."""

    model: type[Content]
    owner: type[Content]
    key: str
    may_be_absent: bool = False
    """Whether a dump may lack the table, and the counters of its rows are then what it says. A
    single imported row would make them wrong: see `Tally.imported`."""

    @property
    def table(self) -> str:
        return self.model._meta.db_table


OWN = (
    Own(model=Vote, owner=Post, key="post_id", may_be_absent=True),
    Own(model=Comment, owner=Post, key="post_id", may_be_absent=True),
    Own(model=PostHistory, owner=Post, key="post_id"),
    Own(model=Badge, owner=User, key="user_id"),
)

_WANT = """
    INSERT INTO {new}.kept_{target} (id, round)
    SELECT DISTINCT o.id, {round} FROM ({wanted}) AS w CROSS JOIN {live}.{target} AS o
    WHERE o.id = w.id AND o.id < {local}
    AND NOT EXISTS (SELECT 1 FROM {new}.{target} AS n WHERE n.id = w.id)
    AND NOT EXISTS (SELECT 1 FROM {new}.kept_{target} AS known WHERE known.id = w.id)
"""

# A comparison with NULL is not true, so none of these gives a missing reference.
_OF_LOCAL = "SELECT o.{column} AS id FROM {live}.{table} AS o WHERE {rows} AND o.{column} < {local}"
_OF_BESIDE = "SELECT o.{column} AS id FROM {live}.{table} AS o WHERE o.{column} < {local}"
_OF_KEPT = """
    SELECT o.{column} AS id FROM {new}.kept_{table} AS k CROSS JOIN {live}.{table} AS o
    WHERE k.round = {round} AND o.id = k.id AND o.{column} < {local}
"""
_OF_OWN = """
    SELECT o.{column} AS id FROM {new}.kept_{owner} AS k CROSS JOIN {new}.{table} AS o
    WHERE k.round = {round} AND o.{key} = k.id AND o.id < {local} AND o.{column} < {local}
"""

_KEEP = """
    INSERT INTO {new}.{table} ({columns}) SELECT {from_live}
    FROM {new}.kept_{table} AS k CROSS JOIN {live}.{table} AS o
    WHERE k.round = {round} AND o.id = k.id
"""

_KEEP_OWN = """
    INSERT INTO {new}.{table} ({columns}) SELECT {from_live}
    FROM {new}.kept_{owner} AS k CROSS JOIN {live}.{table} AS o
    WHERE k.round = {round} AND o.{key} = k.id AND o.id < {local}
    AND NOT EXISTS (SELECT 1 FROM {new}.{table} AS n WHERE n.id = o.id)
"""

_KEEP_LINKS = """
    INSERT INTO {new}.{table} ({columns}) SELECT {from_live} FROM (
        SELECT l.id FROM {new}.kept_questions_post AS k CROSS JOIN {live}.{table} AS l
        WHERE l.post_id = k.id
        UNION
        SELECT l.id FROM {new}.kept_questions_post AS k CROSS JOIN {live}.{table} AS l
        WHERE l.related_post_id = k.id
    ) AS l CROSS JOIN {live}.{table} AS o
    WHERE o.id = l.id AND o.id < {local}
    AND NOT EXISTS (SELECT 1 FROM {new}.{table} AS n WHERE n.id = o.id)
    AND EXISTS (SELECT 1 FROM {new}.questions_post AS p WHERE p.id = o.post_id)
    AND EXISTS (SELECT 1 FROM {new}.questions_post AS p WHERE p.id = o.related_post_id)
"""
"""Links do not keep what they lead to: from one to the next they would keep half a site."""


def keep(sides: Sides) -> None:
    """Take over every lost row that is hung on, directly or through others that are kept."""
    absent = {
        kind.table for kind in OWN if kind.may_be_absent and not _has_imported(sides, kind.table)
    }
    own = [kind for kind in OWN if kind.table not in absent]
    round = 0
    added = _want_of_local(sides, absent=absent)
    while added:
        _keep_round(sides, round=round, own=own)
        added = _want_of_kept(sides, round=round, own=own)
        round += 1
    sides.run(_KEEP_LINKS, **_copied(PostLink))


def counts(sides: Sides) -> dict[str, int]:
    """How many rows were kept, by the dump's table, for each of which some were."""
    found = {
        table.name: sides.rows(
            "SELECT count(*) FROM {new}.kept_{table}", table=table.model._meta.db_table
        )[0][0]
        for table in tables.ALL.values()
        if table.model in (User, Post, Comment, Tag)
    }
    return {name: count for name, count in found.items() if count}


def _has_imported(sides: Sides, table: str) -> bool:
    return bool(sides.rows("SELECT 1 FROM {new}.{table} WHERE id < {local} LIMIT 1", table=table))


def _want_of_local(sides: Sides, *, absent: Collection[str]) -> int:
    """What rows of here refer to, claimed accounts, and what tables beside the content refer to.

    Nothing of the tables that are `absent`.
    """
    wanted = [
        (
            reference.target,
            sides.named(
                _OF_LOCAL if reference.local_rows else _OF_BESIDE,
                table=reference.table,
                column=reference.column,
                rows=reference.local_rows,
            ),
        )
        for reference in (*references(), *references_from_beside())
        if reference.target not in absent
    ]
    wanted.append((User._meta.db_table, sides.named("SELECT id FROM {new}.carried_account")))
    return _want(sides, wanted, round=0) + tags.want_of_local(sides)


def _want_of_kept(sides: Sides, *, round: int, own: Iterable[Own]) -> int:
    """What the rows that were kept in a round, and their own, refer to."""
    known = references()
    wanted = []
    for reference in known:
        if any(reference.table == other.target for other in known):
            wanted.append((reference.target, _of(_OF_KEPT, sides, reference, round=round)))
        for kind in own:
            if kind.table == reference.table and kind.key != reference.column:
                owner = kind.owner._meta.db_table
                select = _of(_OF_OWN, sides, reference, round=round, owner=owner, key=kind.key)
                wanted.append((reference.target, select))
    return _want(sides, wanted, round=round + 1) + tags.want_of_kept(sides, round=round)


def _of(select: str, sides: Sides, reference: Reference, **names: object) -> str:
    return sides.named(select, table=reference.table, column=reference.column, **names)


def _want(sides: Sides, wanted: list[tuple[str, str]], *, round: int) -> int:
    """Note for a round what is referred to, lives and is lost: (table, SELECT of ids) each."""
    return sum(
        sides.run(
            _WANT,
            target=target,
            round=round,
            wanted=" UNION ".join(select for table, select in wanted if table == target),
        )
        for target in sorted({table for table, _ in wanted})
    )


def _keep_round(sides: Sides, *, round: int, own: Iterable[Own]) -> None:
    names = "SELECT o.id, o.username FROM {new}.kept_accounts_user AS k"
    names += " CROSS JOIN {live}.accounts_user AS o WHERE o.id = k.id AND k.round = "
    accounts.make_room(sides, wanted=f"{names}{round:d}")
    sides.run(_KEEP, round=round, **_copied(User))
    sides.run(_KEEP, round=round, **_copied(Post))
    sides.run(_KEEP, round=round, **_copied(Comment))
    tags.keep(sides, round=round)
    for kind in own:
        owner = kind.owner._meta.db_table
        sides.run(_KEEP_OWN, round=round, owner=owner, key=kind.key, **_copied(kind.model))


def _copied(model: type[Content]) -> dict[str, str]:
    columns = columns_of(model)
    return {
        "table": model._meta.db_table,
        "columns": ", ".join(columns),
        "from_live": ", ".join(f"o.{column}" for column in columns),
    }
