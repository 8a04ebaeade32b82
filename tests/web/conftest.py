"""A small site that every page family can show, and whoever looks at it."""

from collections.abc import Callable, Iterator

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from ask.accounts.models import User
from ask.digests.composing import about_account
from ask.digests.models import Mail, MailKind
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


class Planned:
    """The mails about accounts that wait to be sent, as they will be."""

    def __iter__(self) -> Iterator[EmailMessage]:
        return map(about_account, Mail.objects.filter(kind=MailKind.ACCOUNT).order_by("id"))

    def __getitem__(self, number: int) -> EmailMessage:
        return list(self)[number]


@pytest.fixture
def planned(db: None) -> Planned:
    return Planned()
