"""The end of an account."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db.models import CharField, TextField
from django.test import Client

from ask.accounts.models import Preferences, User
from ask.moderation.flagging import flag, settle
from ask.moderation.models import Flag
from ask.ratings.models import Board, Period, Standing, TopAnswerer
from ask.web.deletion import delete_account
from tests import cast, written
from tests.cast import NOON, answer, ask, carol, comment, member

pytestmark = pytest.mark.django_db(databases="__all__")


def settled() -> tuple[User, Client]:
    """Somebody with everything personal that an account can have, logged in."""
    user = member("Erin", email="secret@erin.example")
    User.objects.filter(pk=user.pk).update(
        location="Secret Place",
        website_url="https://secret.example",
        about="<p>secret</p>",
        about_source="secret",
        profile_image_url="https://secret.example/me.png",
        account_id=12345,
        age=33,
        display_name="Secret Erin",
    )
    user.refresh_from_db()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "secret"})
    Preferences.objects.create(user=user, language="ru")
    user.groups.add(Group.objects.create(name="Secret group"))
    client = Client()
    client.force_login(user)
    UserSession.objects.create(
        user=user, ip="192.0.2.1", user_agent="secret", session_key=client.session.session_key
    )
    LogEntry.objects.log_actions(
        user_id=carol().pk,
        queryset=[user],
        action_flag=CHANGE,
        change_message=[],
        single_object=True,
    )
    return user, client


def test_what_was_written_stays_and_the_name_goes() -> None:
    user, _client = settled()
    question = ask(by=user)
    given = answer(ask("Other?"), by=user)
    comment(given, by=user)
    delete_account(user, now=NOON)
    user.refresh_from_db()
    assert (user.display_name, user.deleted_at) == (f"user{user.pk}", NOON)
    page = Client().get(question.get_absolute_url()).content.decode()
    assert f"user{user.pk}" in page
    assert "Erin" not in page
    assert Client().get(user.get_absolute_url()).status_code == 200


def test_nothing_personal_is_left_anywhere() -> None:
    user, client = settled()
    delete_account(user, now=NOON)
    user.refresh_from_db()
    for field in User._meta.local_concrete_fields:
        if isinstance(field, CharField | TextField):
            assert "secret" not in str(getattr(user, field.attname)).lower(), field.name
    assert (user.age, user.account_id) == (None, None)
    for model in (EmailAddress, Authenticator, UserSession, Preferences, Session):
        assert not model._default_manager.exists(), model
    assert LogEntry.objects.get().object_repr == f"user{user.pk}"
    assert not user.groups.exists()
    assert not user.has_usable_password()
    assert client.get("/users/settings").status_code == 302


def test_flags_that_wait_are_withdrawn_and_others_lose_their_words() -> None:
    user, question = cast.person("Dan", reputation=100), written.ask()
    said = written.comment(question)
    flag(person=user, post=question, reason="spam", text="Settled", now=NOON)
    settle(person=carol(), flag=Flag.objects.get(), is_helpful=True, now=NOON)
    flag(person=user, post=question, comment=said, reason="rude", text="Waits", now=NOON)
    delete_account(user, now=NOON)
    left = Flag.objects.get()
    assert (left.reason, left.text, left.is_helpful) == ("spam", "", True)


def test_no_list_has_them_any_more_and_the_sidebar_at_once() -> None:
    user, client = settled()
    tag = TopAnswerer(tag=cast.tag("sky"), place=1, user=user, score=1, answer_count=1)
    TopAnswerer.objects.bulk_create([tag])
    board = Standing(board=Board.EDITORS, period=Period.ALL, user=user, points=1)
    Standing.objects.bulk_create([board])
    pages = [f"/users{query}" for query in ("", "?tab=new", "?tab=editors", "?search=erin")]
    pages += ["/tags/sky/info", "/questions"]
    for page in pages:
        assert f"/users/{user.pk}/" in client.get(page).content.decode(), page
    delete_account(user, now=NOON)
    for page in (*pages, f"/users?search=user{user.pk}"):
        html = Client().get(page).content.decode()
        assert f"/users/{user.pk}/" not in html and "Erin" not in html, page


def test_a_second_time_changes_nothing() -> None:
    user, _client = settled()
    delete_account(user, now=NOON)
    before = User.objects.values().get(pk=user.pk)
    delete_account(user, now=NOON.replace(year=2030))
    after = User.objects.values().get(pk=user.pk)
    assert {**after, "password": ""} == {**before, "password": ""}
