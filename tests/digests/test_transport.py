"""What a mail server does to a mail, and what is then known of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formataddr
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from ask.digests.models import MailReason, MailState
from ask.digests.outbox import Outcome
from ask.digests.transport import ServerAway, Transport, transport
from ask.env import email
from tests.services.mail import MailServer, hanging_server, mail_server

SENT, FAILED, UNKNOWN, AGAIN = (
    MailState.SENT,
    MailState.FAILED,
    MailState.UNKNOWN,
    MailState.PLANNED,
)


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def server(settings: Settings, request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with mail_server() as found:
        found.is_pipelining = request.param
        use(found.url, settings)
        yield found


def use(url: str, settings: Settings) -> None:
    for name, value in email(url).items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = email(url)["EMAIL_BACKEND"]
    settings.EMAIL_TIMEOUT = 1


@contextmanager
def opened() -> Iterator[Transport]:
    found = transport()
    try:
        yield found
    finally:
        found.close()


def letter(to: str, text: str = "Hello") -> EmailMessage:
    return EmailMessage("A subject", text, "ask@example.org", [to])


def outcome(to: str) -> Outcome:
    with opened() as way:
        return way.deliver(letter(to))


def test_what_the_server_takes_is_sent_with_its_words(server: MailServer) -> None:
    assert outcome("alice@example.org") == Outcome(state=SENT, answer="250 OK")
    (mail,) = server.mails
    assert (mail["To"], mail["Subject"]) == ("alice@example.org", "A subject")


def test_lines_that_are_a_dot_arrive_as_they_are(server: MailServer) -> None:
    with opened() as way:
        way.deliver(letter("alice@example.org", ".\n..\nends\n.\n"))
    assert server.mails[0].get_content() == ".\n..\nends\n.\n"


@pytest.mark.parametrize("name", ["Ask", "Ask, or Спроси", 'The "Ask" <site>'])
def test_names_are_for_the_header_and_the_server_hears_addresses(
    server: MailServer, name: str
) -> None:
    sender, recipient = formataddr((name, "ask@example.org")), formataddr((name, "a@example.org"))
    with opened() as way:
        found = way.deliver(EmailMessage("A subject", "Hello", sender, [recipient]))
    assert found.state == SENT
    assert (server.senders, server.recipients) == (["ask@example.org"], [["a@example.org"]])


def test_many_mails_take_one_connection(server: MailServer) -> None:
    server.answers = {"b@example.org": "550 Nobody", "c@example.org": "data 554 Spam"}
    with opened() as way:
        found = [way.deliver(letter(f"{name}@example.org")).state for name in "abcd"]
    assert found == [SENT, FAILED, FAILED, SENT]
    assert server.greetings == 1


@pytest.mark.parametrize("stage", ["", "data "])
def test_what_is_refused_for_good_has_failed(server: MailServer, stage: str) -> None:
    server.answers["bob@example.org"] = f"{stage}550 Nobody of that name"
    expected = Outcome(state=FAILED, reason=MailReason.REFUSED, answer="550 Nobody of that name")
    assert outcome("bob@example.org") == expected


@pytest.mark.parametrize("stage", ["", "data "])
def test_what_is_refused_for_now_is_tried_again(server: MailServer, stage: str) -> None:
    server.answers["bob@example.org"] = f"{stage}451 Come back later"
    expected = Outcome(state=AGAIN, reason=MailReason.POSTPONED, answer="451 Come back later")
    assert outcome("bob@example.org") == expected


def test_a_connection_that_ends_before_the_mail_loses_nothing(server: MailServer) -> None:
    server.answers["bob@example.org"] = "drop"
    found = outcome("bob@example.org")
    assert (found.state, found.reason) == (AGAIN, MailReason.POSTPONED)
    assert server.mails == []


def test_a_connection_that_ends_between_two_mails_is_made_anew(server: MailServer) -> None:
    server.most = 2
    with opened() as way:
        found = [way.deliver(letter(f"{name}@example.org")).state for name in "abcde"]
    assert found == [SENT] * 5
    assert len(server.mails) == 5
    assert server.greetings == 3


@pytest.mark.parametrize("end", ["drop", "hang"])
def test_of_a_mail_that_was_taken_without_an_answer_nobody_knows(
    server: MailServer, end: str
) -> None:
    server.answers["bob@example.org"] = f"data {end}"
    with opened() as way:
        found = way.deliver(letter("bob@example.org"))
        assert (found.state, found.reason) == (UNKNOWN, MailReason.NO_ANSWER)
        assert way.deliver(letter("alice@example.org")).state == SENT
    assert [mail["To"] for mail in server.mails] == ["bob@example.org", "alice@example.org"]


def test_a_server_that_says_nothing_is_away(settings: Settings) -> None:
    with hanging_server() as (url, _):
        use(url, settings)
        with pytest.raises(ServerAway), opened() as way:
            way.connect()


def test_a_server_that_is_not_there_is_away(settings: Settings) -> None:
    with hanging_server() as (url, _):
        pass
    use(url, settings)
    with pytest.raises(ServerAway, match="refused"):
        outcome("alice@example.org")


def test_a_program_that_takes_too_long_may_have_taken_the_mail(
    settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "ask.core.sendmail.EmailBackend"
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    settings.SENDMAIL, settings.EMAIL_TIMEOUT = str(slow), 0.05
    assert outcome("alice@example.org").state == UNKNOWN
    settings.SENDMAIL = "/usr/bin/false"
    assert outcome("alice@example.org").state == AGAIN
    settings.SENDMAIL = "/usr/bin/true"
    assert outcome("alice@example.org").state == SENT
