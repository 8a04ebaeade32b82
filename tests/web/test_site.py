"""What all pages have in common: language, strangers, errors, valid HTML."""

import html5lib
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from ask.accounts.models import User
from ask.questions.models import Answer, LinkType, PostHistoryType, PostLink
from ask.ratings.models import Badge
from ask.stackexchange.models import Source
from ask.urls import handler404, handler500, urlpatterns
from tests.caching.broken import BROKEN
from tests.cast import NOON, alice, ask, bob, carol, comment, history

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(accepted: Answer) -> list[str]:
    """An address of every page family, on a site where each has something to show."""
    question = accepted.parent
    for number in range(20):
        ask(f"Why & <how> {number}?", tags="sky", closed_at=NOON)
        comment(accepted, f"<em>remark</em> {number}")
    PostLink.objects.create(
        post=question, related_post=ask("The original"), link_type=LinkType.DUPLICATE
    )
    history(question, PostHistoryType.INITIAL_BODY, "a <b> & c", guid="1")
    history(question, PostHistoryType.EDIT_BODY, "a <i> & c", guid="2")
    Badge.objects.create(user=bob(), name="Teacher <1>", badge_class=3, awarded_at=NOON)
    User.objects.filter(id=bob().id).update(
        about="<p>Hello</p>", website_url="https://example.org/?a=1&b=2", location="<Sky>"
    )
    Source.objects.create(
        name="Sky & Sea",
        url="https://sky.stackexchange.com",
        imported_at=NOON,
        report={"tables": {"Posts": {"read": 3, "left_out": {"no <parent>": 1}}}},
    )
    profile = bob().get_absolute_url()
    return [
        "/",
        "/questions",
        "/questions?tab=score&page=2&filters=noaccepted",
        "/questions?q=%3Cb%3E",
        "/questions/tagged/sky",
        question.get_absolute_url(),
        f"/posts/{question.id}/revisions",
        f"/posts/{question.id}/timeline",
        "/tags",
        "/tags/sky/info",
        "/users",
        profile,
        *(
            f"{profile}?tab={tab}"
            for tab in ("questions", "answers", "tags", "badges", "reputation", "activity")
        ),
        "/badges",
        "/about",
        "/help/privileges",
        "/nosuch",
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_is_valid_html(client: Client, pages: list[str], language: str) -> None:
    for address in pages:
        response = client.get(address, headers={"accept-language": language})
        assert response.status_code == (404 if address == "/nosuch" else 200), address
        html = response.content.decode()
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(html)
        assert f'<html lang="{language}">' in html
        assert response.headers["Content-Language"] == language
        assert " style=" not in html
        assert " onclick=" not in html


def test_a_stranger_s_page_needs_no_session_and_no_cookie(client: Client, pages: list[str]) -> None:
    for address in pages:
        response = client.get(address)
        assert not response.wsgi_request.session.accessed, address
        assert not response.cookies
        assert response.headers["Vary"] == "Accept-Language, Cookie"
        assert b"csrf" not in response.content


@pytest.mark.django_db(databases="__all__")
def test_only_staff_are_shown_the_way_to_the_admin(client: Client) -> None:
    for user, is_shown in ((alice(), False), (carol(), True)):
        client.force_login(user)
        assert (b'href="/admin/"' in client.get("/about").content) is is_shown
    for page in (
        "",
        "accounts/user/",
        f"accounts/user/{alice().id}/change/",
        "questions/question/",
    ):
        assert client.get(f"/admin/{page}").status_code == 200


def test_no_page_fails_while_the_cache_is_down(
    client: Client, pages: list[str], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = BROKEN
    for address in pages:
        status = client.get(address).status_code
        assert status == (404 if address == "/nosuch" else 200), address
    assert "the cache did not answer for" in caplog.text


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [
        (None, "", "en"),
        (None, "ru-RU,ru;q=0.9", "ru"),
        (None, "de,ru;q=0.9", "en"),
        ("en", "ru", "en"),
        ("ru", "en", "ru"),
        ("xx", "ru", "ru"),
    ],
)
def test_the_cookie_then_the_browser_says_the_language(
    client: Client, cookie: str | None, header: str, language: str
) -> None:
    if cookie:
        client.cookies["lang"] = cookie
    response = client.get("/about", headers={"accept-language": header})
    assert response.headers["Content-Language"] == language


def test_the_switch_remembers_the_language_and_goes_back(client: Client) -> None:
    assert b'href="/language/ru?next=%2Ftags%3Ftab%3Dnew"' in client.get("/tags?tab=new").content
    response = client.get("/language/ru?next=%2Ftags%3Ftab%3Dnew")
    assert (response.status_code, response.headers["Location"]) == (302, "/tags?tab=new")
    assert client.get("/tags").headers["Content-Language"] == "ru"
    assert client.get("/language/xx").status_code == 404


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "x"]
)
def test_the_switch_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    response = client.get("/language/ru", {"next": elsewhere})
    assert response.headers["Location"] == "/"


def test_a_final_slash_leads_to_the_address_without(client: Client) -> None:
    response = client.get("/questions/?tab=score")
    assert (response.status_code, response.headers["Location"]) == (301, "/questions?tab=score")
    assert client.get("/nosuch/").status_code == 404
    assert client.get("/", PATH_INFO="//evil.example/").status_code == 404
    assert client.get("/", PATH_INFO="//questions/").status_code == 404


def test_what_is_missing_is_said_in_the_site_s_look(client: Client) -> None:
    response = client.get("/nosuch", headers={"accept-language": "ru"})
    assert response.status_code == 404
    assert "Такой страницы нет" in response.content.decode()


def _break(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a mistake")


class BrokenUrls:
    """The site with an address that fails."""

    urlpatterns = [path("broken", _break), *urlpatterns]
    handler404 = handler404
    handler500 = handler500


def test_our_own_mistake_is_said_without_the_database(settings: Settings) -> None:
    settings.ROOT_URLCONF = BrokenUrls
    client = Client(raise_request_exception=False)
    response = client.get("/broken")
    assert response.status_code == 500
    assert b"Something broke here" in response.content
    html5lib.HTMLParser(strict=True).parse(response.content.decode())


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/questions").status_code == 405
    assert client.head("/questions").status_code == 200


@pytest.mark.parametrize(
    "report", [{}, {"tables": {"Posts": {}}}, {"tables": {"Votes": {"left_out": {"x": 2}}}}, []]
)
def test_about_reads_any_report(client: Client, report: object) -> None:
    Source.objects.create(name="Sky", imported_at=NOON, report=report)
    assert client.get("/about").status_code == 200
