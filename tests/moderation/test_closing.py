"""Closing questions, and opening them again."""

import json
from datetime import timedelta

import pytest

from ask.accounts.models import User
from ask.moderation.closing import close, reopen
from ask.moderation.models import AuditEntry
from ask.questions.models import Post, PostHistory, PostLink, Question
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(hours=1)


def shut(question: Post, *, by: User | None = None, reason: str = "103", **more: Post) -> None:
    close(person=by or cast.carol(), question=question, reason=reason, now=LATER, **more)


def test_a_question_is_closed_as_the_dump_says_it() -> None:
    question = written.ask()
    shut(question)
    found = Question.objects.with_closure().get()
    assert (found.closed_at, found.closure) == (LATER, "103")
    row = PostHistory.objects.get(history_type=10)
    carol = cast.carol()
    assert json.loads(row.text or "") == {"Voters": [{"Id": carol.id}]}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user_id, entry.person_id) == ("close", carol.id, cast.alice().id)


def test_a_duplicate_names_the_original() -> None:
    original, question = written.ask(), written.ask()
    shut(question, reason="101", original=original)
    row = PostHistory.objects.get(history_type=10)
    assert json.loads(row.text or "")["OriginalQuestionIds"] == [original.id]
    link = PostLink.objects.get()
    assert (link.post_id, link.related_post_id, link.link_type) == (question.id, original.id, 3)
    reopen(person=cast.carol(), question=question, now=LATER)
    assert not PostLink.objects.exists()


def test_a_duplicate_needs_another_question() -> None:
    question = written.ask()
    given = written.answer(question)
    for original in (None, question, given):
        with pytest.raises(BadText, match="no such question"):
            close(
                person=cast.carol(), question=question, reason="101", now=LATER, original=original
            )


def test_only_some_reasons_are_offered() -> None:
    with pytest.raises(BadText, match="not closed for this reason"):
        shut(written.ask(), reason="20")


def test_it_is_closed_once_and_opened_once() -> None:
    question = written.ask()
    shut(question)
    with pytest.raises(Conflict, match="closed already"):
        shut(question)
    reopen(person=cast.carol(), question=question, now=LATER)
    with pytest.raises(Conflict, match="open already"):
        reopen(person=cast.carol(), question=question, now=LATER)
    assert Question.objects.get().closed_at is None
    kinds = PostHistory.objects.order_by("id").values_list("history_type", flat=True)
    assert list(kinds)[-2:] == [10, 11]


def test_ones_own_question_needs_less_reputation() -> None:
    dan = cast.person("Dan", reputation=250)
    shut(written.ask(by=dan), by=dan)
    with pytest.raises(NotAllowed, match="3000 to close and reopen questions"):
        shut(written.ask(), by=dan)


def test_answers_are_not_closed() -> None:
    with pytest.raises(Conflict):
        shut(written.answer(written.ask()))
