"""A person's way through their account in a real browser, with mails from a real server."""

import re
import time
import zipfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from ask.accounts.claims import claim_token
from ask.accounts.models import User
from tests.cast import PASSWORD, member
from tests.services.mail import MailServer, mail_server

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

AUDIT = Path(__file__).with_name("audit.js").read_text()
DESKTOP = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}}
PHONE = {
    "locale": "ru-RU",
    "viewport": {"width": 390, "height": 800},
    "color_scheme": "dark",
    "java_script_enabled": False,
}
ADDRESS = "erin@example.org"
Visit = Callable[..., BrowserContext]


@pytest.fixture(autouse=True)
def mails(settings: Settings, live_server: LiveServer) -> Iterator[MailServer]:
    """Where the site's mails arrive; and pages in which nothing runs that stands inside them."""
    settings.MIDDLEWARE = ["tests.browser.strict.strict", *settings.MIDDLEWARE]
    settings.SITE_URL = live_server.url
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def send(page: Page, **fields: str) -> None:
    """Fill in the page's form and send it."""
    form = page.locator("main form").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.get_attribute("type") == "checkbox":
            field.check()
        elif field.evaluate("field => field.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button[type=submit]").first.click()


def menu(page: Page, path: str) -> None:
    """Follow a link of the person's menu."""
    page.locator(".menu summary").click()
    page.locator(f".menu a[href='{path}']").click()


def log_in(page: Page) -> None:
    page.goto("/about")
    page.locator(".bar a[href^='/users/login']").click()
    send(page, login=ADDRESS, password=PASSWORD, remember="on")


def identify(page: Page) -> None:
    if "/users/identity" in page.url:
        send(page, password=PASSWORD)


def deliver() -> None:
    """Let the job send what pages have planned."""
    call_command("send_mail", stdout=StringIO(), stderr=StringIO())


def link_in(server: MailServer, pattern: str) -> str:
    """The path that the newest mail asks to open, once the job has sent it."""
    deliver()
    body = server.mails[-1].get_body()
    assert body
    (url,) = re.findall(rf"http\S+{pattern}\S*", body.get_content())
    return str(urlsplit(url).path)


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def enter_with_code(page: Page, *, secret: str) -> None:
    """Log out and in again: the password leads to the second factor, and nowhere else."""
    menu(page, "/users/logout")
    send(page)
    log_in(page)
    assert urlsplit(page.url).path == "/users/login/code"
    page.goto("/users/settings")
    assert urlsplit(page.url).path == "/users/login/code"  # a password alone opens nothing
    send(page, code=code_of(secret))
    assert urlsplit(page.url).path in {"/about", "/users/settings"}


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone without scripts"])
def test_an_account_from_its_beginning_to_its_end(
    visitor: Visit, mails: MailServer, screen: dict[str, object], tmp_path: Path
) -> None:
    page = visitor(**screen).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/")
    page.locator(".bar a[href='/users/signup']").click()
    send(page, name="Erin Li", email=ADDRESS, password1=PASSWORD)
    deliver()
    assert mails.recipients == [[ADDRESS]]
    page.goto(link_in(mails, "/users/confirm/"))
    send(page)
    expect(page.locator(".menu .name")).to_have_text("Erin Li")

    menu(page, "/users/logout")
    send(page)
    expect(page.locator(".menu")).to_have_count(0)
    log_in(page)
    assert urlsplit(page.url).path == "/about"

    menu(page, "/users/settings")
    page.locator(".tabs a[href$='/factors']").click()
    page.locator("main a[href$='/factors/app']").click()
    identify(page)
    secret = page.locator("main form code").inner_text()
    assert page.locator("main img").evaluate("image => image.naturalWidth > 0")
    send(page, code=code_of(secret))
    codes = page.goto("/users/settings/factors/recovery-codes")
    assert codes
    assert codes.status == 200

    enter_with_code(page, secret=secret)

    page.goto("/users/settings/sessions")
    expect(page.locator("main .entries li")).to_have_count(1)
    expect(page.locator("main .entries .mark.yes")).to_have_count(1)

    page.goto("/users/settings/preferences")
    send(page, language="ru", theme="dark", answers="weekly")
    page.goto("/about")
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("data-theme")) == ("ru", "dark")

    page.goto("/users/settings/data")
    with page.expect_download() as download:
        page.locator("main a[download]").click()
    download.value.save_as(tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as file:
        assert ADDRESS in file.read("profile.json").decode()

    page.goto("/users/settings/data/deletion")
    send(page, password=PASSWORD, is_sure="on")
    expect(page.locator(".menu")).to_have_count(0)
    log_in(page)
    expect(page.locator("main .errorlist")).to_have_count(1)
    assert User.objects.get().display_name == f"user{User.objects.get().pk}"
    assert [text for text in complaints if "Content Security Policy" in text] == []


def test_another_browser_is_logged_out_from_here(visitor: Visit) -> None:
    member("Erin", email=ADDRESS)
    here, there = visitor().new_page(), visitor().new_page()
    for page in (there, here):
        log_in(page)
    here.goto("/users/settings/sessions")
    expect(here.locator("main .entries li")).to_have_count(2)
    send(here)
    expect(here.locator("main .entries li")).to_have_count(1)
    there.goto("/users/settings")
    assert urlsplit(there.url).path == "/users/login"


def test_a_passkey_is_added_and_opens_the_account(visitor: Visit) -> None:
    member("Erin", email=ADDRESS)
    context = visitor()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    log_in(page)
    page.goto("/users/settings/factors/keys/new")
    identify(page)
    page.locator("[name=passwordless]").check()
    page.locator("[name=name]").fill("My phone")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes")
    page.goto("/users/settings/factors/keys")
    expect(page.locator("main .entries b")).to_have_text("My phone")

    menu(page, "/users/logout")
    send(page)
    page.goto("/users/login")
    page.locator("#passkey_login").click()
    expect(page.locator(".menu .name")).to_have_text("Erin")
    assert [text for text in complaints if "Content Security Policy" in text] == []


def test_an_address_changes_when_the_new_one_is_confirmed(
    visitor: Visit, mails: MailServer
) -> None:
    user = member("Erin", email=ADDRESS)
    page = visitor(**PHONE).new_page()
    log_in(page)
    page.goto("/users/settings/email")
    send(page, email="new@example.org")
    identify(page)
    user.refresh_from_db()
    assert user.email == ADDRESS
    deliver()
    (confirmation,) = (mail for mail in mails.mails if mail["To"] == "new@example.org")
    mails.mails.append(confirmation)
    page.goto(link_in(mails, "/users/confirm/"))
    send(page)
    user.refresh_from_db()
    assert user.email == "new@example.org"


def test_an_imported_person_takes_over_their_account(visitor: Visit, mails: MailServer) -> None:
    seven = User.objects.create(id=7, username="user7", display_name="Seven", password="!")
    page = visitor(**PHONE).new_page()
    page.goto(f"/users/claim/{claim_token(seven)}")
    send(page, email="seven@example.org", password1=PASSWORD)
    page.goto(link_in(mails, "/users/confirm/"))
    send(page)
    expect(page.locator(".menu .name")).to_have_text("Seven")


@pytest.mark.parametrize("language", ["en-US", "ru-RU"])
def test_no_page_of_accounts_has_a_fault_on_any_screen_in_any_light(
    visitor: Visit, language: str
) -> None:
    seven = User.objects.create(id=7, username="user7", display_name="Seven", password="!")
    member("Erin", email=ADDRESS)
    page = visitor(locale=language).new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))

    def look() -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 800})
                found = page.evaluate(AUDIT)
                faults.extend(f"{page.url}, {scheme}, {width}: {fault}" for fault in found)

    for path in ("login", "signup", "account-recovery", "confirm", f"claim/{claim_token(seven)}"):
        page.goto(f"/users/{path}")
        look()
    log_in(page)
    page.goto("/users/settings/factors/app")
    look()
    identify(page)
    for path in (
        "settings",
        "settings/preferences",
        "settings/email",
        "settings/password",
        "settings/factors",
        "settings/factors/app",
        "settings/factors/keys",
        "settings/factors/keys/new",
        "settings/sessions",
        "settings/data",
        "settings/data/deletion",
        "logout",
    ):
        page.goto(f"/users/{path}")
        assert path in page.url
        look()
    assert [fault for fault in faults if "[DOM]" not in fault] == []
