"""From an answer to the end of such mails, in a real browser; with a mail from a real server."""

import os
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from ask.accounts.models import Preferences, User
from ask.digests.models import Mail, MailReason
from tests.cast import PASSWORD, answer, ask, comment, member
from tests.services.mail import MailServer, mail_server

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

AUDIT = Path(__file__).with_name("audit.js").read_text()
SCREENS: list[dict[str, object]] = [
    {"locale": "en-US", "viewport": {"width": 1280, "height": 900}},
    {
        "locale": "ru-RU",
        "viewport": {"width": 390, "height": 800},
        "color_scheme": "dark",
        "java_script_enabled": False,
    },
]

Visit = Callable[..., BrowserContext]


@pytest.fixture
def mails(settings: Settings, live_server: LiveServer) -> Iterator[MailServer]:
    """Where the site's mails arrive."""
    settings.SITE_URL = live_server.url
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def send_mail() -> None:
    call_command("send_mail", stdout=StringIO(), stderr=StringIO())


def enter(page: Page, user: User) -> None:
    page.goto("/users/login")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form.form button").first.click()


def sound(page: Page, *, name: str, screen: dict[str, object]) -> None:
    """Nothing of a page is out of its place."""
    if folder := os.environ.get("ASK_PICTURES"):
        path = Path(folder) / f"{name}-{str(screen['locale'])[:2]}.png"
        page.screenshot(path=str(path), full_page=True)
    assert page.evaluate(AUDIT) == [], name


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone without JavaScript, Russian"])
def test_an_answer_is_told_read_and_such_mails_are_ended(
    visitor: Visit, mails: MailServer, screen: dict[str, object]
) -> None:
    now = timezone.now()
    alice, bob = member("Alice"), member("Bob")
    language = str(screen["locale"])[:2]
    Preferences.objects.create(user=alice, language=language)
    question = ask("Why is the sky blue?", by=alice, now=now)
    answer(question, by=bob, now=now)
    comment(question, "@Alice: at night as well?", by=bob, now=now)
    send_mail()
    (mail,) = mails.mails
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html and text
    page = visitor(**screen).new_page()
    page.set_content(html.get_content())
    sound(page, name="mail", screen=screen)

    enter(page, alice)
    page.goto("/users/inbox")
    expect(page.locator("main .mark.run")).to_have_count(2)
    sound(page, name="inbox", screen=screen)
    page.locator("main a[href^='/users/inbox/']").first.click()
    expect(page.locator("h1")).to_contain_text("Why is the sky blue?")
    page.goto("/users/inbox")
    page.locator("main form button").click()
    expect(page.locator("main .mark.run")).to_have_count(0)

    stranger = visitor(**screen).new_page()
    (url,) = set(re.findall(r"\S+/mail/unsubscribe/\S+", text.get_content()))
    stranger.goto(urlsplit(url).path)
    assert Preferences.of(alice).answers == "instant"
    sound(stranger, name="unsubscribe", screen=screen)
    stranger.locator("main form button").first.click()
    expect(stranger.locator("[role=status]")).to_contain_text("Alice")
    assert Preferences.of(alice).answers == "never"


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone without JavaScript, Russian"])
def test_staff_look_why_somebody_got_nothing_and_pause_mail(
    visitor: Visit, mails: MailServer, screen: dict[str, object]
) -> None:
    now = timezone.now()
    carol, alice = member("Carol"), member("Alice")
    User.objects.filter(pk=carol.pk).update(is_staff=True, is_superuser=True)
    for number, (state, reason, words) in enumerate(
        (
            ("sent", "", "250 2.0.0 Ok: queued as 4Xy"),
            ("failed", MailReason.REFUSED, "550 5.1.1 <alice@example.org>: Recipient unknown"),
            ("unknown", MailReason.NO_ANSWER, "the connection ended after the mail was sent"),
            ("planned", MailReason.POSTPONED, "451 4.7.1 Try again later"),
        )
    ):
        Mail.objects.create(
            key=str(number), kind=1 + number, user=alice, address="alice@example.org",
            state=state, reason=reason, answer=words, subject="Bob answers: Why is the sky blue?",
            planned_at=now, due_at=now, ended_at=None if state == "planned" else now,
            attempt_count=1,
        )  # fmt: skip
    page = visitor(**screen).new_page()
    enter(page, User.objects.get(pk=carol.pk))
    page.goto("/mail/log?q=alice")
    expect(page.locator("main section li").first).to_be_visible()
    sound(page, name="log", screen=screen)
    page.fill("#reason", "The server moves")
    page.locator("form[action='/mail/pause'] button").click()
    expect(page.locator("main div.notice")).to_contain_text("The server moves")
    sound(page, name="paused", screen=screen)
    page.locator("form[action='/mail/resumption'] button").click()
    expect(page.locator("main div.notice")).to_have_count(0)
