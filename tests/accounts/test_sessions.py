"""What is known of sessions, and their end."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from ask.accounts import sessions
from ask.accounts.models import User
from tests.cast import alice, member

pytestmark = pytest.mark.django_db(databases="__all__")


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    UserSession.objects.create(
        user=user, ip="192.0.2.1", user_agent="x", session_key=client.session.session_key
    )
    return client


def nobody_told(count: int) -> None:
    pass


def test_only_their_own_sessions_end() -> None:
    erin = member("Erin")
    theirs, others = [log_in(erin), log_in(erin)], log_in(alice())
    sessions.end_sessions(erin)
    for client in theirs:
        assert client.get("/users/settings/sessions").status_code == 302
    assert others.get("/users/settings/sessions").status_code == 200


def test_addresses_of_ended_sessions_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "BATCH", 2)
    erin = member("Erin")
    keys = [log_in(erin).session.session_key for _number in range(5)]
    Session.objects.filter(session_key__in=keys[:4]).delete()
    assert sessions.forget_ended(is_trial=True, advanced=nobody_told) == 4
    assert UserSession.objects.count() == 5
    assert sessions.forget_ended(is_trial=False, advanced=nobody_told) == 4
    assert UserSession.objects.get().session_key == keys[4]
    assert sessions.forget_ended(is_trial=False, advanced=nobody_told) == 0
