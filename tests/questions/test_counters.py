"""Counters: their drift, their right values."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS
from ask.questions import counters
from ask.questions.counters import (
    ACCEPTED,
    ANSWERS,
    COMMENTS,
    TAGS,
    TALLIES,
    USERS,
    VOTES,
    Tally,
    derivations,
    increase,
    ranges,
    recount,
    recount_posts,
    row_count,
    survey,
)
from ask.questions.models import Comment, Post, PostType, Question, Tag, Vote, VoteType
from tests import cast

pytestmark = pytest.mark.django_db


def drift(tally: Tally, *, is_mending: bool = False) -> dict[str, list[tuple[object, ...]]]:
    """Of each counter that drifts: id, stored and right value of its rows."""
    found = recount(tally, is_mending=is_mending, advanced=lambda count: None)
    return {
        finding.name: [(row.id, row.stored, row.right) for row in finding.examples]
        for finding in found
        if finding.drift_count
    }


def vote(post: Post, *types: VoteType) -> None:
    for vote_type in types:
        Vote.objects.create(post=post, vote_type=vote_type, created_at=cast.NOON)


def counted_question() -> Question:
    """With everything that is counted, and every counter right."""
    question = cast.ask(tags="sky", score=1, favorite_count=1)
    vote(question, VoteType.UP, VoteType.UP, VoteType.DOWN, VoteType.FAVORITE, VoteType.CLOSE)
    answer = cast.answer(question, is_accepted=True, score=1)
    vote(answer, VoteType.ACCEPTED, VoteType.UP)
    cast.comment(question, score=1)
    User.objects.filter(id=cast.alice().id).update(question_count=1)
    User.objects.filter(id=cast.bob().id).update(answer_count=1)
    return question


@pytest.mark.parametrize("tally", TALLIES, ids=lambda tally: ",".join(tally.names))
def test_right_counters_do_not_drift(tally: Tally) -> None:
    counted_question()
    assert drift(tally) == {}


@pytest.fixture
def wrong() -> Question:
    question = counted_question()
    Post.objects.update(score=7, favorite_count=7, comment_count=7)
    Comment.objects.update(score=7)
    Post.objects.filter(id=question.id).update(answer_count=7, is_answered=False)
    Tag.objects.update(question_count=7)
    User.objects.update(question_count=7, answer_count=7, up_vote_count=7, down_vote_count=7)
    return question


@pytest.mark.parametrize("tally", TALLIES, ids=lambda tally: ",".join(tally.names))
def test_mended_counters_do_not_drift(tally: Tally, wrong: Question) -> None:
    if tally is not ACCEPTED:
        assert set(drift(tally, is_mending=True)) == set(tally.names)
    assert drift(tally) == {}


def test_drift_is_shown_as_stored_and_right_value(wrong: Question) -> None:
    assert drift(VOTES)["Post.score"][0] == (wrong.id, 7, 1)
    assert drift(ANSWERS)["Post.is_answered"] == [(wrong.id, False, True)]
    (finding,) = recount(TAGS, is_mending=False, advanced=lambda count: None)
    tag = Tag.objects.get()
    assert str(finding) == f"Tag.question_count: 1 checked, 1 drift ({tag.id}: 7 → 1)"


def test_only_the_first_drifting_rows_are_named() -> None:
    for number in range(counters.EXAMPLES + 1):
        cast.ask(f"Question {number}?", answer_count=3)
    found = recount(ANSWERS, is_mending=False, advanced=lambda count: None)[0]
    assert found.drift_count == counters.EXAMPLES + 1
    assert len(found.examples) == counters.EXAMPLES
    assert str(found).endswith(", …)")


def test_other_posts_have_no_votes_to_be_counted_by() -> None:
    nomination = cast.ask(score=70, answer_count=None)
    Post.objects.filter(id=nomination.id).update(post_type=PostType.MODERATOR_NOMINATION)
    assert drift(VOTES) == {}
    assert drift(ANSWERS) == {}


def test_no_favourites_and_a_blank_are_the_same() -> None:
    cast.ask("One?", favorite_count=None)
    cast.ask("Two?", favorite_count=0)
    assert drift(VOTES) == {}


def test_a_blank_answer_count_of_a_question_is_drift() -> None:
    question = cast.ask(answer_count=None)
    assert drift(ANSWERS) == {"Post.answer_count": [(question.id, None, 0)]}


def test_deleted_answers_and_questions_do_not_count() -> None:
    question = cast.ask(tags="sky", deleted_at=cast.NOON)
    cast.answer(question, deleted_at=cast.NOON, score=3)
    assert set(drift(ANSWERS, is_mending=True)) == {"Post.answer_count", "Post.is_answered"}
    assert set(drift(TAGS, is_mending=True)) == {"Tag.question_count"}
    assert drift(USERS) == {}


@pytest.mark.parametrize("parent", ["of another question", "nowhere"])
def test_an_accepted_answer_must_be_one_of_the_question(parent: str) -> None:
    other = cast.ask("Other?")
    accepted = cast.answer(other).id if parent == "of another question" else 12345
    question = cast.ask(accepted_answer_id=accepted)
    assert drift(ACCEPTED, is_mending=True) == {
        "Post.accepted_answer_id": [(question.id, accepted, None)]
    }
    assert Question.objects.get(id=question.id).accepted_answer_id is None


def test_mending_writes_only_rows_that_differ_and_marks_their_hotness(wrong: Question) -> None:
    untouched = cast.ask("Untouched?")
    drift(VOTES, is_mending=True)
    stale = Post.objects.filter(is_hotness_stale=True)
    assert list(stale.values_list("id", flat=True)) == [wrong.id]
    assert untouched.id not in stale


def test_imported_posts_keep_their_score_if_no_votes_were_imported() -> None:
    imported = cast.ask("Imported?", id=5, score=9, comment_count=2)
    local = cast.ask("Local?", id=LOCAL_IDS + 500, score=9)
    vote(local, VoteType.UP)
    Vote.objects.update(id=LOCAL_IDS + 1)
    assert drift(VOTES, is_mending=True) == {"Post.score": [(local.id, 9, 1)]}
    assert drift(COMMENTS) == {}
    imported.refresh_from_db()
    assert imported.score == 9
    Vote.objects.create(id=1, post=imported, vote_type=VoteType.UP, created_at=cast.NOON)
    assert drift(VOTES) == {"Post.score": [(imported.id, 9, 1)]}


def test_many_small_ranges_find_the_same(monkeypatch: pytest.MonkeyPatch, wrong: Question) -> None:
    at_once = drift(VOTES)
    walked: list[int] = []
    small = Tally(**{**vars(VOTES), "batch": 1})
    found = recount(small, is_mending=False, advanced=walked.append)
    assert found[0].drift_count == len(at_once["Post.score"])
    assert walked == [1, 1]


def test_the_gap_before_what_was_made_here_is_one_step() -> None:
    cast.ask("Imported?", id=5)
    cast.ask("Made here?", id=LOCAL_IDS)
    small = Tally(**{**vars(VOTES), "batch": 10})
    assert list(ranges(small)) == [(4, 14), (LOCAL_IDS - 1, LOCAL_IDS + 9)]


def test_drift_is_found_in_one_pass(
    wrong: Question, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # And one look at the examples of each counter that drifts.
    with django_assert_num_queries(1 + len(VOTES.counters)):
        found = survey(VOTES, after=0, last=2 * LOCAL_IDS)
    assert wrong.id in found.drifting_ids


def test_the_rows_announced_are_the_rows_checked() -> None:
    counted_question()
    for tally in TALLIES:
        checked: list[int] = []
        recount(tally, is_mending=False, advanced=checked.append)
        assert row_count(tally) == sum(checked)


def test_a_killed_mending_is_finished_by_the_next(
    monkeypatch: pytest.MonkeyPatch, wrong: Question
) -> None:
    small = Tally(**{**vars(VOTES), "batch": 1})

    def die(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recount(small, is_mending=True, advanced=die)
    assert len(drift(VOTES)["Post.score"]) == 1
    drift(VOTES, is_mending=True)
    assert drift(VOTES) == {}


def test_recounting_an_answer_recounts_its_question() -> None:
    question = cast.ask()
    answer = cast.answer(question)
    vote(answer, VoteType.UP)
    assert recount_posts([answer.id]) == 2
    question.refresh_from_db()
    assert question.is_answered
    assert Post.objects.get(id=answer.id).score == 1
    assert recount_posts([answer.id]) == 0


def test_recounting_takes_the_same_statements_for_any_number_of_posts(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    posts = [cast.ask(f"Question {number}?") for number in range(20)]
    for post in posts:
        vote(post, VoteType.UP)
    with django_assert_max_num_queries(20):
        recount_posts(post.id for post in posts)
    assert set(Post.objects.values_list("score", flat=True)) == {1}


def test_increasing_adds_what_has_come_and_leaves_the_drift_that_was_there() -> None:
    drifting = cast.ask("Drifting?", id=5, score=40, favorite_count=None)
    other = cast.ask("Other?", id=6, score=3)
    vote(drifting, VoteType.UP)
    last = Vote.objects.latest("id").id
    vote(drifting, VoteType.UP, VoteType.UP, VoteType.DOWN, VoteType.CLOSE)
    vote(other, VoteType.UP)
    assert increase(VOTES, added=f"id > {last}", increased="p.id <> 6") == 1
    for post in (drifting, other):
        post.refresh_from_db()
    assert (drifting.score, drifting.favorite_count, drifting.is_hotness_stale) == (41, None, True)
    assert (other.score, other.is_hotness_stale) == (3, False)


def test_what_a_dump_does_not_contain_is_derived() -> None:
    question = counted_question()
    Post.objects.update(is_answered=False)
    User.objects.update(question_count=0, answer_count=0)
    with connection.cursor() as cursor:
        for derivation in derivations():
            cursor.execute(derivation.sql)
    question.refresh_from_db()
    assert question.is_answered
    assert drift(USERS) == {}
    assert [derivation.table for derivation in derivations()] == ["questions_post", "accounts_user"]


def test_votes_are_counted_from_their_index_alone() -> None:
    counted_question()
    with CaptureQueriesContext(connection) as captured:
        survey(VOTES, after=0, last=10)
    query = captured.captured_queries[0]["sql"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of a handful of rows it would read the table.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {query}")
            wanted = "Index Only Scan using vote_post"
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
            wanted = "COVERING INDEX vote_post"
        assert wanted in "\n".join(str(row) for row in cursor.fetchall())
