"""Votes for and against."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.questions.limits import TooOften
from ask.questions.models import Post, Question, Vote, VoteType
from ask.questions.privileges import NotAllowed
from ask.questions.threads import Conflict
from ask.ratings.voting import vote, vote_of
from tests import cast, written

pytestmark = pytest.mark.django_db

UP, DOWN = VoteType.UP, VoteType.DOWN


def voter() -> User:
    return cast.person("Vera", reputation=500)


def give(post: Post, kind: VoteType | None, *, by: User | None = None) -> int:
    return vote(person=by or voter(), post=post, kind=kind, now=cast.NOON)


def test_an_up_vote_is_counted_everywhere() -> None:
    question = written.ask()
    assert give(question, UP) == 1
    found = Question.objects.get()
    assert (found.score, found.is_hotness_stale) == (1, True)
    assert vote_of(person=voter(), post=question) == UP
    assert voter().up_vote_count == 1
    assert cast.alice().reputation == 130
    assert written.drift() == []


def test_a_vote_may_be_repeated_turned_and_withdrawn() -> None:
    given = written.answer(written.ask())
    scores = [give(given, kind) for kind in (UP, UP, DOWN, DOWN, None, None, UP)]
    assert scores == [1, 1, -1, -1, 0, 0, 1]
    assert Vote.objects.get().vote_type == UP
    assert (voter().up_vote_count, voter().down_vote_count, voter().reputation) == (1, 0, 500)
    assert written.drift() == []


def test_an_answer_above_zero_makes_its_question_answered() -> None:
    question = written.ask()
    given = written.answer(question)
    for kind, is_answered in ((DOWN, False), (UP, True), (None, False)):
        give(given, kind)
        assert Question.objects.get().is_answered == is_answered
    assert written.drift() == []


def test_nobody_votes_on_their_own() -> None:
    question = written.ask(by=voter())
    with pytest.raises(NotAllowed, match="wrote themselves"):
        give(question, UP)


@pytest.mark.parametrize(("kind", "needed"), [(UP, 15), (DOWN, 125)])
def test_a_vote_needs_reputation(kind: VoteType, needed: int) -> None:
    poor = cast.person("Dan", reputation=needed - 1)
    with pytest.raises(NotAllowed, match=f"a reputation of {needed} to vote"):
        give(written.ask(), kind, by=poor)


def test_a_vote_can_be_withdrawn_with_less_reputation_than_it_needed() -> None:
    question = written.ask()
    give(question, DOWN)
    User.objects.filter(id=voter().id).update(reputation=1)
    assert give(question, None) == 0


def test_what_is_deleted_is_not_voted_on() -> None:
    question = written.ask()
    Post.objects.update(deleted_at=cast.NOON)
    with pytest.raises(Conflict, match="deleted"):
        give(question, UP)


def test_votes_of_a_day_are_limited() -> None:
    for number in range(40):
        give(cast.ask(f"Question {number}?"), UP)
    last = cast.ask("One more?")
    with pytest.raises(TooOften, match="40 times a day") as refused:
        give(last, UP)
    assert refused.value.ends_at == cast.NOON + timedelta(hours=12)
    assert not Vote.objects.filter(post=last).exists()
    vote(person=voter(), post=last, kind=UP, now=cast.NOON + timedelta(days=1))


@pytest.mark.parametrize("kind", [UP, DOWN, None])
def test_it_takes_few_statements(
    kind: VoteType | None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    given = written.answer(written.ask())
    person = voter()
    if kind != UP:
        give(given, UP)
    with django_assert_max_num_queries(15):
        give(given, kind, by=person)
