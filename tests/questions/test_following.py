"""What somebody wants to hear of."""

import pytest

from ask.questions.following import (
    follow_question,
    follow_tag,
    unfollow_question,
    unfollow_tag,
)
from ask.questions.models import FollowedPost, FollowedTag
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db


def test_a_question_is_followed_once_and_left() -> None:
    question = written.ask()
    for _ in range(2):
        follow_question(person=cast.bob(), question=question, now=cast.NOON)
    assert FollowedPost.objects.get().user_id == cast.bob().id
    for _ in range(2):
        unfollow_question(person=cast.bob(), question=question)
    assert not FollowedPost.objects.exists()


def test_answers_are_not_followed() -> None:
    given = written.answer(written.ask())
    with pytest.raises(Conflict):
        follow_question(person=cast.bob(), question=given, now=cast.NOON)


def test_a_tag_is_followed_by_its_name() -> None:
    for _ in range(2):
        follow_tag(person=cast.bob(), tag=cast.tag("sky"), now=cast.NOON)
    assert FollowedTag.objects.get().tag_name == "sky"
    unfollow_tag(person=cast.bob(), tag=cast.tag("sky"))
    assert not FollowedTag.objects.exists()
