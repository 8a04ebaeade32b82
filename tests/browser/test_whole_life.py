"""A new person's whole way: sign up, ask, be answered, hear of it, vote, accept, and go.

The mails are read from a real server, to which the job sends them.
"""

import re
import urllib.request
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ask.accounts.models import Preferences, User
from ask.questions.models import Post, Question, Vote
from tests import cast
from tests.browser.test_accounts import DESKTOP, PHONE, deliver, link_in, log_in, mails, send
from tests.services.mail import MailServer

__all__ = ["mails"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

ERIN, FRANK = "erin@example.org", "frank@example.org"
BODY = "It looks *blue* to me, at noon at least, and I wonder about it."
ANSWER = "Because **short waves** are scattered more than long ones."

Visit = Callable[..., BrowserContext]


def joined(
    visitor: Visit, server: MailServer, *, name: str, address: str, **screen: object
) -> Page:
    """A page of somebody who has just signed up, and confirmed the address."""
    page = visitor(**screen).new_page()
    page.goto("/about")
    page.locator(".bar a[href='/users/signup']").click()
    send(page, name=name, email=address, password1=cast.PASSWORD)
    page.goto(link_in(server, "/users/confirm/"))
    send(page)
    expect(page.locator(".menu .name")).to_have_text(name)
    return page


def mails_to(server: MailServer, address: str) -> list[EmailMessage]:
    return [mail for mail in server.mails if mail["To"] == address]


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone without scripts"])
def test_a_person_comes_lives_here_and_goes(
    visitor: Visit, mails: MailServer, tmp_path: Path, screen: dict[str, object]
) -> None:
    cast.tag("sky")
    language = str(screen["locale"])[:2]
    erin = joined(visitor, mails, name="Erin Li", address=ERIN, **screen)
    frank = joined(visitor, mails, name="Frank", address=FRANK, **screen)
    assert erin.locator("html").get_attribute("lang") == language

    # Erin asks.
    erin.goto("/questions")
    erin.locator("a[href='/questions/ask']").first.click()
    erin.locator("[name=title]").fill("Why is the evening sky blue?")
    erin.locator("textarea[name=body]").fill(BODY)
    erin.locator("[name=tags]").fill("sky")
    erin.locator("main form button.main").click()
    expect(erin.get_by_role("heading", level=1)).to_have_text("Why is the evening sky blue?")
    question = Question.objects.get()
    assert question.owner is not None
    address = question.get_absolute_url()

    # Frank answers, and she hears of it in her language.
    frank.goto(address)
    frank.locator("#your-answer textarea[name=body]").fill(ANSWER)
    frank.locator("#your-answer button.main").click()
    expect(frank.locator(".answer strong")).to_have_text("short waves")
    answer = Post.objects.get(parent=question)
    deliver()
    told = mails_to(mails, ERIN)[-1]
    assert told["Auto-Submitted"] == "auto-generated"
    plain = told.get_body(("plain",))
    assert plain
    assert "Why is the evening sky blue?" in plain.get_content()
    assert bool(re.search("[а-я]", plain.get_content())) is (language == "ru")

    # She votes, for which she needs some standing, and accepts.
    User.objects.filter(pk=question.owner.pk).update(base_reputation=50, reputation=50)
    erin.goto(address)
    erin.locator(f"#up-{answer.pk}").click()
    expect(erin.locator(f"#up-{answer.pk}")).to_have_attribute("aria-pressed", "true")
    erin.locator(f"#accept-{answer.pk}").click()
    expect(erin.locator(f"#accept-{answer.pk}")).to_have_attribute("aria-pressed", "true")
    assert Vote.objects.filter(post=answer, user=question.owner).exists()
    assert User.objects.get(display_name="Frank").reputation == 1 + 10 + 15

    unsubscribe(erin, question.owner, told)
    leave(erin, question, folder=tmp_path)


def unsubscribe(page: Page, person: User, mail: EmailMessage) -> None:
    """One click in a mail ends such mails; to look at the page alone ends nothing."""
    link = re.fullmatch(r"<(\S+)>", mail["List-Unsubscribe"])
    assert link
    page.goto(urlsplit(link[1]).path)
    assert Preferences.of(person).answers != "never"
    data = mail["List-Unsubscribe-Post"].encode()
    with urllib.request.urlopen(urllib.request.Request(link[1], data=data)) as response:  # noqa: S310
        assert response.status == 200
    assert Preferences.of(person).answers == "never"


def leave(page: Page, question: Question, *, folder: Path) -> None:
    """Take along what is one's own, and go; what was written stays."""
    page.goto("/users/settings/data")
    with page.expect_download() as download:
        page.locator("main a[download]").click()
    download.value.save_as(folder / "data.zip")
    with zipfile.ZipFile(folder / "data.zip") as file:
        assert ERIN in file.read("profile.json").decode()
        assert "Why is the evening sky blue?" in file.read("posts.json").decode()
    page.goto("/users/settings/data/deletion")
    send(page, password=cast.PASSWORD, is_sure="on")
    expect(page.locator(".menu")).to_have_count(0)
    log_in(page)
    expect(page.locator("main .errorlist")).to_have_count(1)
    page.goto(question.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("Why is the evening sky blue?")
    expect(page.locator(".post").first).to_contain_text(f"user{question.owner_id}")
