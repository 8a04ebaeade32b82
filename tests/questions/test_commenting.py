"""Remarks below posts."""

from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ask.questions.models import Comment, Post
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db


def test_a_comment_is_rendered_and_counted() -> None:
    question = written.ask()
    said = written.comment(question, text="Are you *sure* of this?")
    assert said.html == "Are you <em>sure</em> of this?"
    assert Post.objects.get().comment_count == 1
    assert written.drift() == []


@pytest.mark.parametrize("text", ["Yes.", "x" * 601])
def test_its_length_is_measured(text: str) -> None:
    with pytest.raises(BadText, match="character"):
        written.comment(written.ask(), text=text)


def test_newcomers_comment_on_their_own_and_below_what_they_asked() -> None:
    newcomer = cast.person("Dan")
    mine = written.ask(by=newcomer)
    for post in (mine, written.answer(mine)):
        written.comment(post, by=newcomer)
    theirs = written.ask()
    with pytest.raises(NotAllowed, match="reputation of 50 to comment on everything"):
        written.comment(theirs, by=newcomer)
    written.comment(written.answer(theirs, by=newcomer), by=newcomer)
    assert Comment.objects.count() == 3


def test_the_same_form_comments_once() -> None:
    question, token = written.ask(), uuid4()
    first = written.comment(question, draft=token)
    assert written.comment(question, draft=token) == first
    assert Comment.objects.count() == 1
    first.delete()
    with pytest.raises(Conflict, match="deleted"):
        written.comment(question, draft=token)


def test_what_is_deleted_is_not_commented_on() -> None:
    question = written.ask()
    Post.objects.update(deleted_at=cast.NOON)
    with pytest.raises(Conflict):
        written.comment(question)


def test_it_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    question, person = written.ask(), cast.bob()
    with django_assert_max_num_queries(15):
        written.comment(question, by=person, draft=uuid4())
