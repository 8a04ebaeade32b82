"""Votes for comments."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.moderation.deleting import delete_comment
from ask.questions.comment_votes import vote, voted_for
from ask.questions.limits import LIMITS, TooOften
from ask.questions.models import Comment, CommentVote, Post
from ask.questions.privileges import NotAllowed
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db


def voter() -> User:
    return cast.person("Vera", reputation=15)


def give(comment: Comment, *, is_useful: bool = True, by: User | None = None) -> int:
    return vote(person=by or voter(), comment=comment, is_useful=is_useful, now=cast.NOON)


def test_a_vote_may_be_repeated_and_withdrawn_and_gives_nobody_reputation(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    imported = cast.comment(cast.ask(), by=cast.bob(), score=7)
    comment = written.comment(written.ask())
    for said, before in ((imported, 7), (comment, 0)):
        scores = []
        for is_useful in (True, True, False, False, True):
            with django_assert_max_num_queries(15):
                scores.append(give(said, is_useful=is_useful) - before)
        assert scores == [1, 1, 0, 0, 1]
    assert dict(Comment.objects.values_list("id", "score")) == {imported.id: 8, comment.id: 1}
    assert voted_for(person=voter(), comments=[imported.id, comment.id, 1]) == {
        imported.id,
        comment.id,
    }
    assert (cast.bob().reputation, voter().reputation, voter().up_vote_count) == (2_340, 15, 0)
    assert [line for line in written.drift() if "Comment." in line] == []


def test_who_may_not_vote_may_withdraw() -> None:
    comment = written.comment(written.ask())
    for person, why in (
        (cast.bob(), "wrote themselves"),
        (cast.person("Dan", reputation=14), "a reputation of 15 to vote up"),
        (cast.person("Sue", reputation=15, suspended_until=cast.NOON.replace(day=2)), "suspended"),
    ):
        with pytest.raises(NotAllowed, match=why):
            give(comment, by=person)
    give(comment)
    User.objects.filter(id=voter().id).update(reputation=1)
    assert give(comment, is_useful=False, by=voter()) == 0


def test_what_is_deleted_is_not_voted_for_and_takes_its_votes_along() -> None:
    comment, below = (written.comment(written.ask()) for _ in range(2))
    give(comment)
    delete_comment(person=cast.carol(), comment=comment, now=cast.NOON)
    assert not CommentVote.objects.exists()
    Post.objects.update(deleted_at=cast.NOON)
    for gone in (comment, below):
        with pytest.raises(Conflict, match="deleted"):
            give(gone)


def test_votes_of_a_day_are_limited() -> None:
    question = cast.ask()
    most = LIMITS["vote_comment"].known
    *comments, last = [cast.comment(question) for _ in range(most + 1)]
    for comment in comments:
        give(comment)
    with pytest.raises(TooOften, match=f"{most} times a day"):
        give(last)
    assert CommentVote.objects.count() == most
