"""The pages where people set up their account."""

import io
import json
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from ask.accounts.models import Frequency, Preferences, Theme, User
from ask.questions.models import CommentVote, Post, PostHistoryType, Vote, VoteType
from ask.ratings.models import Badge
from ask.web.deletion import delete_account
from ask.web.own_data import BATCH, archive
from tests.cast import NOON, PASSWORD, alice, answer, ask, comment, history, member

pytestmark = pytest.mark.django_db(databases="__all__")

PAGES = [
    "/users/settings",
    "/users/settings/preferences",
    "/users/settings/email",
    "/users/settings/password",
    "/users/settings/factors",
    "/users/settings/sessions",
    "/users/settings/data",
    "/users/settings/data.zip",
    "/users/settings/data/deletion",
]

PROFILE = {
    "display_name": "Erin Li",
    "location": "Riga",
    "website_url": "https://erin.example",
    "about": "I *like* [bread](https://bread.example).",
}


@pytest.fixture
def erin() -> User:
    return member("Erin")


@pytest.fixture
def reader(client: Client, erin: User) -> Client:
    client.force_login(erin)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_led_to_the_login(client: Client, path: str) -> None:
    sent = client.post(path, headers={"Referer": f"http://testserver{path}"})
    for response in (client.get(path), sent):
        assert response.status_code == 302
        assert response["Location"].startswith("/users/login?next=/users/settings")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_keeps_a_copy(reader: Client, path: str) -> None:
    assert "no-store" in reader.get(path).headers["Cache-Control"], path


@pytest.mark.parametrize("path", [path for path in PAGES if not path.endswith((".zip", "/data"))])
def test_a_form_from_elsewhere_is_refused(erin: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(erin)
    assert client.post(path, {}).status_code == 403


def test_a_profile_is_what_its_owner_says(reader: Client, erin: User) -> None:
    assert reader.post("/users/settings", PROFILE).status_code == 302
    erin.refresh_from_db()
    assert (erin.display_name, erin.location) == ("Erin Li", "Riga")
    assert erin.about_source == PROFILE["about"]
    page = Client().get(erin.get_absolute_url()).content.decode()
    assert "<em>like</em>" in page
    assert 'href="https://bread.example" rel="nofollow ugc noopener"' in page
    assert '<a href="https://erin.example" rel="nofollow ugc noopener">' in page
    assert "/users/settings" not in page
    assert "/users/settings" in reader.get(erin.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"display_name": ""},
        {"website_url": "javascript:alert(1)"},
        {"website_url": "ftp://erin.example"},
        {"about": "x" * 3_001},
        {"location": "x" * 101},
    ],
)
def test_a_mistake_loses_nothing_of_what_was_written(
    reader: Client, erin: User, fields: dict[str, str]
) -> None:
    response = reader.post("/users/settings", {**PROFILE, "location": "Tallinn", **fields})
    assert response.status_code == 200
    assert b"errorlist" in response.content
    kept = "Tallinn" if "location" not in fields else "I *like*"
    assert kept in response.content.decode()
    erin.refresh_from_db()
    assert erin.display_name == "Erin"


def test_a_session_that_is_over_loses_nothing_of_what_was_written(client: Client) -> None:
    response = client.post("/users/settings", PROFILE)
    assert response.status_code == 403
    assert [text for _name, _label, text in response.context["kept"].texts] == [*PROFILE.values()]
    assert escape(PROFILE["about"]) in response.content.decode()


def test_nothing_runs_in_a_profile(reader: Client, erin: User) -> None:
    about = '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="alert(1)">'
    reader.post("/users/settings", {**PROFILE, "about": about, "location": "<b>x</b>"})
    page = Client().get(erin.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert "onerror=" not in page
    assert "<b>x</b>" not in page


def test_a_text_of_the_dump_stays_until_it_is_changed(reader: Client, erin: User) -> None:
    imported = '<p>Hello <a href="https://x.example" rel="nofollow ugc noopener">there</a></p>'
    User.objects.filter(pk=erin.pk).update(about=imported)
    assert "Hello there" in reader.get("/users/settings").content.decode()
    reader.post("/users/settings", {**PROFILE, "about": "Hello there"})
    erin.refresh_from_db()
    assert (erin.about, erin.about_source, erin.location) == (imported, None, "Riga")


def chosen(**fields: str) -> dict[str, str]:
    mails = dict.fromkeys(("answers", "comments", "mentions", "followed", "digest"), "never")
    return {"language": "", "theme": "auto", **mails, **fields}


def test_preferences_are_kept_and_obeyed(reader: Client, erin: User) -> None:
    assert Preferences.of(erin).answers == Frequency.INSTANT
    reader.post(
        "/users/settings/preferences", chosen(language="ru", theme="dark", answers="weekly")
    )
    found = Preferences.of(erin)
    assert (found.language, found.theme, found.answers) == ("ru", Theme.DARK, Frequency.WEEKLY)
    page = reader.get("/about").content.decode()
    assert '<html lang="ru" data-theme="dark">' in page
    reader.post("/users/settings/preferences", chosen(language="en"))
    assert '<html lang="en">' in reader.get("/about").content.decode()


def test_a_login_brings_the_preferences_along(erin: User) -> None:
    Preferences.objects.create(user=erin, language="ru", theme=Theme.LIGHT)
    client = Client()
    client.post("/users/login", {"login": "erin", "password": PASSWORD})
    assert '<html lang="ru" data-theme="light">' in client.get("/about").content.decode()
    client.post("/users/logout")
    assert '<html lang="ru">' in client.get("/about").content.decode()  # as every stranger's


def test_an_unknown_preference_is_refused(reader: Client) -> None:
    for fields in ({"theme": "pink"}, {"language": "xx"}, {"digest": "hourly"}):
        assert reader.post("/users/settings/preferences", chosen(**fields)).status_code == 200
    assert not Preferences.objects.exists()


def opened(response: object) -> dict[str, list[dict[str, object]]]:
    data = io.BytesIO(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    with zipfile.ZipFile(data) as file:
        assert file.testzip() is None
        return {name.removesuffix(".json"): json.loads(file.read(name)) for name in file.namelist()}


def test_whoever_is_suspended_changes_all_but_the_profile(reader: Client, erin: User) -> None:
    until = timezone.now() + timedelta(days=2)
    User.objects.filter(pk=erin.pk).update(suspended_until=until, location="Riga")
    for method, status, place in (("get", 200, "Riga"), ("post", 403, "Tallinn")):
        sent = {**PROFILE, "location": "Tallinn"}
        response = getattr(reader, method)("/users/settings", sent)
        html = response.content.decode()
        assert response.status_code == status
        assert "You are suspended until" in html and f'value="{place}"' in html
    erin.refresh_from_db()
    assert (erin.display_name, erin.location) == ("Erin", "Riga")
    assert reader.post("/users/settings/preferences", chosen(language="ru")).status_code == 302
    assert Preferences.of(erin).language == "ru"
    reader.post("/users/identity?next=/users/settings/email", {"password": PASSWORD})
    reader.post("/users/settings/email", {"email": "new@erin.example", "action_add": ""})
    assert EmailAddress.objects.filter(user=erin, email="new@erin.example").exists()
    new = {
        "oldpassword": PASSWORD,
        "password1": "eight blue boats",
        "password2": "eight blue boats",
    }
    reader.post("/users/settings/password", new)
    erin.refresh_from_db()
    assert erin.check_password("eight blue boats")
    assert opened(reader.get("/users/settings/data.zip"))["profile"]
    reader.post("/users/settings/data/deletion", {"password": "eight blue boats", "is_sure": "on"})
    erin.refresh_from_db()
    assert erin.deleted_at


def test_a_profile_that_comes_too_late_is_not_saved(
    reader: Client, erin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account ends while its profile is on the way."""

    def read(request: object) -> User:
        delete_account(User.objects.get(pk=erin.pk), now=NOON)
        return erin

    monkeypatch.setattr("ask.web.views.settings.person_of", read)
    reader.post("/users/settings", PROFILE)
    erin.refresh_from_db()
    assert (erin.display_name, erin.about) == (f"user{erin.pk}", None)


def test_everything_of_oneself_can_be_taken_away(reader: Client, erin: User) -> None:
    question = ask(by=erin)
    given = answer(ask("Alice's", by=alice()), by=erin, body="<p>Ответ</p>")
    comment(given, by=erin)
    theirs = comment(given, "Not mine", by=alice())
    CommentVote.objects.create(comment=theirs, user=erin, created_at=NOON)
    history(question, PostHistoryType.INITIAL_BODY, "body", guid="1", by=erin)
    Vote.objects.create(post=question, vote_type=VoteType.FAVORITE, user=erin)
    Badge.objects.create(user=erin, name="Teacher", badge_class=3, awarded_at=NOON)
    Preferences.objects.create(user=erin, language="ru")
    Authenticator.objects.create(user=erin, type="totp", data={"secret": "SECRET"})
    files = opened(reader.get("/users/settings/data.zip"))
    assert {name: len(records) for name, records in files.items() if records} == {
        "profile": 1,
        "preferences": 1,
        "addresses": 1,
        "second_factors": 1,
        "posts": 2,
        "comments": 1,
        "comment_votes": 1,
        "votes": 1,
        "revisions": 1,
        "badges": 1,
    }
    assert files["profile"][0]["email"] == "erin@example.org"
    assert files["posts"][1]["body"] == "<p>Ответ</p>"
    assert "SECRET" not in json.dumps(files)
    assert erin.password not in json.dumps(files)


def test_memory_stays_flat_however_much_somebody_wrote(erin: User) -> None:
    body = "".join(f"<p>{number}</p>" for number in range(4_000))
    first = ask("Why 0?", by=erin, body=body)
    columns = {
        name: value
        for name, value in Post.objects.values().get(pk=first.pk).items()
        if name != "id"
    }
    Post.objects.bulk_create((Post(**columns) for _number in range(499)), batch_size=100)
    tracemalloc.start()
    with CaptureQueriesContext(connection) as queries:
        size = sum(len(piece) for piece in archive(erin, now=timezone.now()))
    _current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 100_000
    assert peak < 500 * len(body) / 3
    # What SQLite holds to put it into an order is seen by nobody: whole rows only a few at a time.
    sorted_ = [one["sql"] for one in queries if '"body"' in one["sql"]]
    assert len(sorted_) == 500 // BATCH
    assert all(" IN (" in sql for sql in sorted_)


def test_an_account_ends_with_its_password_and_a_yes(reader: Client, erin: User) -> None:
    for fields in (
        {},
        {"password": PASSWORD},
        {"password": "wrong", "is_sure": "on"},
    ):
        assert reader.post("/users/settings/data/deletion", fields).status_code == 200
    assert reader.get("/users/settings/data/deletion").status_code == 200
    erin.refresh_from_db()
    assert erin.is_active
    response = reader.post("/users/settings/data/deletion", {"password": PASSWORD, "is_sure": "on"})
    assert response["Location"] == "/"
    assert "Your account is deleted." in reader.get("/").content.decode()
    erin.refresh_from_db()
    assert erin.display_name == f"user{erin.pk}"
    assert reader.get("/users/settings").status_code == 302
    reader.post("/users/login", {"login": "erin@example.org", "password": PASSWORD})
    assert reader.get("/users/settings").status_code == 302
