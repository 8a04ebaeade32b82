"""What people set up here, when a newer dump comes: it must be there afterwards."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connection
from django.test import Client

from ask.accounts.models import Frequency, Preferences, Theme, User
from ask.core.content import LOCAL_IDS
from ask.web.deletion import delete_account
from tests import cast
from tests.stackexchange.dumps import small, user
from tests.stackexchange.test_importing import bring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PASSWORD = "seven green bottles"
BESIDE = (EmailAddress, Authenticator, UserSession, Preferences)


def settle(who: User) -> None:
    """Everything that somebody has who lives here."""
    who.set_password(PASSWORD)
    who.email = f"{who.pk}@example.org"
    who.display_name, who.about, who.about_source = "Of here", "<p>Hello</p>", "Hello"
    who.edited_at = cast.NOON
    who.save()
    EmailAddress.objects.create(user=who, email=who.email, verified=True, primary=True)
    EmailAddress.objects.create(user=who, email=f"new-{who.email}")
    for kind in Authenticator.Type:
        Authenticator.objects.create(user=who, type=kind, data={"secret": kind})
    Preferences.objects.create(user=who, theme=Theme.DARK, answers=Frequency.WEEKLY)


def beside() -> list[object]:
    """What stands in tables that refer to people."""
    return [list(model._default_manager.order_by("pk").values()) for model in BESIDE]


def foreign_keys() -> set[tuple[str, str, str]]:
    """Table, column and target of every foreign key to people that the database holds."""
    with connection.cursor() as cursor:
        return {
            (table, key["columns"][0], key["foreign_key"][0])
            for table in connection.introspection.table_names(cursor)
            for key in connection.introspection.get_constraints(cursor, table).values()
            if key["foreign_key"] and key["foreign_key"][0] == User._meta.db_table
        }


def test_people_keep_all_they_set_up_here_and_go_on_reading(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    imported, mine = User.objects.get(id=1), cast.person("Erin")
    assert mine.id >= LOCAL_IDS
    clients = {}
    for who in (imported, mine):
        settle(who)
        clients[who.pk] = Client()
        clients[who.pk].force_login(who)
        UserSession.objects.create(
            user=who,
            ip="192.0.2.1",
            user_agent="x",
            session_key=clients[who.pk].session.session_key,
        )
    before, keys = beside(), foreign_keys()
    assert {table for table, _column, _target in keys} >= {model._meta.db_table for model in BESIDE}
    newer = [user(1, "Alice the Second", AboutMe="&lt;p&gt;New&lt;/p&gt;"), user(2, "Bob")]
    bring(small(tmp_path / "newer", Users=newer))
    assert beside() == before
    assert foreign_keys() == keys
    for id, client in clients.items():
        found = User.objects.get(id=id)
        assert (found.display_name, found.about_source) == ("Of here", "Hello")
        assert found.check_password(PASSWORD)
        assert "Of here" in client.get("/users/settings/sessions").content.decode()
    connection.check_constraints()


def test_what_is_added_after_an_import_finds_its_person(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    bring(small(tmp_path / "newer", Users=[user(1, "Alice"), user(2, "Bob"), user(3, "Dave")]))
    dave = User.objects.get(id=3)
    EmailAddress.objects.create(user=dave, email="dave@example.org")
    connection.check_constraints()
    if connection.vendor == "postgresql":
        assert apps.is_installed("allauth.account")
        with pytest.raises(Exception, match="foreign key"):
            EmailAddress.objects.create(user_id=99, email="nobody@example.org")


def test_somebody_whom_the_dump_has_lost_stays_with_what_they_set_up(tmp_path: Path) -> None:
    bring(small(tmp_path / "before", Users=[user(1, "A"), user(2, "B"), user(3, "Dave")]))
    settle(User.objects.get(id=3))
    before = beside()
    bring(small(tmp_path / "newer"))
    assert beside() == before
    assert User.objects.get(id=3).check_password(PASSWORD)


def test_who_never_claimed_their_account_is_as_the_dump_says(tmp_path: Path) -> None:
    bring(small(tmp_path / "before"))
    bring(small(tmp_path / "newer", Users=[user(1, "Alice the Second"), user(2, "Bob")]))
    assert User.objects.get(id=1).display_name == "Alice the Second"


def test_a_newer_dump_does_not_bring_back_who_deleted_their_account(tmp_path: Path) -> None:
    bring(small(tmp_path / "before", Users=[user(1, "Alice", AboutMe="me"), user(2, "Bob")]))
    delete_account(User.objects.get(id=1), now=cast.NOON)
    before = User.objects.values(*User.PROFILE_FIELDS, *User.LOCAL_FIELDS).get(id=1)
    newer = [user(1, "Alice", AboutMe="me", Location="Home"), user(2, "Bob")]
    bring(small(tmp_path / "newer", Users=newer))
    assert User.objects.values(*User.PROFILE_FIELDS, *User.LOCAL_FIELDS).get(id=1) == before
    assert before["display_name"] == "user1"
    assert before["about"] is None
