"""The pages about mail: ending it, the inbox, and what staff see."""

import re
from datetime import timedelta

import html5lib
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import Preferences, User
from ask.digests.models import DeadAddress, Mail, MailKind, MailReason, Notice, Pause
from ask.digests.unsubscribing import Subscription
from ask.moderation.models import AuditEntry
from ask.questions.models import Post
from ask.web.deletion import delete_account
from tests.cast import NOON, answer, ask, comment, person, staff
from tests.digests.outboxes import mail
from tests.digests.telling import alice, bob, carol, choose, find, plan, written

pytestmark = pytest.mark.django_db(databases="__all__")


def client_of(user: User | None, *, is_strict: bool = True) -> Client:
    client = Client(enforce_csrf_checks=is_strict)
    if user:
        client.force_login(user)
    return client


def text_of(response: object) -> str:
    assert isinstance(response, HttpResponse)
    assert response.status_code == 200
    text = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(text)
    return text


# Ending mails


def link(scope: str = "answers") -> str:
    return Subscription(user=alice().id, scope=scope).path


def test_the_link_of_a_mail_leads_to_the_page() -> None:
    answer(ask(by=alice()), by=bob())
    find()
    plan()
    header = written()["alice@example.org"].extra_headers["List-Unsubscribe"]
    path = re.sub(r"<https?://[^/]+(.*)>", r"\1", header)
    assert "Answers to your questions" in text_of(Client().get(path))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_to_look_at_the_page_ends_nothing(method: str) -> None:
    getattr(Client(), method)(link())
    assert Preferences.of(alice()).answers == "instant"


def test_a_mail_program_ends_mails_with_one_click() -> None:
    answered = client_of(None).post(link(), {"List-Unsubscribe": "One-Click"})
    assert answered.status_code == 200
    assert Preferences.of(alice()).answers == "never"
    assert Preferences.of(alice()).comments == "instant"


def test_a_person_ends_mails_by_a_button_and_then_all_of_them() -> None:
    client = client_of(None)
    page = text_of(client.get(link()))
    assert "Alice" in page
    assert "These mails come no more" in text_of(client.post(link()))
    (everything,) = set(re.findall(r'action="([^"]*unsubscribe[^"]*)"', page))
    text_of(client.post(everything))
    chosen = Preferences.of(alice())
    assert {chosen.answers, chosen.comments, chosen.followed, chosen.digest} == {"never"}


def test_the_link_of_somebody_who_deleted_their_account_answers_kindly_and_keeps_nothing() -> None:
    path = link()
    delete_account(alice(), now=NOON)
    for method in ("get", "post"):
        page = text_of(getattr(client_of(None), method)(path))
        assert "There is nothing left for you to do." in page
        assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert not Preferences.objects.exists()


def test_what_is_no_link_of_ours_is_not_found() -> None:
    for path in (f"{link()}x", "/mail/unsubscribe/7.all", "/mail/unsubscribe/x"):
        for method in ("get", "post"):
            assert getattr(Client(), method)(path).status_code == 404


def test_the_page_asks_in_the_readers_language() -> None:
    client = Client(headers={"Accept-Language": "ru"})
    assert "Отказ от писем" in text_of(client.get(link()))


# The inbox


def news() -> tuple[Post, Notice]:
    given = answer(ask("Why <so>?", by=alice()), by=bob())
    find()
    return given, Notice.objects.get()


def test_the_inbox_shows_what_is_new_also_to_who_wants_no_mail() -> None:
    choose(alice(), answers="never")
    _, notice = news()
    page = text_of(client_of(alice()).get("/users/inbox"))
    assert f'Bob answers: <a href="/users/inbox/{notice.id}">Why &lt;so&gt;?</a>' in page
    assert "Nothing so far" in text_of(client_of(bob()).get("/users/inbox"))


def test_an_entry_leads_to_its_post_and_is_read() -> None:
    given, notice = news()
    client = client_of(alice())
    assert '<b class="badge" title="unread">1</b>' in text_of(client.get("/users/inbox"))
    assert client.get(f"/users/inbox/{notice.id}")["Location"] == f"/a/{given.id}"
    assert 'class="badge"' not in text_of(client.get("/users/inbox"))


def test_all_is_marked_as_read_but_what_came_since() -> None:
    _, notice = news()
    later = answer(ask(by=alice()), by=bob())
    find()
    client = client_of(alice(), is_strict=False)
    client.post("/users/inbox", {"until": notice.id})
    assert [one.post_id for one in Notice.objects.unread()] == [later.id]
    client.post("/users/inbox")
    assert not Notice.objects.unread().exists()


def test_what_was_deleted_is_not_shown() -> None:
    given, notice = news()
    Post.objects.filter(id=given.id).update(deleted_at=NOON)
    client = client_of(alice())
    page = text_of(client.get("/users/inbox"))
    assert "This was deleted" in page
    assert "Bob answers" not in page
    assert client.get(f"/users/inbox/{notice.id}")["Location"] == "/users/inbox"


def test_an_inbox_is_its_owners_alone() -> None:
    _, notice = news()
    assert client_of(bob()).get(f"/users/inbox/{notice.id}").status_code == 404
    for path in ("/users/inbox", f"/users/inbox/{notice.id}"):
        assert Client().get(path).status_code == 302
    assert client_of(alice()).post("/users/inbox").status_code == 403, "no token"
    assert Notice.objects.unread().exists()


def test_the_inbox_takes_few_queries_however_much_is_in_it(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    question = ask(by=alice())
    for _ in range(20):
        comment(answer(question, by=bob()), by=carol(), text="@Alice: see")
    find()
    client = client_of(alice())
    client.get("/users/inbox")
    with django_assert_max_num_queries(9):
        text_of(client.get("/users/inbox"))


def test_a_strangers_page_asks_for_no_inbox() -> None:
    with CaptureQueriesContext(connection) as asked:
        text_of(Client().get("/questions"))
    assert not [one["sql"] for one in asked if "digests" in one["sql"]]


# The log


DEEDS = ("/mail/pause", "/mail/resumption", "/mail/dead-addresses", "/mail/dead-addresses/removal")


def test_strangers_are_asked_to_log_in_and_others_are_refused() -> None:
    assert Client().get("/mail/log").status_code == 302
    refused = (alice(), staff("view_run"), staff("view_mail", "view_run", is_staff=False))
    assert {client_of(one).get("/mail/log").status_code for one in refused} == {403}
    assert client_of(staff("view_mail")).get("/mail/log").status_code == 200


@pytest.mark.parametrize("path", DEEDS)
def test_only_who_may_does_something_and_only_by_a_post(path: str) -> None:
    assert Client().post(path).status_code == 302
    assert client_of(staff("view_mail"), is_strict=False).post(path).status_code == 403
    allowed = client_of(staff("pause_mail"), is_strict=False)
    assert allowed.get(path).status_code == 405
    assert allowed.post(path).status_code == 302
    assert client_of(staff("pause_mail")).post(path).status_code == 403, "no token"


def watcher() -> Client:
    return client_of(staff("view_mail", "pause_mail"), is_strict=False)


def test_the_log_shows_what_became_of_mails() -> None:
    mail("one", user=alice(), state="failed", reason="refused", answer="550 <No> such person")
    mail("two", user=bob(), state="sent", ended_at=NOON, subject="Carol asks: Why?")
    page = text_of(watcher().get("/mail/log"))
    assert "the mail server refused it: 550 &lt;No&gt; such person" in page
    assert "Carol asks: Why?" in page
    assert "bob" not in text_of(watcher().get("/mail/log?q=one@example.org")).lower()
    assert "550" not in text_of(watcher().get("/mail/log?state=sent"))
    assert "550" in text_of(watcher().get(f"/mail/log?kind={MailKind.DAILY}&q=alice"))
    assert "No mail matches" in text_of(watcher().get(f"/mail/log?kind={MailKind.WEEKLY}"))
    assert watcher().get("/mail/log?page=9").status_code == 404


def test_no_secret_link_is_shown() -> None:
    mail(kind=MailKind.ACCOUNT, content={"text": "/reset/secret", "html": ""}, subject="Reset")
    assert "secret" not in text_of(watcher().get("/mail/log"))


def test_mail_is_paused_and_resumed() -> None:
    client = watcher()
    client.post("/mail/pause", {"reason": "The  server\nmoves"})
    assert Pause.objects.get().reason == "The server moves"
    page = text_of(client.get("/mail/log"))
    assert "Mail is paused by Doraview_mailpause_mail" in page
    assert "The server moves" in page
    client.post("/mail/resumption")
    assert not Pause.objects.exists()
    assert "Mail is resumed" in text_of(client.get("/mail/log"))


def test_an_address_is_marked_as_dead_and_living_again() -> None:
    client = watcher()
    client.post("/mail/dead-addresses", {"address": "Alice@Example.org", "reason": "came back"})
    client.post("/mail/dead-addresses", {"address": "nothing"})
    assert DeadAddress.objects.get().address == "alice@example.org"
    assert "came back" in text_of(client.get("/mail/log"))
    client.post("/mail/dead-addresses/removal", {"address": "alice@example.org"})
    assert not DeadAddress.objects.exists()


def test_what_staff_do_to_mail_is_in_the_log_once_and_without_addresses() -> None:
    client, known = watcher(), alice().email
    for _ in range(2):
        client.post("/mail/pause", {"reason": "The server moves"})
    for _ in range(2):
        client.post("/mail/resumption")
    for address in (known.upper(), "nobody@Example.com"):
        for _ in range(2):
            client.post("/mail/dead-addresses", {"address": address, "reason": "came back"})
    for address in (known, known, "nobody@example.com"):
        client.post("/mail/dead-addresses/removal", {"address": address})
    entries = AuditEntry.objects.order_by("id")
    by = staff("view_mail", "pause_mail").id
    assert list(entries.values_list("user", "action", "person", "detail")) == [
        (by, "pause_mail", None, "The server moves"),
        (by, "resume_mail", None, ""),
        (by, "mark_dead", alice().id, "came back"),
        (by, "mark_dead", None, "@example.com: came back"),
        (by, "mark_living", alice().id, ""),
        (by, "mark_living", None, "@example.com"),
    ]
    page = text_of(client_of(person("Mona", is_moderator=True)).get("/moderation/log"))
    assert "paused mail" in page and "marked an address as living again" in page


# Why somebody got nothing


def reasons(name: str) -> str:
    found = text_of(watcher().get("/mail/log", {"q": name}))
    return found.partition("What mail")[2].partition("</section>")[0]


def test_why_somebody_got_nothing_is_explained() -> None:
    alice()
    assert "Nothing has happened that concerns them" in reasons("alice")
    assert "No mail was ever tried" in reasons("alice@example.org")
    choose(alice(), answers="never")
    assert "Unwanted by their preferences: Answers to your questions" in reasons("Alice")
    DeadAddress.objects.create(address="alice@example.org", since=NOON, by="Carol")
    assert "alice@example.org is marked as dead by Carol" in reasons("alice")
    person("Nemo")
    assert "There is no e-mail address" in reasons("nemo")
    bob().emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    assert "No address is confirmed" in reasons("bob")
    Pause.objects.create(since=NOON, by="Carol")
    assert "Mail is paused for everybody by Carol" in reasons("alice")


def test_what_waits_is_explained() -> None:
    choose(alice(), answers="daily")
    news()
    assert "1 thing waits for the next digest (Daily)" in reasons("alice")
    Notice.objects.update(read_at=NOON)
    assert "They have read everything on the site" in reasons("alice")
    mail("held", user=alice(), reason=MailReason.LIMITED)
    mail("again", user=alice(), reason=MailReason.POSTPONED, answer="451 Later")
    mail("soon", user=alice())
    found = reasons("alice")
    assert "waits for the limit of its domain" in found
    assert "the server said: 451 Later" in found
    assert "is about to be sent" in found
    later = NOON + timedelta(hours=1)
    Mail.objects.update(state="failed", reason=MailReason.REFUSED, ended_at=later)
    assert "was not sent, or nobody knows: the mail server refused it" in reasons("alice")
