"""Who may do what."""

from datetime import timedelta

import pytest
from django.utils import translation
from pytest_django import Settings

from ask.questions.privileges import PRIVILEGES, NotAllowed, may, require
from tests import cast, written
from tests.sites import run_manage

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(days=1)


@pytest.mark.parametrize("action", PRIVILEGES)
def test_a_privilege_comes_with_reputation(action: str) -> None:
    needed = PRIVILEGES[action].reputation
    assert may(cast.person("Rich", reputation=needed), action, now=cast.NOON)
    assert not may(cast.person("Poor", reputation=needed - 1), action, now=cast.NOON)


def test_who_keeps_order_needs_none() -> None:
    moderator = cast.person("Mona", is_moderator=True)
    assert all(may(moderator, action, now=cast.NOON) for action in (*PRIVILEGES, "moderate"))
    assert not may(cast.bob(), "moderate", now=cast.NOON)


def test_an_operator_may_ask_for_another_reputation(settings: Settings) -> None:
    settings.PRIVILEGES = {"close": 10}
    person = cast.person("Dan", reputation=10)
    assert may(person, "close", now=cast.NOON)
    assert not may(person, "vote_up", now=cast.NOON)


def test_a_privilege_that_there_is_not_is_told_at_the_start() -> None:
    run_manage("check", environment={"PRIVILEGES": "comment=20;close=5"})
    wrong = {"PRIVILEGES": "fly=10;close=5", "CLOSE_VOTES": "0"}
    _, complaint = run_manage("check", environment=wrong, code=1)
    assert "PRIVILEGES names what is no privilege: fly." in complaint
    assert "CLOSE_VOTES must be at least 1." in complaint


def test_what_somebody_wrote_is_their_own() -> None:
    newcomer = cast.person("Dan")
    mine, theirs = written.ask(by=newcomer), written.ask()
    for action in ("edit", "see_deleted", "comment", "delete"):
        assert may(newcomer, action, now=cast.NOON, post=mine)
        assert not may(newcomer, action, now=cast.NOON, post=theirs)
    assert not may(cast.carol(), "vote_up", now=cast.NOON, post=written.ask(by=cast.carol()))


def test_nobody_suspended_or_gone_may_write() -> None:
    suspended = cast.person("Dan", reputation=30_000, suspended_until=LATER)
    with pytest.raises(NotAllowed, match=r"suspended until May 2, 2024\.$"):
        require(suspended, "comment", now=cast.NOON)
    assert may(suspended, "see_deleted", now=cast.NOON)
    assert may(suspended, "comment", now=LATER)
    gone = cast.person("Eve", reputation=30_000, is_active=False)
    assert not may(gone, "ask", now=cast.NOON)


def test_a_refusal_is_in_the_language_in_which_it_is_shown() -> None:
    with pytest.raises(NotAllowed) as refused:
        require(cast.person("Dan"), "vote_up", now=cast.NOON)
    assert str(refused.value) == "You need a reputation of 15 to vote up."
    with translation.override("ru"):
        assert str(refused.value) == "Чтобы голосовать за, нужна репутация не ниже 15."
