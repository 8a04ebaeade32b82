"""Counters: columns that repeat what rows elsewhere say; how to find their drift and mend it.

A counter is kept by whoever changes the rows it counts. Each is declared here once, with the SQL of
its right value, and three things walk the declarations: `survey` finds where a stored value differs
from the right one, `mend` writes the right one, and an import fills what its dump does not contain
(`derivations`). The SQL is for PostgreSQL and for SQLite from 3.39 on.

Table names stand unqualified, so that an import can let them mean the tables that it builds aside:
`using` says on which database alias.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from ask.core.content import LOCAL_IDS

EXAMPLES = 5
"""How many drifting rows of a counter are named."""

MENDED_AT_ONCE = 1000
"""Rows that one transaction mends: its locks last some ten milliseconds."""


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One column of a tally's table, and its right value."""

    column: str
    counted: str
    """An aggregate over the counted rows of one owner."""
    right: str = "coalesce(r.{column}, 0)"
    """The right value: `r` has the aggregate under the column's name (NULL if there is no row), `p`
    is the owner's row."""
    is_in_dump: bool = True
    """Whether an import finds the column in its dump."""
    may_be_blank: bool = False
    """Whether NULL means 0."""

    @property
    def right_sql(self) -> str:
        return self.right.format(column=self.column)

    def differs(self, *, stored: str, right: str) -> str:
        if self.may_be_blank:
            stored = f"coalesce({stored}, 0)"
        return f"{stored} IS DISTINCT FROM {right}"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counters of one table that one pass over other rows gives."""

    model: str
    """The name that a report shows before a column's."""
    table: str
    source: str
    """The counted rows, as after FROM."""
    key: str
    """The column of `source` that says whose row it is."""
    counters: tuple[Counter, ...]
    counted: str = "true"
    """Which rows of `source` count."""
    scope: str = "true"
    """Which rows of `table`, as `p`, have these counters."""
    imported: str | None = None
    """The table that a dump may lack. Without a single imported row in it there is nothing from
    which imported rows could be counted, so they keep what the dump says of them."""
    also: str = ""
    """What else a mended row gets, as after SET."""
    batch: int = 50_000
    """Ids of `table` that one statement surveys."""

    @property
    def names(self) -> list[str]:
        return [f"{self.model}.{counter.column}" for counter in self.counters]


def _signed(up: str, down: str) -> str:
    return f"coalesce(sum(CASE WHEN {up} THEN 1 WHEN {down} THEN -1 END), 0)"


VOTES = Tally(
    model="Post",
    table="questions_post",
    # In every dump seen (beer, travel, bicycles-meta, conlang-meta; 2017–2023) the score of
    # questions and answers is exactly their votes; of a moderator nomination it is not.
    scope="p.post_type IN (1, 2)",
    source="questions_vote",
    key="post_id",
    counters=(
        Counter(column="score", counted=_signed("vote_type = 2", "vote_type = 3")),
        # A dump leaves the column out for most questions without favourites and writes 0 for some.
        # The dumps of 2023 have neither favourites nor any count above 0.
        Counter(
            column="favorite_count",
            counted="count(CASE WHEN vote_type = 5 THEN 1 END)",
            may_be_blank=True,
        ),
    ),
    imported="questions_vote",
    also="is_hotness_stale = (questions_post.post_type = 1)",
)

ACCEPTED = Tally(
    model="Post",
    table="questions_post",
    scope="p.accepted_answer_id IS NOT NULL",
    source="questions_post q JOIN questions_post a ON a.id = q.accepted_answer_id",
    key="q.id",
    counters=(
        Counter(
            column="accepted_answer_id",
            # Not among the conditions of the join: PostgreSQL takes each for independent of the
            # others, expects a single row, and loops over thousands for each of thousands.
            # What is deleted with its question comes back with it.
            counted="max(CASE WHEN a.parent_id = q.id AND a.post_type = 2"
            " AND (a.deleted_at IS NULL OR q.deleted_at IS NOT NULL) THEN a.id END)",
            right="r.accepted_answer_id",
        ),
    ),
)

ANSWERS = Tally(
    model="Post",
    table="questions_post",
    scope="p.post_type = 1",
    source="questions_post a",
    key="a.parent_id",
    counted="a.post_type = 2 AND a.deleted_at IS NULL",
    counters=(
        Counter(column="answer_count", counted="count(*)"),
        Counter(
            column="is_answered",
            counted="max(a.score)",
            right="(p.accepted_answer_id IS NOT NULL OR coalesce(r.is_answered, 0) > 0)",
            is_in_dump=False,
        ),
    ),
    also="is_hotness_stale = true",
)

COMMENTS = Tally(
    model="Post",
    table="questions_post",
    source="questions_comment",
    key="post_id",
    counters=(Counter(column="comment_count", counted="count(*)"),),
    imported="questions_comment",
)

COMMENT_VOTES = Tally(
    model="Comment",
    table="questions_comment",
    source="questions_commentvote",
    key="comment_id",
    counters=(
        # A dump says how many votes a comment has, and has none of them.
        Counter(column="score", counted="count(*)", right="p.base_score + coalesce(r.score, 0)"),
    ),
)

TAGS = Tally(
    model="Tag",
    table="questions_tag",
    source="questions_posttag t JOIN questions_post q ON q.id = t.post_id",
    key="t.tag_id",
    counted="q.post_type = 1 AND q.deleted_at IS NULL",
    counters=(Counter(column="question_count", counted="count(*)"),),
    batch=1_000_000,
)

USERS = Tally(
    model="User",
    table="accounts_user",
    source="questions_post",
    key="owner_id",
    counted="deleted_at IS NULL",
    counters=(
        Counter(
            column="question_count",
            counted="count(CASE WHEN post_type = 1 THEN 1 END)",
            is_in_dump=False,
        ),
        Counter(
            column="answer_count",
            counted="count(CASE WHEN post_type = 2 THEN 1 END)",
            is_in_dump=False,
        ),
    ),
    batch=1_000_000,
)

VOTERS = Tally(
    model="User",
    table="accounts_user",
    # A dump does not say who voted: of imported people, what it says of them stays, and what they
    # vote here is added.
    scope=f"p.id >= {LOCAL_IDS}",
    source="questions_vote",
    key="user_id",
    counted=f"id >= {LOCAL_IDS} AND vote_type IN (2, 3)",
    counters=(
        Counter(
            column="up_vote_count",
            counted="count(CASE WHEN vote_type = 2 THEN 1 END)",
        ),
        Counter(
            column="down_vote_count",
            counted="count(CASE WHEN vote_type = 3 THEN 1 END)",
        ),
    ),
    batch=1_000_000,
)

POST_TALLIES = (VOTES, ACCEPTED, ANSWERS, COMMENTS)
"""In an order in which a later one may count what an earlier one has mended."""

TALLIES = (*POST_TALLIES, COMMENT_VOTES, TAGS, USERS, VOTERS)


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """One UPDATE that fills columns which a dump does not contain."""

    name: str
    table: str
    sql: str


def derivations(tallies: Iterable[Tally] = TALLIES) -> list[Derivation]:
    """The statements that fill the columns which no dump contains.

    They assume no index, write only rows whose value changes, and have no parameters.
    """
    found = []
    for tally in tallies:
        counters = [counter for counter in tally.counters if not counter.is_in_dump]
        if counters:
            columns = ", ".join(counter.column for counter in counters)
            sql = _update(tally, counters=counters, also="", within=lambda column: "true")
            found.append(Derivation(name=f"{tally.model}: {columns}", table=tally.table, sql=sql))
    return found


@dataclass(frozen=True)
class Drift:
    """A row whose counter is wrong."""

    id: int
    stored: object
    right: object


@dataclass
class Finding:
    """What was found of one counter; `examples` are the first `EXAMPLES` drifting rows."""

    name: str
    checked_count: int = 0
    drift_count: int = 0
    examples: list[Drift] = field(default_factory=list)

    def add(self, other: "Finding") -> None:
        """Join what was found in another range."""
        self.checked_count += other.checked_count
        self.drift_count += other.drift_count
        self.examples = (self.examples + other.examples)[:EXAMPLES]

    def __str__(self) -> str:
        rows = ", ".join(f"{row.id}: {row.stored} → {row.right}" for row in self.examples)
        shown = f" ({rows}{', …' if self.drift_count > len(self.examples) else ''})" if rows else ""
        return f"{self.name}: {self.checked_count:,} checked, {self.drift_count:,} drift{shown}"


@dataclass
class Survey:
    """What was found of the counters of one tally in a range of rows."""

    findings: list[Finding]
    drifting_ids: list[int]


def recount(
    tally: Tally,
    *,
    is_mending: bool,
    advanced: Callable[[int], None],
    using: str = DEFAULT_DB_ALIAS,
) -> list[Finding]:
    """Survey every row of a tally, and mend what drifts if `is_mending`.

    A range of rows is mended before the next one is surveyed. `advanced` is told how many rows were
    checked.
    """
    found = [Finding(name) for name in tally.names]
    for after, last in ranges(tally, using=using):
        part = survey(tally, after=after, last=last, using=using)
        for finding, other in zip(found, part.findings, strict=True):
            finding.add(other)
        if is_mending:
            mend(tally, ids=part.drifting_ids, using=using)
        advanced(part.findings[0].checked_count)
    return found


def ranges(tally: Tally, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[int, int]]:
    """The table's ids cut into ranges of `tally.batch` ids: before the first, last.

    A range begins at a row, so the wide gap before the ids of what was made here is one step. To
    find where a range ends by counting its rows would read all of them once more: SQLite keeps no
    index of ids beside the rows.
    """
    lowest = f"SELECT min(id) - 1 FROM {tally.table}"  # noqa: S608
    with connections[using].cursor() as cursor:
        cursor.execute(lowest)
        while (after := cursor.fetchone()[0]) is not None:
            last = after + tally.batch
            yield after, last
            cursor.execute(f"{lowest} WHERE id > %s", [last])


def row_count(tally: Tally, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Rows that will be checked, for a progress bar."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {tally.table} AS p WHERE {_scope(tally)}")  # noqa: S608
        count: int = cursor.fetchone()[0]
        return count


def survey(tally: Tally, *, after: int, last: int, using: str = DEFAULT_DB_ALIAS) -> Survey:
    """Compare stored and right values of the rows with ids above `after`, up to `last`."""

    def within(column: str) -> str:
        return f"{column} > {after:d} AND {column} <= {last:d}"

    rows = _right_values(tally, counters=tally.counters, within=within)
    drifting = ", ".join(_ids_where(_drifts(counter), using=using) for counter in tally.counters)
    with connections[using].cursor() as cursor:
        # One pass gives all that is needed to mend, however much drifts.
        cursor.execute(f"SELECT count(*), {drifting} FROM ({rows}) AS x")  # noqa: S608
        checked, *found = cursor.fetchone()
    findings = []
    drifting_ids: set[int] = set()
    for name, counter, value in zip(tally.names, tally.counters, found, strict=True):
        ids = _as_ids(value)
        chosen = ids[:EXAMPLES]
        examples = _examples(tally, counter=counter, ids=chosen, using=using) if chosen else []
        findings.append(Finding(name, checked, len(ids), examples))
        drifting_ids.update(ids)
    return Survey(findings, sorted(drifting_ids))


def _examples(tally: Tally, *, counter: Counter, ids: Sequence[int], using: str) -> list[Drift]:
    chosen, parameter = one_of(ids, using=using)
    rows = _right_values(tally, counters=[counter], within=lambda column: f"{column} {chosen}")
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT x.id, x.stored_{counter.column}, x.right_{counter.column}"  # noqa: S608
            f" FROM ({rows}) AS x WHERE {_drifts(counter)} ORDER BY x.id",
            [parameter] * rows.count("%s"),
        )
        return [
            # SQLite knows no booleans: a condition is 0 or 1.
            Drift(row_id, stored, bool(right) if isinstance(stored, bool) else right)
            for row_id, stored, right in cursor
        ]


def mend(*tallies: Tally, ids: Sequence[int], using: str = DEFAULT_DB_ALIAS) -> int:
    """Write the right values into those of these rows that differ; returns how many were written.

    The tallies are of one table. A row is locked before anything of it is counted: whoever adds a
    vote and changes its counter in one transaction has then either finished, and is counted, or
    waits and changes what stands here afterwards.
    """
    return sum(
        _mend_at_once(tallies, ids=ids[start : start + MENDED_AT_ONCE], using=using)
        for start in range(0, len(ids), MENDED_AT_ONCE)
    )


def _mend_at_once(tallies: Sequence[Tally], *, ids: Sequence[int], using: str) -> int:
    chosen, parameter = one_of(ids, using=using)
    written = 0
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if connections[using].features.has_select_for_update:
            cursor.execute(
                f"SELECT id FROM {tallies[0].table} WHERE id {chosen} ORDER BY id FOR UPDATE",  # noqa: S608
                [parameter],
            )
        for tally in tallies:
            sql = _update(
                tally,
                counters=tally.counters,
                also=tally.also,
                within=lambda column: f"{column} {chosen}",
            )
            cursor.execute(sql, [parameter] * sql.count("%s"))
            written += cursor.rowcount
    return written


def recount_posts(
    ids: Iterable[int],
    *,
    tallies: Sequence[Tally] = POST_TALLIES,
    using: str = DEFAULT_DB_ALIAS,
) -> int:
    """Make these counters of these posts right, and of the questions that they answer.

    For whoever adds or takes away votes, answers or comments by the thousand: a constant number of
    statements for each thousand posts. After votes, `(VOTES, ANSWERS)` are enough. Returns how many
    rows were written, a row of several tallies once for each.
    """
    wanted = set(ids)
    chosen, parameter = one_of(sorted(wanted), using=using)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT parent_id FROM questions_post WHERE id {chosen} AND parent_id IS NOT NULL",  # noqa: S608
            [parameter],
        )
        wanted.update(parent for (parent,) in cursor.fetchall())
    return mend(*tallies, ids=sorted(wanted), using=using)


def increase(tally: Tally, *, added: str, increased: str, using: str = DEFAULT_DB_ALIAS) -> int:
    """Add to stored counters what rows that have just come count; returns how many were written.

    For an import that adds what was written here to a dump's content: what the dump's own counters
    say of its own rows stays, be it right or not. `added` says which rows of `tally.source` have
    come, `increased` which rows of `tally.table`, as `p`, have the counters.
    """
    counted = ", ".join(f"{counter.counted} AS {counter.column}" for counter in tally.counters)
    values = ", ".join(
        # A blank that nothing is added to stays blank.
        f"CASE WHEN r.{counter.column} = 0 THEN p.{counter.column}"
        f" ELSE coalesce(p.{counter.column}, 0) + r.{counter.column} END AS {counter.column}"
        for counter in tally.counters
    )
    changes = [f"{counter.column} = x.{counter.column}" for counter in tally.counters]
    differs = " OR ".join(f"r.{counter.column} <> 0" for counter in tally.counters)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"UPDATE {tally.table} SET {', '.join(filter(None, [*changes, tally.also]))}"  # noqa: S608
            f" FROM (SELECT p.id AS id, {values} FROM (SELECT {tally.key} AS id, {counted}"
            f" FROM {tally.source} WHERE {tally.counted} AND {added} GROUP BY {tally.key}) AS r"
            f" JOIN {tally.table} AS p ON p.id = r.id"
            f" WHERE {tally.scope} AND {increased} AND ({differs})) AS x"
            f" WHERE x.id = {tally.table}.id"
        )
        return int(cursor.rowcount)


def _right_values(
    tally: Tally, *, counters: Sequence[Counter], within: Callable[[str], str]
) -> str:
    """SELECT id, and stored and right value of each counter; `within` restricts a column of ids."""
    counted = ", ".join(f"{counter.counted} AS {counter.column}" for counter in counters)
    values = ", ".join(
        f"p.{counter.column} AS stored_{counter.column}, "
        f"{counter.right_sql} AS right_{counter.column}"
        for counter in counters
    )
    return (
        f"SELECT p.id AS id, {values} FROM {tally.table} AS p LEFT JOIN"  # noqa: S608
        f" (SELECT {tally.key} AS id, {counted} FROM {tally.source}"
        f" WHERE {tally.counted} AND {within(tally.key)} GROUP BY {tally.key}) AS r ON r.id = p.id"
        f" WHERE {_scope(tally)} AND {within('p.id')}"
    )


def _scope(tally: Tally) -> str:
    if not tally.imported:
        return tally.scope
    # From the key alone; EXISTS would read every row of a table that has no imported one.
    some = f"(SELECT min(id) FROM {tally.imported}) < {LOCAL_IDS}"  # noqa: S608
    return f"{tally.scope} AND (p.id >= {LOCAL_IDS} OR {some})"


def _drifts(counter: Counter) -> str:
    """The condition of `_right_values`, as `x`, under which a counter is wrong."""
    return counter.differs(stored=f"x.stored_{counter.column}", right=f"x.right_{counter.column}")


def _update(
    tally: Tally, *, counters: Sequence[Counter], also: str, within: Callable[[str], str]
) -> str:
    rows = _right_values(tally, counters=counters, within=within)
    values = [f"{counter.column} = x.right_{counter.column}" for counter in counters]
    differs = " OR ".join(
        counter.differs(stored=f"{tally.table}.{counter.column}", right=f"x.right_{counter.column}")
        for counter in counters
    )
    return (
        f"UPDATE {tally.table} SET {', '.join(filter(None, [*values, also]))}"  # noqa: S608
        f" FROM ({rows}) AS x WHERE x.id = {tally.table}.id AND ({differs})"
    )


def one_of(ids: Sequence[int], *, using: str) -> tuple[str, list[int] | str]:
    """What follows a column that must be one of `ids`, and its only parameter."""
    if connections[using].vendor == "postgresql":
        return "= ANY(%s)", list(ids)
    return "IN (SELECT value FROM json_each(%s))", json.dumps(list(ids))


def _ids_where(condition: str, *, using: str) -> str:
    """An aggregate: the ids of the rows of `x` for which this is true, as `_as_ids` reads them."""
    is_array = connections[using].vendor == "postgresql"
    aggregate = "array_agg" if is_array else "json_group_array"
    return f"{aggregate}(x.id) FILTER (WHERE {condition})"


def _as_ids(value: list[int] | str | None) -> list[int]:
    return sorted(json.loads(value) if isinstance(value, str) else value or [])
