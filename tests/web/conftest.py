"""A small site that every page family can show."""

import pytest

from ask.questions.models import Answer, Question
from tests.cast import answer, ask, comment


@pytest.fixture
def question(db: None) -> Question:
    return ask(tags="sky light", score=3, view_count=1_234)


@pytest.fixture
def accepted(question: Question) -> Answer:
    given = answer(question, is_accepted=True, score=5)
    comment(given)
    return given
