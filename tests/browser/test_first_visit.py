"""What a first visitor sees, in a real browser."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from tests.cast import ask

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PHONE: ViewportSize = {"width": 360, "height": 740}

BRIGHTNESS = """() => {
    const colours = [document.body, document.documentElement]
        .map((element) => getComputedStyle(element).backgroundColor)
        .filter((colour) => !/^(transparent|rgba\\(.*, 0\\))$/.test(colour));
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = colours[0] || "white";
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
}"""


def test_the_home_page_opens_without_a_complaint(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    question = ask("Why is the sky blue?")
    answer = page.goto("/")
    assert answer
    assert answer.status == 200
    assert settings.SITE_NAME in page.title()
    assert page.locator("html").get_attribute("lang") == "en"
    link = page.get_by_role("link", name="Why is the sky blue?").first
    assert link.get_attribute("href") == question.get_absolute_url()
    assert complaints == []


def test_the_cookie_chooses_the_language(
    visitor: Callable[..., BrowserContext], live_server: LiveServer
) -> None:
    context = visitor()
    context.add_cookies([{"name": "lang", "value": "ru", "url": live_server.url}])
    page = context.new_page()
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "ru"


def test_a_browser_that_prefers_russian_gets_it(visitor: Callable[..., BrowserContext]) -> None:
    page = visitor(locale="ru-RU").new_page()
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "ru"


@pytest.mark.parametrize("address", ["/", "/questions", "/tags", "/users"])
def test_a_phone_never_scrolls_sideways(
    visitor: Callable[..., BrowserContext], address: str
) -> None:
    ask("Pneumonoultramicroscopicsilicovolcanoconiosis" * 3, tags="a-tag-of-a-considerable-length")
    page = visitor(viewport=PHONE, is_mobile=True, has_touch=True).new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_page_is_as_dark_as_the_visitor_prefers(
    visitor: Callable[..., BrowserContext],
) -> None:
    brightness: dict[str, float] = {}
    for scheme in ("light", "dark"):
        page = visitor(color_scheme=scheme).new_page()
        page.goto("/")
        brightness[scheme] = page.evaluate(BRIGHTNESS)
    assert brightness["dark"] < 80
    assert brightness["light"] > 200
