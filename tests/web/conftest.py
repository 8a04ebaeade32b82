"""A small site that every page family can show, and whoever looks at it."""

from collections.abc import Callable

import pytest
from django.test import Client

from ask.accounts.models import User
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


@pytest.fixture
def as_person() -> Callable[..., Client]:
    """Makes the browser of somebody who is logged in; with `is_strict`, forms need their token."""

    def logged_in(user: User, *, is_strict: bool = False) -> Client:
        client = Client(enforce_csrf_checks=is_strict)
        client.force_login(user)
        return client

    return logged_in
