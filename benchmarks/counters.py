"""What counting again costs, beside the least it could cost: `make bench-counters`.

Fills the real tables of a private PostgreSQL and of a SQLite file with made-up rows, and times the
jobs `recount` and `calc_best` and the counting of new votes. Each figure stands next to a limit of
the same run: the plainest statements that read or write the same rows. Both take turns, and of all
rounds the best counts, since machines are shared.
"""

# ruff: noqa: E402 - models can be imported when Django has its settings

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "ask.settings"
django.setup()

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q

from ask.questions import counters
from ask.questions.counters import Tally, recount, recount_posts
from ask.questions.models import Post, Question, Vote, VoteType
from ask.ratings.calculation import fill_lists, post_count, refresh_hotness
from ask.ratings.counters import TALLIES, derivations
from tests.services.command import end_orderly_on_signals
from tests.services.sqlite import sqlite

ROUNDS = 3
NEW_VOTES = 1_000
STALE = 1_000
POSTS_OF_A_QUESTION = 3
"""Itself and its answers."""
QUESTIONS_OF_A_USER = 2
TAGS = 1_000
BADGES_OF_A_USER = 5

VOTES = """
    INSERT INTO questions_vote (id, post_id, vote_type, created_at)
    SELECT (nth.n - 1) * {posts} + post.n, post.n,
        CASE WHEN nth.n % 10 = 3 THEN 5 WHEN nth.n % 4 = 0 THEN 3 ELSE 2 END, {moment}
    FROM {nth} AS nth CROSS JOIN {post} AS post
    WHERE nth.n <= (post.n * 7919) % {most} + 1
"""
"""Few votes or many: every number up to twice the average is equally frequent. Votes that follow
one another are of different posts, as on a site."""

CONTENT = {
    "posts": """
        INSERT INTO questions_post (id, post_type, parent_id, accepted_answer_id, created_at,
            last_activity_at, owner_id, score, favorite_count, view_count, answer_count,
            comment_count, is_answered, hotness, is_hotness_stale, is_rendering_due, title, tags,
            body)
        SELECT post.n, CASE WHEN post.n % 3 = 1 THEN 1 ELSE 2 END,
            CASE WHEN post.n % 3 <> 1 THEN post.n - (post.n + 2) % 3 END,
            CASE WHEN post.n % 6 = 1 AND post.n < {posts} THEN post.n + 1 END,
            {moment}, {moment}, (post.n * 31) % {users} + 1,
            coalesce(voted.score, 0), voted.favorite_count,
            CASE WHEN post.n % 3 = 1 THEN post.n % 1000 END,
            CASE WHEN post.n + 2 <= {posts} AND post.n % 3 = 1 THEN 2
                WHEN post.n % 3 = 1 THEN {posts} - post.n END,
            post.n % 2, post.n % 3 = 1, 0, post.n % 3 = 1, false,
            CASE WHEN post.n % 3 = 1 THEN 'How does it work?' END, NULL, {body}
        FROM {post} AS post LEFT JOIN (
            SELECT post_id, sum(CASE vote_type WHEN 2 THEN 1 WHEN 3 THEN -1 ELSE 0 END) AS score,
                sum(CASE vote_type WHEN 5 THEN 1 ELSE 0 END) AS favorite_count
            FROM questions_vote GROUP BY post_id
        ) AS voted ON voted.post_id = post.n
        ORDER BY post.n
    """,
    "comments": """
        INSERT INTO questions_comment (id, post_id, user_id, score, created_at, text, html)
        SELECT post.n, post.n, post.n % {users} + 1, 0, {moment}, 'Thank you.', 'Thank you.'
        FROM {post} AS post WHERE post.n % 2 = 1
    """,
    "tags": """
        INSERT INTO questions_tag (id, name, question_count, is_moderator_only, is_required)
        SELECT tag.n, 'tag-' || tag.n, 0, false, false FROM {tag} AS tag
    """,
    "tags of posts": """
        INSERT INTO questions_posttag (tag_id, post_id)
        SELECT (post.n * 7 + nth.n * 333) % {tags} + 1, post.n
        FROM {post} AS post CROSS JOIN {three} AS nth WHERE post.n % 3 = 1
    """,
    "people": """
        INSERT INTO accounts_user (id, username, display_name, password, email, is_superuser,
            is_staff, is_active, is_moderator, created_at, reputation, base_reputation,
            gained_reputation, view_count, up_vote_count, down_vote_count, question_count,
            answer_count, gold_count, silver_count, bronze_count)
        SELECT post.n, 'person-' || post.n, 'Alice', '', '', false, false, true, false, {moment},
            post.n % 5000, post.n % 5000, 0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM {user} AS post
    """,
    "badges": """
        INSERT INTO ratings_badge (user_id, name, badge_class, is_tag_based, awarded_at)
        SELECT post.n, 'badge-' || nth.n, nth.n % 3 + 1, false, {moment}
        FROM {user} AS post CROSS JOIN {badge} AS nth
    """,
}


class Figure(NamedTuple):
    """One line of the table: seconds of Ask, and of what it is held against."""

    name: str
    seconds: float
    limit_name: str = ""
    limit: float | None = None


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if cursor.description:
            cursor.fetchall()


def best(
    *works: Callable[[int], object], before: Callable[[int], object] = lambda turn: None
) -> list[float]:
    """Seconds of each in its best round. `before` is not timed; each turn has another number."""
    seconds: list[list[float]] = [[] for _ in works]
    for nth in range(ROUNDS * len(works)):
        before(nth)
        started = time.perf_counter()
        works[nth % len(works)](nth)
        seconds[nth % len(works)].append(time.perf_counter() - started)
    return [min(times) for times in seconds]


def fill(*, posts: int, votes: int) -> None:
    """The tables with rows whose counters are right."""
    is_postgresql = connection.vendor == "postgresql"

    def numbers(last: int) -> str:
        if is_postgresql:
            return f"(SELECT n::bigint FROM generate_series(1, {last}) AS n)"  # noqa: S608
        return (
            f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last})"  # noqa: S608
            " SELECT n FROM s)"
        )

    users = max(posts // POSTS_OF_A_QUESTION // QUESTIONS_OF_A_USER, 1)
    most = max(2 * votes // posts - 1, 1)
    words = {
        "posts": posts,
        "users": users,
        "tags": TAGS,
        "most": most,
        "post": numbers(posts),
        "user": numbers(users),
        "tag": numbers(TAGS),
        "nth": numbers(most),
        "three": numbers(3),
        "badge": numbers(BADGES_OF_A_USER),
        "moment": "timestamptz '2012-01-01Z' + post.n * interval '1 minute'"
        if is_postgresql
        else "datetime(1325376000 + post.n * 60, 'unixepoch')",
        "body": "repeat(md5(post.n::text), 30)" if is_postgresql else "hex(randomblob(480))",
    }
    started = time.monotonic()

    def done(what: str) -> None:
        say(f"{connection.vendor}: {what} after {time.monotonic() - started:.0f} s")

    with connection.schema_editor() as editor:
        for index in Vote._meta.indexes:
            editor.remove_index(Vote, index)
    run(VOTES.format(**words))
    done("votes")
    with connection.schema_editor() as editor:
        for index in Vote._meta.indexes:
            editor.add_index(Vote, index)
    done("their index")
    for name, sql in CONTENT.items():
        run(sql.format(**words))
        done(name)
    run("ANALYZE")
    for derivation in derivations():
        run(derivation.sql)
    recount(counters.TAGS, is_mending=True, advanced=lambda count: None)
    done("counters")
    refresh_hotness(is_full=True, advanced=lambda count: None)
    done("hotness")
    run("VACUUM (ANALYZE, FREEZE)" if is_postgresql else "ANALYZE")
    done("statistics")


def bare_pass(tally: Tally) -> str:
    """Every counter of a tally in one plain pass over the counted rows."""
    columns = ", ".join(f"{counter.counted} AS {counter.column}" for counter in tally.counters)
    used = ", ".join(f"sum({counter.column})" for counter in tally.counters)
    return (
        f"SELECT {used} FROM (SELECT {columns} FROM {tally.source}"  # noqa: S608
        f" WHERE {tally.counted} GROUP BY {tally.key}) AS counted"
    )


def checks() -> list[Figure]:
    """Counters compared with what they count, where none drifts."""

    def check(tally: Tally) -> None:
        for finding in recount(tally, is_mending=False, advanced=lambda count: None):
            assert not finding.drift_count, finding

    def both_sides(tally: Tally) -> None:
        run(bare_pass(tally))
        columns = ", ".join(f"count(p.{counter.column})" for counter in tally.counters)
        run(f"SELECT {columns} FROM {tally.table} AS p WHERE {tally.scope}")  # noqa: S608

    figures = []
    for tally in TALLIES:
        ours, limit = best(lambda _: check(tally), lambda _: both_sides(tally))  # noqa: B023
        name = f"check {', '.join(tally.names)}"
        figures.append(Figure(name, ours, "both sides, once each", limit))
        say(f"{connection.vendor}: {name}")
    whole = Figure(
        "recount: all of these",
        sum(figure.seconds for figure in figures),
        "the same of all",
        sum(figure.limit or 0 for figure in figures),
    )
    return [*votes_alone(figures[0]), *figures, whole]


def votes_alone(scores: Figure) -> list[Figure]:
    """The check of scores beside a pass over nothing but the votes, planned in several ways."""
    by_index, without, as_planned = (
        "votes once, by their index",
        "votes once, without index",
        "votes once, as planned",
    )
    bare = bare_pass(counters.VOTES)
    if connection.vendor == "postgresql":
        plans = {
            by_index: ("SET enable_seqscan = off; SET enable_hashagg = off", bare),
            without: ("SET enable_indexonlyscan = off; SET enable_bitmapscan = off", bare),
            as_planned: ("SELECT 1", bare),
        }
    else:
        not_indexed = bare.replace("questions_vote", "questions_vote NOT INDEXED")
        plans = {by_index: ("SELECT 1", bare), without: ("SELECT 1", not_indexed)}
    figures = []
    for name, (settings, sql) in plans.items():
        run(settings)
        (limit,) = best(lambda _: run(sql))  # noqa: B023
        figures.append(scores._replace(limit_name=name, limit=limit))
        if connection.vendor == "postgresql":
            run("RESET ALL")
    return figures


def disturb(turn: int, *, posts: int, points: str = "+ 1") -> None:
    """Make one score in a hundred wrong, or right again; each turn others."""
    ids = ", ".join(map(str, range(1 + turn, posts + 1, 100)))
    run(
        f"UPDATE questions_post SET score = score {points},"  # noqa: S608
        f" is_hotness_stale = (post_type = 1) WHERE id IN ({ids})"
    )


def mending(*, posts: int) -> list[Figure]:
    """`recount --fix` of scores, of which one in a hundred is wrong."""

    def mend(_: int) -> None:
        scores = recount(counters.VOTES, is_mending=True, advanced=lambda count: None)[0]
        assert scores.drift_count >= posts // 100, scores

    def pass_and_write(turn: int) -> None:
        run(bare_pass(counters.VOTES))
        disturb(turn, posts=posts, points="- 1")

    ours, limit = best(mend, pass_and_write, before=lambda turn: disturb(turn, posts=posts))
    return [Figure("recount --fix, 1 % of scores wrong", ours, "one pass, one UPDATE", limit)]


def new_votes(*, posts: int) -> list[Figure]:
    """The counters of posts that got new votes."""
    rng = random.Random(1)
    chosen: list[int] = []

    def vote(_: int, *, count: int) -> None:
        chosen[:] = rng.sample(range(1, posts + 1), count)
        Vote.objects.bulk_create(
            Vote(post_id=chosen[nth % count], vote_type=VoteType.UP) for nth in range(NEW_VOTES)
        )

    def count_again(_: int) -> None:
        assert recount_posts(chosen, tallies=(counters.VOTES, counters.ANSWERS)) >= len(chosen)

    def write(_: int) -> None:
        Post.objects.filter(id__in=chosen).update(
            score=F("score") + NEW_VOTES // len(chosen),
            is_hotness_stale=ExpressionWrapper(Q(post_type=1), output_field=BooleanField()),
        )

    figures = []
    for count in (100, 1_000):
        ours, limit = best(count_again, write, before=lambda turn: vote(turn, count=count))  # noqa: B023
        name = f"{NEW_VOTES:,} new votes on {count:,} posts"
        figures.append(Figure(name, ours, f"UPDATE of {count:,} rows", limit))
    return figures


def hotness() -> list[Figure]:
    """The two parts of `calc_best`: the hotness of questions, and the lists."""
    rng = random.Random(1)
    questions = Question.objects.order_by("id")
    ids = list(questions.values_list("id", flat=True))
    chosen: list[int] = []

    def refresh(*, is_full: bool, changed: int) -> None:
        post_count(is_full=is_full)
        assert refresh_hotness(is_full=is_full, advanced=lambda count: None) == changed

    def mark(_: int) -> None:
        chosen[:] = rng.sample(ids, STALE)
        Post.objects.filter(id__in=chosen).update(is_hotness_stale=True)

    def write(_: int) -> None:
        Post.objects.filter(id__in=chosen).update(hotness=F("hotness"), is_hotness_stale=False)

    def read(_: int) -> None:
        columns = ("id", "score", "answer_count", "created_at", "hotness")
        for _row in questions.values_list(*columns).iterator():
            pass

    refresh_hotness(is_full=False, advanced=lambda count: None)
    nothing, query = best(
        lambda _: refresh(is_full=False, changed=0), lambda _: run("SELECT 1 WHERE false")
    )
    some, update = best(lambda _: refresh(is_full=False, changed=STALE), write, before=mark)
    full, reading = best(lambda _: refresh(is_full=True, changed=0), read)
    (lists,) = best(lambda _: fill_lists())
    return [
        Figure("calc_best: hotness, none stale", nothing, "an empty query", query),
        Figure(f"calc_best: hotness, {STALE:,} stale", some, f"UPDATE of {STALE:,} rows", update),
        Figure("calc_best --full: hotness, all right", full, "reading all questions", reading),
        Figure("calc_best: lists", lists),
    ]


def writing(*, posts: int) -> list[Figure]:
    """Why only the rows that differ are written."""
    every = """
        UPDATE questions_post SET score = voted.score FROM (
            SELECT post_id, sum(CASE vote_type WHEN 2 THEN 1 WHEN 3 THEN -1 ELSE 0 END) AS score
            FROM questions_vote GROUP BY post_id
        ) AS voted WHERE voted.post_id = questions_post.id
    """
    disturb(0, posts=posts)
    seconds = []
    for sql in (f"{every} AND voted.score <> questions_post.score", every):
        with transaction.atomic():
            started = time.perf_counter()
            run(sql)
            seconds.append(time.perf_counter() - started)
            transaction.set_rollback(True)
    some, all_of_them = seconds
    return [Figure("UPDATE of every score, once", all_of_them, "UPDATE of 1 % that differs", some)]


def measure(*, posts: int, votes: int) -> list[Figure]:
    """Every figure of the database of the settings."""
    fill(posts=posts, votes=votes)
    figures: list[Figure] = []
    for part in (
        checks,
        lambda: mending(posts=posts),
        lambda: new_votes(posts=posts),
        hotness,
        lambda: writing(posts=posts),
    ):
        figures += part()
        say(f"{connection.vendor}: measured up to {figures[-1].name!r}")
    return figures


def report(title: str, figures: Sequence[Figure]) -> None:
    """Print one line a figure."""
    print(f"\n{title:60}{'ms':>9}  {'beside it':26}{'ms':>9}{'ratio':>9}")
    for figure in figures:
        line = f"{figure.name:60}{1000 * figure.seconds:9,.1f}"
        if figure.limit:
            line += f"  {figure.limit_name:26}{1000 * figure.limit:9,.1f}"
            line += f"{figure.seconds / figure.limit:7.2f} ×"
        print(line)


def in_child(url: str, *, arguments: Sequence[str]) -> list[Figure]:
    """What `measure` finds in the empty database at `url`: settings are read once a process."""
    environment = {**os.environ, "DATABASE_URL": url, "CACHE_URL": "locmemcache://"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, env=environment, check=True)
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks.counters", "--measure", *arguments],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return [Figure(*figure) for figure in json.loads(printed)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--votes", type=int, default=10_000_000)
    parser.add_argument("--databases", default="postgresql,sqlite", help="with commas")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(posts=options.posts, votes=options.votes)))
        return
    end_orderly_on_signals()
    arguments = [f"--posts={options.posts}", f"--votes={options.votes}"]
    size = f"{options.posts:,} posts, {options.votes:,} votes"
    for database in options.databases.split(","):
        if database == "sqlite":
            with sqlite() as url:
                figures = in_child(url, arguments=arguments)
        else:
            figures = in_child(os.environ["DATABASE_URL"], arguments=arguments)
        report(f"{database}, {size}", figures)


if __name__ == "__main__":
    main()
