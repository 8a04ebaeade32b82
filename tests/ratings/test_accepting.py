"""The answer that helped who asked."""

from datetime import datetime, timedelta

import pytest

from ask.accounts.models import User
from ask.questions.models import Post, Question, Vote, VoteType
from ask.questions.privileges import NotAllowed
from ask.questions.threads import Conflict
from ask.ratings.accepting import accept, withdraw
from ask.ratings.voting import vote
from tests import cast, written

pytestmark = pytest.mark.django_db


def take(answer: Post, *, by: User | None = None, now: datetime = cast.NOON) -> None:
    accept(person=by or cast.alice(), answer=answer, now=now)


def test_an_accepted_answer_answers_its_question() -> None:
    given = written.answer(written.ask())
    take(given)
    take(given)
    found = Question.objects.get()
    assert (found.accepted_answer_id, found.is_answered) == (given.id, True)
    assert Vote.objects.get().vote_type == VoteType.ACCEPTED
    assert (cast.bob().reputation, cast.alice().reputation) == (2_355, 122)
    assert written.drift() == []


def test_another_answer_takes_its_place() -> None:
    question = written.ask()
    first = written.answer(question)
    second = written.answer(question, by=cast.carol())
    take(first)
    take(second)
    assert Question.objects.get().accepted_answer_id == second.id
    assert Vote.objects.get().post_id == second.id
    assert (cast.bob().reputation, cast.carol().reputation) == (2_340, 9_016)
    assert cast.alice().reputation == 122
    assert written.drift() == []


def test_an_acceptance_can_be_withdrawn() -> None:
    given = written.answer(written.ask())
    take(given)
    for _ in range(2):
        withdraw(person=cast.alice(), answer=given, now=cast.NOON + timedelta(days=3))
    found = Question.objects.get()
    assert (found.accepted_answer_id, found.is_answered) == (None, False)
    assert (cast.bob().reputation, cast.alice().reputation) == (2_340, 120)
    assert written.drift() == []


def test_an_upvoted_answer_goes_on_answering() -> None:
    given = written.answer(written.ask())
    take(given)
    vote(person=cast.carol(), post=given, kind=VoteType.UP, now=cast.NOON)
    withdraw(person=cast.alice(), answer=given, now=cast.NOON)
    assert Question.objects.get().is_answered


def test_only_who_asked_accepts() -> None:
    given = written.answer(written.ask())
    with pytest.raises(NotAllowed, match="Only who asked"):
        take(given, by=cast.carol())


def test_ones_own_answer_waits_two_days_and_gives_nothing() -> None:
    given = written.answer(written.ask(), by=cast.alice())
    with pytest.raises(Conflict, match="two days after"):
        take(given)
    take(given, now=cast.NOON + timedelta(days=2))
    assert cast.alice().reputation == 120
    assert written.drift() == []


def test_deleted_answers_are_not_accepted() -> None:
    given = written.answer(written.ask())
    Post.objects.filter(id=given.id).update(deleted_at=cast.NOON)
    with pytest.raises(Conflict, match="deleted"):
        take(given)
