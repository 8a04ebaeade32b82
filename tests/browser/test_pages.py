"""Every family of pages in a real browser, on a community that came through the importer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, ViewportSize, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.browser.community import families, import_community
from tests.caching.broken import IN_MEMORY

# Also what makes pytest-django prepare the databases, so that nothing is imported into a real one.
pytestmark = pytest.mark.django_db(databases="__all__")

AUDIT = Path(__file__).with_name("audit.js").read_text()
SCREENS: tuple[ViewportSize, ...] = ({"width": 1280, "height": 900}, {"width": 360, "height": 740})
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="900"/>'
Visit = Callable[..., BrowserContext]


class Site:
    """The community as it is served, and an address of each family of its pages."""

    def __init__(self, url: str, pages: dict[str, str]) -> None:
        self.url = url
        self.pages = pages


@pytest.fixture(scope="module")
def site(
    browser: Browser,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One import for all tests of this module, which only read."""
    with django_db_blocker.unblock():
        # A fixture of a module comes before the cache that each test has of its own.
        with override_settings(CACHES=IN_MEMORY):
            import_community(tmp_path_factory.mktemp("sample") / "dump")
        server = LiveServer("127.0.0.1")
        yield Site(server.url, families())
        server.stop()
        for alias in connections:
            # As the tests with transactions do it: ids of what is made here stay high.
            call_command(
                "flush", database=alias, interactive=False, verbosity=0, reset_sequences=False
            )


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Makes a visitor; takes the options of `Browser.new_context`."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(
            base_url=site.url,
            **{"locale": "en-US", "viewport": SCREENS[0], **options},  # type: ignore[arg-type]
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@contextmanager
def complaints(page: Page, *, site: Site) -> Iterator[list[str]]:
    """What the browser complains of; pictures of allowed hosts are drawn here."""
    found: list[str] = []

    def answer(route: Route) -> None:
        if urlsplit(route.request.url).hostname in settings.IMAGE_HOSTS:
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            found.append(f"it asks elsewhere: {route.request.url}")
            route.abort()

    def failed(request: Request) -> None:
        # A page that is left breaks off what it still asks for.
        if request.failure != "net::ERR_ABORTED":
            found.append(f"no answer: {request.url}")

    page.route(lambda url: not url.startswith(site.url), answer)
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("requestfailed", failed)
    yield found


def test_no_page_has_a_fault_on_any_screen_in_any_light(visit: Visit, site: Site) -> None:
    page = visit().new_page()
    faults: list[str] = []
    titles: dict[str, str] = {}
    with complaints(page, site=site) as found:
        for name, address in site.pages.items():
            page.emulate_media(color_scheme="light")
            response = page.goto(address)
            assert response
            expected = {"not found": 404, "deleted": 410}.get(name, 200)
            assert response.status == expected, address
            # Chromium tells of the page's own status as of a resource that failed.
            faults += [f"{name}: {one}" for one in found if str(expected) not in one]
            found.clear()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for screen in SCREENS:
                    page.set_viewport_size(screen)
                    faults += [
                        f"{name}, {scheme}, {screen['width']}: {fault}"
                        for fault in page.evaluate(AUDIT)
                    ]
            assert page.locator("html").get_attribute("lang") == "en"
            titles[name] = page.title()
    assert faults == []
    # The tabs of a profile are one document to a visitor.
    distinct = [title for name, title in titles.items() if not name.startswith("profile:")]
    assert len(distinct) == len(set(distinct)), titles


def test_a_visitor_finds_a_way_through_the_site(visit: Visit, site: Site) -> None:
    page = visit().new_page()
    with complaints(page, site=site) as found:
        page.goto("/")
        link = page.locator(".list h2 a").first
        title = link.inner_text()
        link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)

        page.goto(site.pages["question"])
        author = page.locator(".answer .who a[href^='/users/']").first
        name = author.inner_text()
        author.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)

        page.goto(site.pages["tag"])
        tag = page.locator("h1 .tag")
        bearing = tag.inner_text()
        tag.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(bearing)
        for row in page.locator(".list > li").all():
            expect(row.locator(".tag").get_by_text(bearing, exact=True)).to_be_visible()

        word = max(title.split(), key=len).strip("?,.")
        page.get_by_role("searchbox").first.fill(word)
        page.get_by_role("searchbox").first.press("Enter")
        expect(page.get_by_role("link", name=title).first).to_be_visible()

        page.goto(site.pages["wide question"])
        page.get_by_role("link", name="Timeline").first.click()
        page.get_by_role("link", name="Revisions", exact=True).click()
        expect(page.locator(".diff ins").first).to_be_visible()
    assert found == []


def test_the_switch_turns_the_whole_frame_russian_for_good(visit: Visit, site: Site) -> None:
    context = visit()
    page = context.new_page()
    page.goto(site.pages["question"])
    page.get_by_role("link", name="Русский").click()
    assert unquote(urlsplit(page.url).path) == site.pages["question"]
    assert [one["value"] for one in context.cookies() if one["name"] == "lang"] == ["ru"]
    for address in (site.pages["question"], site.pages["users"], site.pages["about"]):
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "ru"
        frame = " ".join(page.locator(".skip, .bar nav, .tabs, .side h2").all_inner_texts())
        assert "Вопросы" in frame
        assert not [word for word in frame.split() if word.isascii() and word.isalpha()], frame


def test_everything_is_readable_without_javascript(visit: Visit, site: Site) -> None:
    page = visit(java_script_enabled=False).new_page()
    for name in ("home", "question", "wide question", "revisions", "profile: activity"):
        page.goto(site.pages[name])
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for text in page.locator("main time").all_text_contents():
            assert text[0].isdigit() and ":" in text, text
    page.goto(site.pages["wide question"])
    hidden = page.get_by_text("Remark 8")
    expect(hidden).to_be_hidden()
    page.get_by_text("more comments").click()
    expect(hidden).to_be_visible()


def test_a_script_makes_times_relative(visit: Visit, site: Site) -> None:
    page = visit().new_page()
    page.goto(site.pages["question"])
    asked = page.locator(".title time").first
    expect(asked).to_contain_text("ago")
    assert asked.get_attribute("title")


def test_a_keyboard_skips_the_bar_and_always_sees_where_it_is(visit: Visit, site: Site) -> None:
    page = visit().new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.locator("main :focus")
    expect(focused).to_be_visible()
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"


def test_paper_shows_the_text_alone_and_is_white(visit: Visit, site: Site) -> None:
    page = visit(color_scheme="dark").new_page()
    page.goto(site.pages["question"])
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator(".post").first).to_be_visible()
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
    assert page.evaluate(AUDIT) == []
