"""A browser, and a site for it to open."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ask.accounts.models import User

ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses to run as root with it, and sees only this site
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def _chromium() -> str:
    for name in ("chromium", "chromium-browser"):
        if found := shutil.which(name):
            return found
    pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this folder."""
    # Playwright keeps an event loop in this thread while it is started, so Django takes every test
    # for asynchronous code, in which a query would block others. There are no others here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
            yield browser
            browser.close()


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., BrowserContext]]:
    """Makes a visitor with a fresh profile; takes the options of `Browser.new_context`."""
    contexts: list[BrowserContext] = []

    def visit(**options: object) -> BrowserContext:
        context = browser.new_context(
            base_url=live_server.url,
            **{"locale": "en-US", **options},  # type: ignore[arg-type]
        )
        contexts.append(context)
        return context

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def page(visitor: Callable[..., BrowserContext]) -> Page:
    """A page of a visitor with a wide screen, who reads English."""
    return visitor().new_page()


@pytest.fixture
def member(visitor: Callable[..., BrowserContext], live_server: LiveServer) -> Callable[..., Page]:
    """A page of somebody who is logged in; takes the options of `Browser.new_context`."""

    def make(user: User, **options: object) -> Page:
        client = Client()
        client.force_login(user)
        context = visitor(**options)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        return context.new_page()

    return make
