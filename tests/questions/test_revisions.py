"""History rows put together."""

import pytest

from ask.questions.history import voters_in
from ask.questions.models import PostHistory
from ask.questions.models import PostHistoryType as Kind
from ask.questions.revisions import revisions
from tests.cast import ask, history

pytestmark = pytest.mark.django_db


def test_rows_of_one_guid_are_one_revision() -> None:
    question = ask()
    history(question, Kind.INITIAL_TITLE, "Old", guid="1")
    history(question, Kind.INITIAL_BODY, "text", guid="1")
    history(question, Kind.INITIAL_TAGS, "<sky><c++>", guid="1")
    history(question, Kind.CLOSED, guid="2", comment="102")
    history(question, Kind.EDIT_TITLE, "New", guid="3")
    history(question, Kind.ROLLBACK_TAGS, "|sky|", guid="4")
    first, closed, edit, rollback = revisions(PostHistory.objects.order_by("id"))
    assert [one.number for one in (first, closed, edit, rollback)] == [1, None, 2, 3]
    assert (first.after.title, first.after.body, first.after.tags) == ("Old", "text", "sky c++")
    assert first.before.title is None
    assert closed.before == closed.after == first.after
    assert (edit.before.title, edit.after.title, edit.after.body) == ("Old", "New", "text")
    assert rollback.is_rollback
    assert (rollback.before.tags, rollback.after.tags) == ("sky c++", "sky")


def test_an_event_names_who_wanted_it_and_odd_text_names_nobody() -> None:
    named = '{"OriginalQuestionIds":[1],"Voters":[{"Id":-1,"DisplayName":"Community"}]}'
    assert voters_in(named) == [(-1, "Community")]
    assert voters_in('{"Voters":[{"Id":7}]}') == [(7, "")]
    odd = (None, "", "why", "7", "[1]", "[" * 100_000)
    for text in (*odd, '{"Voters":7}', '{"Voters":[7]}', '{"Voters":[{"Id":1e999}]}'):
        assert voters_in(text) == []
