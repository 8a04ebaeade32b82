"""What votes and acceptances bring."""

from datetime import date, datetime, timedelta

import pytest

from ask.accounts.models import User
from ask.questions.models import Post, Vote, VoteType
from ask.ratings.models import ReputationDay
from ask.ratings.reputation import DAYS, REPUTATION, reckon
from ask.ratings.voting import vote
from tests import cast, written

pytestmark = pytest.mark.django_db

UP, DOWN = VoteType.UP, VoteType.DOWN


def votes(post: Post, *kinds: VoteType | None, now: datetime = cast.NOON, first: int = 0) -> None:
    """Each somebody else's."""
    for number, kind in enumerate(kinds, first):
        person = cast.person(f"Voter {number}", reputation=500)
        vote(person=person, post=post, kind=kind, now=now)


def days() -> dict[date, tuple[int, int]]:
    found = ReputationDay.objects.filter(user=cast.alice())
    return {day.gained_on: (day.vote_points, day.other_points) for day in found}


def test_of_the_points_of_a_day_two_hundred_count() -> None:
    question = written.ask()
    votes(question, *[UP] * 22)
    assert cast.alice().reputation == 320
    assert days() == {date(2024, 5, 1): (220, 0)}
    # The sum of the day is what counts, so these two change nothing yet.
    votes(question, DOWN, None)
    assert cast.alice().reputation == 318
    votes(question, UP, now=cast.NOON + timedelta(days=1), first=30)
    assert cast.alice().reputation == 328
    assert written.drift() == []


def test_a_withdrawn_vote_is_taken_off_its_own_day() -> None:
    question = written.ask()
    votes(question, UP)
    votes(question, None, now=cast.NOON + timedelta(days=5))
    assert days() == {date(2024, 5, 1): (0, 0)}
    assert cast.alice().reputation == 120


def test_nobody_has_less_than_one_and_losses_are_made_good_first() -> None:
    newcomer = cast.person("Dan")
    question = written.ask(by=newcomer)
    votes(question, DOWN, DOWN)
    assert cast.person("Dan").reputation == 1
    votes(question, UP, first=2)
    assert cast.person("Dan").reputation == 7
    assert written.drift() == []


def test_voting_an_answer_down_costs_a_point_and_a_question_none() -> None:
    question = written.ask()
    votes(question, DOWN)
    assert cast.person("Voter 0").reputation == 500
    given = written.answer(question)
    votes(given, DOWN)
    assert (cast.person("Voter 0").reputation, cast.bob().reputation) == (499, 2_338)
    votes(given, None)
    assert (cast.person("Voter 0").reputation, cast.bob().reputation) == (500, 2_340)
    assert written.drift() == []


def test_community_wikis_give_nothing() -> None:
    given = written.answer(written.ask())
    Post.objects.update(community_owned_at=cast.NOON)
    votes(given, DOWN)
    votes(given, UP, now=cast.NOON - timedelta(days=1), first=1)
    assert cast.bob().reputation == 2_350
    assert cast.person("Voter 0").reputation == 500
    assert written.drift() == []


def test_a_post_of_nobody_gives_nobody_anything() -> None:
    question = written.ask()
    Post.objects.update(owner=None)
    votes(question, UP)
    assert cast.alice().reputation == 120


def test_reckoning_anew_gives_the_same() -> None:
    question = written.ask()
    votes(question, UP, UP, DOWN)
    votes(written.answer(question), UP, DOWN, now=cast.NOON + timedelta(days=1))
    known = list(ReputationDay.objects.values_list("user_id", "gained_on", "vote_points"))
    reputations = dict(User.objects.values_list("id", "reputation"))
    reckon([*reputations])
    assert sorted(
        ReputationDay.objects.values_list("user_id", "gained_on", "vote_points")
    ) == sorted(known)
    assert dict(User.objects.values_list("id", "reputation")) == reputations


def test_drift_is_found_and_mended() -> None:
    votes(written.ask(), UP)
    User.objects.filter(id=cast.alice().id).update(reputation=7, gained_reputation=8)
    ReputationDay.objects.update(vote_points=9)
    assert len(written.drift()) == 3
    for tally in (DAYS, REPUTATION):
        written.mend(tally)
    assert written.drift() == []
    assert cast.alice().reputation == 130


def test_imported_votes_are_in_what_the_dump_says() -> None:
    question = written.ask()
    Vote.objects.create(id=5, post=question, vote_type=UP, user=cast.bob())
    reckon([cast.alice().id])
    assert cast.alice().reputation == 120
