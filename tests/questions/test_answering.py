"""Answering a question."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ask.questions.models import Answer, Post, PostHistory, Question
from ask.questions.texts import BadText
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(hours=1)


def test_an_answer_is_counted_and_makes_its_question_active() -> None:
    question = written.ask()
    given = written.answer(question, now=LATER)
    found = Question.objects.get()
    assert (found.answer_count, found.last_activity_at, found.is_answered) == (1, LATER, False)
    assert Answer.objects.get().parent_id == question.id
    assert PostHistory.objects.get(post_id=given.id).text == written.ANSWER
    assert written.drift() == []


def test_the_same_form_answers_once() -> None:
    question, token = written.ask(), uuid4()
    assert written.answer(question, draft=token).id == written.answer(question, draft=token).id
    assert Answer.objects.count() == 1


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [({"closed_at": LATER}, "closed: it takes no answers"), ({"deleted_at": LATER}, "deleted")],
)
def test_what_is_closed_or_deleted_is_not_answered(
    columns: dict[str, object], sentence: str
) -> None:
    question = written.ask()
    Post.objects.update(**columns)
    with pytest.raises(Conflict, match=sentence):
        written.answer(question)


def test_answers_are_not_answered() -> None:
    given = written.answer(written.ask())
    with pytest.raises(Conflict, match="Only questions"):
        written.answer(given)


def test_an_answer_of_a_word_is_refused() -> None:
    with pytest.raises(BadText, match="at least 30 characters"):
        written.answer(written.ask(), body="Waves.")


def test_it_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    question, person = written.ask(), cast.bob()
    with django_assert_max_num_queries(15):
        written.answer(question, by=person, draft=uuid4())
