"""The crontab, changed in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from ask.cron.models import Intervention
from tests.browser.test_pages import AUDIT, SCREENS
from tests.cast import carol

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

BEFORE = "\n# The first line is empty\n@daily a.sh\n"
Visitor = Callable[..., BrowserContext]


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE, settings.CRON_EDITABLE = path, "UTC", True
    path.write_text(BEFORE)
    return path


@pytest.fixture
def opened(visitor: Visitor) -> Callable[..., Page]:
    """Opens the page as Carol; takes the options of `Browser.new_context`."""

    def open_page(**options: object) -> Page:
        client = Client()
        client.force_login(carol())
        context = visitor(**options)
        page = context.new_page()
        name = django_settings.SESSION_COOKIE_NAME
        page.goto("/robots.txt")
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": page.url}])
        page.goto("/jobs/crontab")
        return page

    return open_page


def test_what_is_typed_is_checked_and_then_saved(
    crontab: Path, opened: Callable[..., Page]
) -> None:
    page = opened()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    text = page.get_by_label("Change it")
    expect(text).to_have_value(BEFORE)
    text.press_sequentially("61 * * * * b.sh")
    expect(page.locator(".listing .wrong")).to_contain_text("the minute goes from 0 to 59")
    expect(page.get_by_role("status").filter(has_text="1 error")).to_be_visible()
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for screen in SCREENS:
            page.set_viewport_size(screen)
            faults += page.evaluate(AUDIT)
    assert faults == []
    text.fill(BEFORE + "* * * * * b.sh")
    expect(page.locator(".upcoming .new")).to_contain_text("every minute")
    assert crontab.read_text() == BEFORE
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The crontab is changed.")).to_be_visible()
    expect(page.locator(".changes ins")).to_have_text("+* * * * * b.sh")
    assert crontab.read_text() == BEFORE + "* * * * * b.sh\n"
    assert Intervention.objects.get().by == "Carol"
    assert complaints == []


def test_it_works_without_javascript(crontab: Path, opened: Callable[..., Page]) -> None:
    page = opened(java_script_enabled=False)
    text = page.get_by_label("Change it")
    text.fill(BEFORE + "61 * * * * b.sh")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".listing .wrong")).to_contain_text("the minute goes from 0 to 59")
    expect(text).to_have_value(BEFORE + "61 * * * * b.sh")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It was not saved")).to_be_visible()
    expect(text).to_have_value(BEFORE + "61 * * * * b.sh")
    text.fill(BEFORE + "* * * * * b.sh")
    page.get_by_role("button", name="Save").click()
    assert crontab.read_text() == BEFORE + "* * * * * b.sh\n"
