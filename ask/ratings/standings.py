"""Who gained, voted and edited most in a week, month, quarter and year: computed ahead of `/users`.

Every period ends at the same moment and has whole days of UTC, because an imported vote says no
more than its day: a week is the day of the end and the six before it. The end is now, but on a site
that was imported and on which nobody has voted, written or edited since, it is the latest moment of
the dump: a week before a dump of 2017 says something, the last week says nothing.

Reputation is counted from votes by their dates, by Stack Exchange's rules
(https://stackoverflow.com/help/whats-reputation): +10 for an up vote on a question or an answer,
−2 for a down vote, +15 for an accepted answer and +2 for accepting one, both only if it answers
somebody else's question; the amount of a bounty for the answer that won it. Votes on community
wikis and on deleted posts give nothing. Left out, because a dump does not say whose they are: −1
for voting an answer down and +2 for a suggested edit. Left out for simplicity: the 200 points that
votes can give in a day at most, what offering a bounty costs, and bonuses. So these figures rank
people, and do not add up to `User.reputation`.

An edit is a revision, however many of title, body and tags it changes. A dump does not say when
somebody voted: voters are ranked over all time only, by the counters of `User`.

Table names stand unqualified, so that an import can let them mean the tables that it builds aside.
The SQL is for PostgreSQL and for SQLite from 3.39 on. Closed accounts are left out.
"""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper

from ask.core.content import LOCAL_IDS
from ask.ratings import top_answerers
from ask.ratings.models import Board, Period, Reckoning

SOURCES = ("questions_vote", "questions_posthistory", "questions_post")
"""Tables whose rows give points. Whatever changes a post leaves a row in its history."""

_NEW = "ask_new_standings"

_GAINED = """
    INSERT INTO {new} (board, period, user_id, points)
    WITH vote AS MATERIALIZED (
        SELECT v.vote_type, v.bounty_amount, v.created_at, p.owner_id, q.owner_id AS asker_id
        FROM questions_vote v
        JOIN questions_post p ON p.id = v.post_id
        LEFT JOIN questions_post q ON q.id = p.parent_id
        WHERE v.vote_type IN (1, 2, 3, 9) AND v.created_at >= %(YEAR)s AND v.created_at <= %(end)s
        AND p.post_type IN (1, 2) AND p.deleted_at IS NULL
        AND (p.community_owned_at IS NULL OR p.community_owned_at > v.created_at)
    ), gain AS (
        SELECT owner_id AS user_id, created_at,
            CASE vote_type WHEN 1 THEN 15 WHEN 2 THEN 10 WHEN 3 THEN -2 ELSE bounty_amount END
            AS points
        FROM vote WHERE vote_type <> 1 OR asker_id IS DISTINCT FROM owner_id
        UNION ALL
        SELECT asker_id, created_at, 2 FROM vote
        WHERE vote_type = 1 AND asker_id IS DISTINCT FROM owner_id
    ), total AS MATERIALIZED (
        SELECT user_id, {sums} FROM gain WHERE user_id > 0 GROUP BY user_id
    )
    {rows}
"""

_EDITED = """
    INSERT INTO {new} (board, period, user_id, points)
    WITH revision AS (
        SELECT user_id, min(created_at) AS created_at FROM questions_posthistory
        WHERE history_type IN (4, 5, 6) AND user_id > 0 AND created_at <= %(end)s
        GROUP BY user_id, revision_guid
    ), total AS MATERIALIZED (
        SELECT user_id, {sums} FROM revision GROUP BY user_id
    )
    {rows}
"""

_VOTED = """
    INSERT INTO {new} (board, period, user_id, points)
    SELECT {board}, {period}, id, {points} FROM (
        SELECT id, CAST(up_vote_count AS bigint) + down_vote_count AS points FROM accounts_user
    ) AS voter WHERE id > 0 AND points > 0
"""


def starts_at(period: Period, *, ends_at: datetime) -> datetime:
    """The first moment of a period: midnight of UTC. `Period.ALL` has none: raises ValueError."""
    if period == Period.ALL:
        raise ValueError("all time has no beginning")
    last_day = ends_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return last_day - timedelta(days=period - 1)


def refresh_standings(
    *,
    now: datetime,
    dumped_at: datetime | None,
    is_full: bool = False,
    using: str = DEFAULT_DB_ALIAS,
    exclusively: AbstractContextManager[Any] = nullcontext(),  # noqa: B008 - it has no state
) -> int | None:
    """Compute standings and top answerers anew; returns how many standings there are.

    Returns None, and computes nothing, if none can have changed.

    `dumped_at` is the latest moment of the dump that the site came from, if it came from one. The
    rows are computed beside the old ones, which then give way to them in one transaction. `is_full`
    computes them even if no day has passed and no row was added to `SOURCES` or taken away.
    Rows are computed while others write; `exclusively` is entered around the exchange.
    """
    with connections[using].cursor() as cursor:
        ends_at = _end(cursor, now=now, dumped_at=dumped_at)
        fingerprint = _fingerprint(cursor, ends_at=ends_at)
        known = Reckoning.objects.using(using).filter(fingerprint=fingerprint)
        if not is_full and known.exists():
            return None
        _compute(cursor, ends_at=ends_at, using=using)
        top_answerers.compute(cursor)
        with exclusively, transaction.atomic(using=using):
            # First, because it lets a second run at the same time wait here for the first one.
            Reckoning.objects.using(using).update_or_create(
                id=Reckoning.ONLY, defaults={"ends_at": ends_at, "fingerprint": fingerprint}
            )
            cursor.execute("DELETE FROM ratings_standing")
            cursor.execute(
                "INSERT INTO ratings_standing (board, period, user_id, points)"  # noqa: S608
                f" SELECT board, period, user_id, points FROM {_NEW}"
                " WHERE user_id IN (SELECT id FROM accounts_user WHERE is_active)"
                " ORDER BY board, period, points DESC, user_id DESC"
            )
            count = int(cursor.rowcount)
            top_answerers.put_in_place(cursor)
        cursor.execute(f"DROP TABLE {_NEW}")
    return count


def _end(cursor: CursorWrapper, *, now: datetime, dumped_at: datetime | None) -> datetime:
    if dumped_at is None or dumped_at > now:
        return now
    for table in SOURCES:
        cursor.execute(f"SELECT 1 FROM {table} WHERE id >= {LOCAL_IDS} LIMIT 1")  # noqa: S608
        if cursor.fetchone():
            return now
    return dumped_at


def _fingerprint(cursor: CursorWrapper, *, ends_at: datetime) -> str:
    parts = [f"{ends_at.astimezone(UTC):%Y-%m-%d}"]
    for table in SOURCES:
        cursor.execute(f"SELECT count(*), max(id) FROM {table}")  # noqa: S608
        count, last = cursor.fetchone()
        parts.append(f"{count}/{last}")
    return " ".join(parts)


def _compute(cursor: CursorWrapper, *, ends_at: datetime, using: str) -> None:
    """Leave every row in a table that only this connection sees."""
    adapt = connections[using].ops.adapt_datetimefield_value
    moments = {"end": adapt(ends_at)}
    for period in Period:
        if period != Period.ALL:
            moments[period.name] = adapt(starts_at(period, ends_at=ends_at))
    timed = tuple(period for period in Period if period != Period.ALL)
    cursor.execute(f"DROP TABLE IF EXISTS {_NEW}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_NEW}"
        " (board smallint, period smallint, user_id bigint, points integer)"
    )
    cursor.execute(
        _GAINED.format(
            new=_NEW, sums=_sums(timed, "points"), rows=_rows(timed, board=Board.REPUTATION)
        ),
        moments,
    )
    cursor.execute(
        _EDITED.format(
            new=_NEW, sums=_sums(tuple(Period), "1"), rows=_rows(tuple(Period), board=Board.EDITORS)
        ),
        moments,
    )
    cursor.execute(
        _VOTED.format(
            new=_NEW,
            board=Board.VOTERS.value,
            period=Period.ALL.value,
            points=top_answerers.within_integer("points"),
        )
    )


def _sums(periods: tuple[Period, ...], points: str) -> str:
    """One sum for each period, as after SELECT."""
    return ", ".join(
        f"sum({points}) AS in_{period.name}"
        if period == Period.ALL
        else f"sum(CASE WHEN created_at >= %({period.name})s THEN {points} END) AS in_{period.name}"
        for period in periods
    )


def _rows(periods: tuple[Period, ...], *, board: Board) -> str:
    """The sums of each person as a row for each period."""
    return " UNION ALL ".join(_rows_of(period, board=board) for period in periods)


def _rows_of(period: Period, *, board: Board) -> str:
    name = f"total.in_{period.name}"
    return (
        f"SELECT {board.value}, {period.value}, user_id,"  # noqa: S608
        f" {top_answerers.within_integer(name)} FROM total WHERE {name} > 0"
    )
