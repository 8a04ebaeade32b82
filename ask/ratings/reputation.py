"""Reputation: what was brought along, and what votes and acceptances give here.

By Stack Exchange's rules (https://stackoverflow.com/help/whats-reputation): +10 for an up vote on a
question or an answer, -2 for a down vote, -1 for voting an answer down; +15 for an accepted answer
and +2 for accepting one, both only if it answers somebody else's question. Votes on community wikis
and on what is deleted give nothing. Of the points that votes bring somebody in a day, at most `CAP`
count. Nobody has less than `LEAST`.

Two rules differ, so that the order of events does not matter, everything can be taken back, and
counting again gives the same. The cap holds for the sum of a day, not for the moment in which each
vote comes; and what is lost below `LEAST` is remembered, and made good first.

Imported votes give nothing here: they are in the reputation that the dump says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS
from ask.questions.counters import Counter, Tally, mend, one_of
from ask.questions.models import Post, PostType, VoteType

UP: Final = 10
DOWN: Final = -2
VOTING_DOWN: Final = -1
ACCEPTED: Final = 15
ACCEPTING: Final = 2

CAP: Final = 200
LEAST: Final = 1

_VOTES_FIRST = """
    FROM questions_vote v CROSS JOIN questions_post p
    LEFT JOIN questions_post q ON q.id = p.parent_id WHERE p.id = v.post_id
"""
_OWNERS_FIRST = """
    FROM questions_post p CROSS JOIN questions_vote v
    LEFT JOIN questions_post q ON q.id = p.parent_id WHERE p.id = v.post_id
"""
_ASKERS_FIRST = """
    FROM questions_post q CROSS JOIN questions_post p CROSS JOIN questions_vote v
    WHERE p.parent_id = q.id AND p.id = v.post_id
"""
"""SQLite keeps the order of a CROSS JOIN; to PostgreSQL it is any join."""

_COUNTS = f"""
    AND v.id >= {LOCAL_IDS} AND v.user_id IS NOT NULL
    AND p.post_type IN (1, 2) AND p.deleted_at IS NULL
    AND (p.community_owned_at IS NULL OR p.community_owned_at > v.created_at)
"""


def events(people: str | None = None) -> str:
    """Everything that gives points, as after FROM. What `Event.gains` says of a single vote.

    `people` is what follows a column of their ids, where only some are wanted: then it goes from
    them along indexes, else from the votes.
    """
    owners = _VOTES_FIRST if people is None else _OWNERS_FIRST
    askers = f"{_VOTES_FIRST} AND p.parent_id = q.id" if people is None else _ASKERS_FIRST
    people = people or "> 0"
    # The condition of the index `vote_one_a_person` stands as SQLite wants to read it again.
    return f"""
    (SELECT p.owner_id AS user_id, date(v.created_at) AS gained_on,
        CASE v.vote_type WHEN 2 THEN {UP} ELSE {DOWN} END AS vote_points, 0 AS other_points
    {owners} {_COUNTS} AND v.vote_type IN (2, 3) AND p.owner_id {people}
    UNION ALL
    SELECT v.user_id, date(v.created_at), 0, {VOTING_DOWN}
    {_VOTES_FIRST} {_COUNTS} AND v.vote_type IN (2, 3) AND v.vote_type = 3 AND p.post_type = 2
        AND v.user_id {people}
    UNION ALL
    SELECT p.owner_id, date(v.created_at), 0, {ACCEPTED}
    {owners} {_COUNTS} AND v.vote_type = 1 AND p.owner_id IS DISTINCT FROM q.owner_id
        AND p.owner_id {people}
    UNION ALL
    SELECT q.owner_id, date(v.created_at), 0, {ACCEPTING}
    {askers} {_COUNTS} AND v.vote_type = 1 AND p.owner_id IS DISTINCT FROM q.owner_id
        AND q.owner_id {people})
    """  # noqa: S608 - constants, and a condition with parameters


def _counted(points: str) -> str:
    return f"CASE WHEN {points} > {CAP} THEN {CAP} ELSE {points} END"


DAYS = Tally(
    model="ReputationDay",
    table="ratings_reputationday",
    source=f"{events()} AS e JOIN ratings_reputationday d"
    " ON d.user_id = e.user_id AND d.gained_on = e.gained_on",
    key="d.id",
    counters=(
        Counter(column="vote_points", counted="sum(e.vote_points)"),
        Counter(column="other_points", counted="sum(e.other_points)"),
    ),
    batch=1_000_000,
)

REPUTATION = Tally(
    model="User",
    table="accounts_user",
    # From the votes, not from the days: so a day that is missing is noticed.
    source=f"""
    (SELECT user_id, {_counted("sum(vote_points)")} + sum(other_points) AS points
    FROM {events()} AS e GROUP BY user_id, gained_on) AS of_day
    """,  # noqa: S608 - constants only
    key="user_id",
    counters=(
        Counter(column="gained_reputation", counted="sum(points)"),
        Counter(
            column="reputation",
            counted="sum(points)",
            right=f"CASE WHEN p.base_reputation + coalesce(r.reputation, 0) < {LEAST}"
            f" THEN {LEAST} ELSE p.base_reputation + coalesce(r.reputation, 0) END",
        ),
    ),
    batch=1_000_000,
)

_BY_DAYS = replace(
    REPUTATION,
    source=f"(SELECT user_id, {_counted('vote_points')} + other_points AS points"  # noqa: S608
    " FROM ratings_reputationday) AS of_day",
)

_REMOVE_DAYS = "DELETE FROM ratings_reputationday WHERE user_id {people}"

_MAKE_DAYS = """
    INSERT INTO ratings_reputationday (user_id, gained_on, vote_points, other_points)
    SELECT user_id, gained_on, sum(vote_points), sum(other_points) FROM {events} AS e
    GROUP BY user_id, gained_on ORDER BY user_id, gained_on
"""

_ADD_TO_DAYS = """
    INSERT INTO ratings_reputationday (user_id, gained_on, vote_points, other_points)
    VALUES {rows}
    ON CONFLICT (user_id, gained_on) DO UPDATE SET
        vote_points = ratings_reputationday.vote_points + excluded.vote_points,
        other_points = ratings_reputationday.other_points + excluded.other_points
    RETURNING user_id, gained_on, vote_points
"""


class Points(NamedTuple):
    votes: int = 0
    other: int = 0


class Gain(NamedTuple):
    """What one event gives somebody."""

    user_id: int
    gained_on: date
    points: Points


@dataclass(frozen=True)
class Event:
    """A vote, or its withdrawal, where `sign` is -1."""

    kind: VoteType
    post: Post
    question: Post
    """Itself, or the one that `post` answers."""
    voter_id: int
    at: datetime
    """When the vote was cast."""
    sign: int = 1

    def gains(self) -> list[Gain]:
        """Who gains, or loses, what."""
        owned_at, owner = self.post.community_owned_at, self.post.owner_id
        if owned_at is not None and owned_at <= self.at:
            return []
        if self.kind == VoteType.UP:
            found = [(owner, Points(votes=UP))]
        elif self.kind == VoteType.DOWN:
            found = [(owner, Points(votes=DOWN))]
            if self.post.post_type == PostType.ANSWER:
                found.append((self.voter_id, Points(other=VOTING_DOWN)))
        elif owner != self.question.owner_id:
            found = [
                (owner, Points(other=ACCEPTED)),
                (self.question.owner_id, Points(other=ACCEPTING)),
            ]
        else:
            return []
        on = self.at.astimezone(UTC).date()
        return [
            Gain(user, on, Points(self.sign * points.votes, self.sign * points.other))
            for user, points in found
            if user is not None and user > 0
        ]


def credit(
    events: Iterable[Event], *, counts: Mapping[int, Mapping[str, int]] | None = None
) -> None:
    """Give people what events bring them. To be called last in the transaction, for it locks them.

    `counts` are further columns of people to be increased: numbers by column, by id.
    """
    gained: defaultdict[tuple[int, date], Points] = defaultdict(Points)
    for event in events:
        for user_id, on, points in event.gains():
            known = gained[user_id, on]
            gained[user_id, on] = Points(known.votes + points.votes, known.other + points.other)
    counts = counts or {}
    people = _lock({user_id for user_id, _ in gained} | counts.keys())
    changed = {key: points for key, points in gained.items() if any(points) and key[0] in people}
    by_person = _add_to_days(changed)
    touched: set[str] = set()
    for person in people.values():
        for column, number in counts.get(person.id, {}).items():
            setattr(person, column, getattr(person, column) + number)
            touched.add(column)
        if gain := by_person.get(person.id):
            person.gained_reputation += gain
            person.reputation = max(LEAST, person.base_reputation + person.gained_reputation)
            touched |= {"gained_reputation", "reputation"}
    if touched:
        User.objects.bulk_update(people.values(), sorted(touched))


def reckon(people: Collection[int], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Compute days and reputation of these people anew, when many events came or went at once.

    A constant number of statements, each along indexes; to be called last in the transaction.
    """
    if not people:
        return
    ids = sorted(people)
    chosen, parameter = one_of(ids, using=using)
    _lock(ids, using=using)
    with connections[using].cursor() as cursor:
        cursor.execute(_REMOVE_DAYS.format(people=chosen), [parameter])
        of_people = events(chosen)
        cursor.execute(_MAKE_DAYS.format(events=of_people), [parameter] * of_people.count("%s"))
    mend(_BY_DAYS, ids=ids, using=using)


def reckon_all(*, also: Collection[int] = (), using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the days of a site that has none yet from its votes, and the reputation that follows.

    For an import, whose votes came over. `also` are people who gained something before.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_MAKE_DAYS.format(events=events()))
        cursor.execute("SELECT DISTINCT user_id FROM ratings_reputationday")
        people = {user_id for (user_id,) in cursor.fetchall()}
    mend(_BY_DAYS, ids=sorted(people.union(also)), using=using)


_KEPT = ("gained_reputation", "reputation", "up_vote_count", "down_vote_count")
"""What is counted of a person."""


def _lock(ids: Collection[int], *, using: str = DEFAULT_DB_ALIAS) -> dict[int, User]:
    found = (
        User.objects.using(using)
        .select_for_update(no_key=True)
        .filter(id__in=sorted(ids))
        .order_by("id")
        .only("base_reputation", *_KEPT)
    )
    return {person.id: person for person in found}


def _add_to_days(gained: Mapping[tuple[int, date], Points]) -> dict[int, int]:
    """Returns what that changes of each person's reputation."""
    if not gained:
        return {}
    adapt = connection.ops.adapt_datefield_value
    parameters: list[Any] = []
    for (user_id, on), points in sorted(gained.items()):
        parameters += [user_id, adapt(on), *points]
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(gained))
    changes: defaultdict[int, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(_ADD_TO_DAYS.format(rows=rows), parameters)
        for user_id, written, votes in cursor.fetchall():
            on = written if isinstance(written, date) else date.fromisoformat(written)
            added = gained[user_id, on]
            changes[user_id] += min(votes, CAP) - min(votes - added.votes, CAP) + added.other
    return changes
