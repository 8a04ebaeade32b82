"""What staff can do for people."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from ask.accounts.models import User
from ask.questions.models import Tag
from tests.cast import ask, carol, member, person
from tests.web.conftest import Planned

pytestmark = pytest.mark.django_db(databases="__all__")

LIST = "/admin/accounts/user/"


@pytest.fixture
def imported() -> User:
    user: User = User.objects.create(id=7, username="user7", display_name="Seven", password="!")
    return user


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(carol())
    return client


@pytest.fixture
def helper() -> Client:
    """Of somebody who may change people, and no more."""
    dora = person("Dora", is_staff=True)
    names = ("view_user", "change_user")
    dora.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(dora)
    return client


def act(client: Client, action: str, *people: User) -> str:
    fields = {"action": action, "_selected_action": [user.pk for user in people]}
    return client.post(LIST, fields, follow=True).content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=sev", {"Seven"}),
        ("q=7", {"Seven"}),
        ("q=erin@example.org", {"Erin"}),
        ("origin=here", {"Erin", "Carol"}),
        ("origin=imported", {"Seven"}),
        ("origin=claimed", set()),
        ("origin=deleted", set()),
        ("is_staff__exact=1", {"Carol"}),
    ],
)
def test_people_are_found(superuser: Client, imported: User, query: str, names: set[str]) -> None:
    member("Erin")
    shown = superuser.get(f"{LIST}?{query}").context["cl"].queryset
    assert {user.display_name for user in shown} == names


def test_a_page_of_people_costs_few_queries(
    superuser: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        member(f"Member{number}")
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        superuser.get(LIST)


def test_a_claim_link_is_made_and_told_to_who_asked(superuser: Client, imported: User) -> None:
    page = act(superuser, "make_claim_link", imported)
    (path,) = re.findall(r"http://127.0.0.1:8000(/users/claim/[^\s<]+)", page)
    assert Client().get(path).status_code == 200
    assert "claim link" in LogEntry.objects.get().get_change_message()
    assert "cannot be claimed" in act(superuser, "make_claim_link", member("Erin"))


def test_whoever_lost_their_factors_is_helped(superuser: Client) -> None:
    erin = member("Erin")
    Authenticator.objects.create(user=erin, type="totp", data={})
    act(superuser, "remove_second_factors", erin)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("action", ["log_out", "close"])
def test_a_session_ends_at_once(superuser: Client, action: str) -> None:
    erin = member("Erin")
    client = Client()
    client.force_login(erin)
    UserSession.objects.create(
        user=erin, ip="192.0.2.1", user_agent="x", session_key=client.session.session_key
    )
    act(superuser, action, erin)
    assert client.get("/users/settings/sessions").status_code == 302
    erin.refresh_from_db()
    assert erin.is_active is (action == "log_out")


def test_nobody_closes_themselves(superuser: Client) -> None:
    act(superuser, "close", carol())
    assert User.objects.get(username="carol").is_active


def test_who_may_change_people_gains_no_rights_by_it(helper: Client, imported: User) -> None:
    erin, root = member("Erin"), carol()
    page = helper.get(f"{LIST}{erin.pk}/change/").content.decode()
    assert 'name="display_name"' in page
    assert 'name="is_staff"' not in page
    fields = {"display_name": "Erin", "username": "erin", "is_superuser": "on", "is_staff": "on"}
    helper.post(f"{LIST}{erin.pk}/change/", fields)
    erin.refresh_from_db()
    assert not (erin.is_staff or erin.is_superuser)
    assert 'name="display_name"' not in helper.get(f"{LIST}{root.pk}/change/").content.decode()
    for action in ("close", "remove_second_factors", "log_out", "make_claim_link"):
        assert "Staff are left to superusers." in act(helper, action, root)
    root.refresh_from_db()
    assert root.is_active


def save(client: Client, user: User, **fields: str) -> str:
    path = f"{LIST}{user.pk}/change/"
    known = {"display_name": user.display_name, "username": user.username, "is_active": "on"}
    return client.post(path, {**known, "email": user.email, **fields}).content.decode()


def test_a_lost_mailbox_is_replaced_and_opens_nothing_any_more(
    superuser: Client, planned: Planned
) -> None:
    erin = member("Erin", email="old@example.org")
    save(superuser, erin, location="Riga")
    assert EmailAddress.objects.get().verified
    save(superuser, erin, location="Riga", email="New@example.org")
    erin.refresh_from_db()
    address = EmailAddress.objects.get()
    assert (erin.email, erin.location) == ("new@example.org", "Riga")
    assert (address.email, address.verified, address.primary) == ("new@example.org", False, True)
    for email in ("old@example.org", "new@example.org"):
        Client().post("/users/account-recovery", {"email": email})
    unknown, known = planned
    assert "account-recovery/" not in unknown.body
    assert "account-recovery/" in known.body


def test_an_address_has_one_owner(superuser: Client) -> None:
    member("Erin"), member("Dora")
    page = save(superuser, User.objects.get(username="erin"), email="DORA@example.org")
    assert "Somebody else has this address." in page
    assert User.objects.get(username="erin").email == "erin@example.org"


def test_secrets_of_factors_are_not_shown(superuser: Client) -> None:
    assert superuser.get("/admin/mfa/authenticator/").status_code == 404


def test_a_tag_is_neither_renamed_nor_made_nor_deleted(superuser: Client) -> None:
    ask(tags="sky")
    sky = Tag.objects.get()
    tags = "/admin/questions/tag/"
    fields = {"name": "Bad Tag !", "is_required": "on", "is_moderator_only": "on"}
    assert superuser.post(f"{tags}add/", fields).status_code == 403
    assert superuser.post(f"{tags}{sky.pk}/delete/", {"post": "yes"}).status_code == 403
    superuser.post(tags, {"action": "delete_selected", "_selected_action": [sky.pk], "post": "yes"})
    superuser.post(f"{tags}{sky.pk}/change/", fields)
    sky = Tag.objects.get()
    assert (sky.name, sky.is_required, sky.is_moderator_only) == ("sky", False, True)
