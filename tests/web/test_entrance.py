"""Sign-up, login and what leads back to a lost account."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ask.accounts.models import Preferences, User
from ask.core.content import LOCAL_IDS
from ask.settings import CACHES
from tests.caching.broken import BROKEN
from tests.cast import carol, member
from tests.web.conftest import Planned

pytestmark = pytest.mark.django_db(databases="__all__")

ERIN = {"name": "Эрин Ли", "email": "Erin@example.org", "password1": "seven green bottles"}


def link_in(mail: EmailMessage) -> str:
    """The path of the one link that a mail asks to follow."""
    (url,) = re.findall(r"https?://\S+/\S+", str(mail.body))
    return str(urlsplit(url).path)


def sign_up(client: Client, **fields: str) -> int:
    return client.post("/users/signup", {**ERIN, **fields}).status_code


def is_let_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_who_signs_up_confirms_the_address_and_is_let_in(
    client: Client, planned: Planned, settings: Settings
) -> None:
    settings.SITE_URL = "https://ask.example"
    response = client.post("/users/signup", ERIN)
    assert (response.status_code, response["Location"]) == (302, "/users/confirm")
    assert client.get("/users/confirm").status_code == 200
    user = User.objects.get()
    assert user.id >= LOCAL_IDS
    assert (user.display_name, user.username, user.email) == (
        "Эрин Ли",
        "эрин-ли",
        "erin@example.org",
    )
    assert not is_let_in(client)
    (mail,) = planned
    assert mail.to == ["erin@example.org"]
    assert "https://ask.example/users/confirm/" in mail.body
    path = link_in(mail)
    assert client.get(path).status_code == 200
    assert not EmailAddress.objects.get().verified  # programs that look at links confirm nothing
    client.post(path)
    assert EmailAddress.objects.get().verified
    assert is_let_in(client)


def test_somebody_with_an_unconfirmed_address_is_not_let_in(
    client: Client, planned: Planned
) -> None:
    sign_up(client)
    client.post("/users/login", {"login": ERIN["email"], "password": ERIN["password1"]})
    assert not is_let_in(client)


def test_who_has_not_confirmed_an_address_stands_in_no_list(
    client: Client, planned: Planned
) -> None:
    sign_up(client, name="Buy cheap watches")
    user = User.objects.get()
    lists = ("/users?tab=new", "/users", "/users?search=watches")
    for address in lists:
        assert "Buy cheap watches" not in client.get(address).content.decode()
    assert client.get(user.get_absolute_url()).status_code == 200
    client.post(link_in(planned[0]))
    for address in lists:
        assert "Buy cheap watches" in client.get(address).content.decode()


def test_staff_of_a_first_start_are_listed() -> None:
    staff = User.objects.create_staff(username="root", password="x", now=timezone.now())
    assert staff in User.objects.listed()


def test_two_people_of_one_name_get_two_usernames(client: Client) -> None:
    sign_up(client)
    sign_up(client, email="other@example.org")
    first, second = User.objects.order_by("id").values_list("username", flat=True)
    assert first == "эрин-ли"
    assert re.fullmatch(r"эрин-ли-\d{6}", second)


@pytest.mark.parametrize(
    "name", ["", "x", "Ann ♦", " ", "...", "Ad\u202emin", "a" * 41, "\u3164\u3164", "\u0410dmin"]
)
def test_a_name_can_be_read(client: Client, name: str) -> None:
    assert sign_up(client, name=name) == 200
    assert not User.objects.exists()


def test_a_password_is_neither_short_nor_common_nor_the_name(client: Client) -> None:
    for password in ("short", "password123", "ЭРИН ЛИ 2024", "erin@example.org"):
        assert sign_up(client, password1=password) == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("key", ["email", "username"])
def test_one_logs_in_with_the_address_or_the_username(client: Client, key: str) -> None:
    user = member("Erin", password="seven green bottles")
    login = getattr(user, key).upper()
    response = client.post(
        "/users/login", {"login": login, "password": "seven green bottles", "next": "/tags"}
    )
    assert response["Location"] == "/tags"
    assert is_let_in(client)


def test_a_login_leads_to_no_other_site(client: Client) -> None:
    member("Erin", password="seven green bottles")
    login = {"login": "erin", "password": "seven green bottles"}
    response = client.post("/users/login", {**login, "next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_staff_without_an_address_have_nothing_to_confirm(client: Client) -> None:
    User.objects.create_superuser("Root", password="seven green bottles")
    client.post("/users/login", {"login": "root", "password": "seven green bottles"})
    assert is_let_in(client)


def test_a_logout_asks_and_then_ends_the_session(client: Client) -> None:
    client.force_login(member("Erin"))
    assert client.get("/users/logout").status_code == 200
    assert is_let_in(client)
    client.post("/users/logout")
    assert not is_let_in(client)


def test_a_lost_password_is_replaced_by_the_link_in_a_mail(
    client: Client, planned: Planned
) -> None:
    user = member("Erin", password="seven green bottles")
    response = client.post("/users/account-recovery", {"email": user.email})
    assert response["Location"] == "/users/account-recovery/sent"
    path = link_in(planned[0])
    form = client.get(path)["Location"]
    assert client.get(form).status_code == 200
    passwords = {"password1": "eight white horses", "password2": "eight white horses"}
    assert client.post(form, passwords)["Location"] == "/users/account-recovery/done"
    assert client.get("/users/account-recovery/done").status_code == 200
    user.refresh_from_db()
    assert user.check_password("eight white horses")
    assert "invalid" in client.get(path).content.decode()  # once


def test_nobody_learns_which_addresses_have_an_account(client: Client, planned: Planned) -> None:
    member("Erin", email="erin@example.org", password="seven green bottles")
    pages: dict[str, list[object]] = {"known": [], "unknown": []}
    for who, email in (("known", "erin@example.org"), ("unknown", "nobody@example.org")):
        for path, fields in (
            ("/users/signup", {**ERIN, "email": email}),
            ("/users/account-recovery", {"email": email}),
            ("/users/login", {"login": email, "password": "wrong"}),
        ):
            response = Client().post(path, fields, follow=True)
            text = response.content.decode().replace(email, "EMAIL")
            text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', "", text)
            pages[who].append((response.redirect_chain, text))
    assert pages["known"] == pages["unknown"]
    assert [mail.to for mail in planned] == [
        ["erin@example.org"],
        ["erin@example.org"],
        ["nobody@example.org"],
        ["nobody@example.org"],
    ]


def test_guessing_a_password_soon_takes_long_also_without_a_cache(
    client: Client, settings: Settings
) -> None:
    settings.CACHES = {**BROKEN, "default": CACHES["default"]}
    user = member("Erin", password="seven green bottles")
    for _attempt in range(5):
        client.post("/users/login", {"login": user.email, "password": "wrong"})
    response = client.post("/users/login", {"login": user.email, "password": "seven green bottles"})
    assert "Too many failed login attempts" in response.content.decode()
    assert not is_let_in(client)
    other = member("Finn", password="seven green bottles")
    client.post("/users/login", {"login": other.email, "password": "seven green bottles"})
    assert is_let_in(client)


def test_whoever_asks_for_too_many_mails_is_told_to_wait(client: Client) -> None:
    codes = [
        client.post("/users/account-recovery", {"email": "erin@example.org"}).status_code
        for _attempt in range(6)
    ]
    assert codes == [302] * 5 + [429]


def test_behind_a_proxy_each_visitor_has_attempts_of_their_own(
    client: Client, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    member("Erin", password="seven green bottles")

    def post(login: str, address: str, password: str) -> str:
        response = client.post(
            "/users/login",
            {"login": login, "password": password},
            headers={"X-Forwarded-For": address},
        )
        return response.content.decode()

    pages = [post(f"somebody{number}", "192.0.2.1", "wrong") for number in range(11)]
    assert "Too many failed login attempts" in pages[-1]
    post("erin", "192.0.2.2", "seven green bottles")
    assert is_let_in(client)


def test_no_page_waits_for_a_mail_server(
    client: Client, planned: Planned, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "no.backend.at.all"
    client.post("/users/account-recovery", {"email": "erin@example.org"}, follow=True)
    (mail,) = planned
    assert mail.to == ["erin@example.org"]


def test_a_sign_up_that_fails_mails_nothing(
    client: Client, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("ask.web.accounts.put", fail)
    with pytest.raises(RuntimeError):
        client.post("/users/signup", ERIN)
    assert not list(planned)
    assert not User.objects.filter(display_name=ERIN["name"]).exists()


def test_a_mail_is_in_the_language_of_the_page(client: Client, planned: Planned) -> None:
    client.post("/users/signup", ERIN, headers={"accept-language": "ru"})
    assert re.search("[а-я]{5}", str(planned[0].subject))
    assert "Hello" not in planned[0].body


def test_a_mail_is_in_the_language_that_its_reader_chose(client: Client, planned: Planned) -> None:
    Preferences.objects.create(user=member("Erin"), language="ru")
    client.post("/users/account-recovery", {"email": "erin@example.org"})
    assert re.search("[а-я]{5}", str(planned[0].body))


def test_the_admin_lets_in_by_the_same_door_only(client: Client) -> None:
    response = client.get("/admin/")
    assert response["Location"].startswith("/admin/login/")
    response = client.get(response["Location"])
    assert response["Location"] == "/users/login?next=%2Fadmin%2F"
    user = carol()
    user.set_password("seven green bottles")
    user.save()
    credentials = {"username": "carol", "password": "seven green bottles"}
    client.post("/admin/login/", credentials)
    assert not is_let_in(client)
    client.force_login(member("Erin"))
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/users/login",
        "/users/signup",
        "/users/account-recovery",
        "/users/logout",
        "/users/settings/email",
    ],
)
def test_a_form_from_elsewhere_is_refused(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member("Erin"))
    assert client.post(path, {}).status_code == 403
