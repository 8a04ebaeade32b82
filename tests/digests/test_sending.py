"""From the outbox to a mail server: nothing twice, nothing lost, whatever the server does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from pytest_django import Settings

from ask.digests import outbox, sending
from ask.digests.composing import Composer
from ask.digests.models import Hour, Mail, MailKind, MailReason, MailState
from ask.digests.pausing import pause, resume
from ask.digests.transport import ServerAway
from ask.env import email
from tests.cast import NOON, alice
from tests.digests.outboxes import mail, send, states
from tests.services.mail import MailServer, hanging_server, mail_server

pytestmark = pytest.mark.django_db(databases="__all__")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as found:
        use(found.url, settings)
        yield found


def use(url: str, settings: Settings) -> None:
    for name, value in email(url).items():
        setattr(settings, name, value)
    settings.EMAIL_TIMEOUT = 1


def received(server: MailServer) -> list[str]:
    return [to for recipients in server.recipients for to in recipients]


# What happens to a mail


def test_what_is_due_is_sent_once_and_the_most_urgent_first(server: MailServer) -> None:
    mail("weekly", kind=MailKind.WEEKLY)
    mail("later", due_at=NOON + HOUR)
    mail("instant", kind=MailKind.INSTANT)
    mail("daily")
    assert str(send()) == "3 sent"
    assert str(send()) == "none sent"
    assert received(server) == ["instant@example.org", "daily@example.org", "weekly@example.org"]
    assert states()["later"] == "planned"
    assert server.greetings == 1
    sent = Mail.objects.get(key="daily")
    assert (sent.answer, sent.attempt_count, sent.ended_at) == ("250 OK", 1, NOON)
    assert sent.subject == "About daily"


def test_a_refusal_for_now_waits_longer_each_time_until_it_is_given_up(server: MailServer) -> None:
    server.answers["one@example.org"] = "451 The mailbox is busy"
    mail()
    waits, now = [], NOON
    while states() == {"one": "planned"}:
        send(now=now)
        found = Mail.objects.get()
        waits.append((found.due_at - now) // MINUTE)
        send(now=found.due_at - MINUTE / 2)  # too soon
        now = found.due_at
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    found = Mail.objects.get()
    assert (found.state, found.reason) == (MailState.FAILED, MailReason.TRIED_OUT)
    assert found.answer == "451 The mailbox is busy"
    assert timedelta(0) < now - NOON - outbox.GIVEN_UP <= HOUR
    assert found.attempt_count == len(waits)


def test_a_refusal_for_good_is_recorded_and_not_repeated(server: MailServer) -> None:
    server.answers["one@example.org"] = "550 5.1.1 No such person"
    mail()
    mail("two")
    assert str(send()) == "1 sent, 1 failed"
    assert str(send(now=NOON + DAY)) == "none sent"
    found = Mail.objects.get(key="one")
    assert (found.state, found.reason) == (MailState.FAILED, MailReason.REFUSED)
    assert found.answer == "550 5.1.1 No such person"


def test_a_digest_whose_connection_dropped_after_it_was_taken_is_not_repeated(
    server: MailServer,
) -> None:
    server.answers["one@example.org"] = "data drop"
    mail()
    send()
    send(now=NOON + DAY)
    assert received(server) == ["one@example.org"]
    assert states() == {"one": "unknown"}


def test_what_must_arrive_is_repeated_after_the_same(server: MailServer) -> None:
    server.answers["one@example.org"] = "data drop"
    mail(kind=MailKind.ACCOUNT)
    send()
    server.answers.clear()
    send(now=NOON + HOUR)
    assert received(server) == ["one@example.org"] * 2
    assert states() == {"one": "sent"}


def test_a_connection_that_drops_before_the_mail_costs_an_attempt(server: MailServer) -> None:
    server.answers["one@example.org"] = "drop"
    mail()
    send()
    server.answers.clear()
    send(now=NOON + HOUR)
    assert received(server) == ["one@example.org"]
    assert Mail.objects.get().attempt_count == 2


def test_while_the_server_is_away_no_mail_is_the_worse_for_it(settings: Settings) -> None:
    mail()
    mail("two")
    with hanging_server() as (url, _):
        use(url, settings)
        assert send().away
    tally = send(now=NOON + 30 * DAY)
    assert "refused" in tally.away
    for found in Mail.objects.all():
        assert (found.state, found.attempt_count, found.claimed_by) == ("planned", 0, None)
    with mail_server() as server:
        use(server.url, settings)
        send(now=NOON + 30 * DAY)
        assert len(server.mails) == 2


def test_a_server_that_leaves_in_the_middle_of_a_batch_costs_nothing() -> None:
    class Leaving:
        def __init__(self) -> None:
            self.left = 2

        def connect(self) -> None:
            """It was there."""

        def deliver(self, message: EmailMessage) -> outbox.Outcome:
            self.left -= 1
            if self.left < 0:
                raise ServerAway("421 I am closing")
            return outbox.Outcome(state=MailState.SENT)

        def close(self) -> None:
            """It has left."""

    for name in "abcd":
        mail(name)
    assert send(through=Leaving()).away == "421 I am closing"
    assert list(states().values()) == ["sent", "sent", "planned", "planned"]
    assert sum(Mail.objects.values_list("attempt_count", flat=True)) == 2
    assert not Mail.objects.claimed().exists()


def test_a_mail_that_cannot_be_written_keeps_nobody_back(server: MailServer) -> None:
    mail("bad", address="a\nb@example.org")
    mail("good")
    send()
    assert states() == {"bad": "failed", "good": "sent"}
    assert Mail.objects.get(key="bad").reason == MailReason.FAULTY


def test_what_the_composer_withdraws_is_not_sent(server: MailServer) -> None:
    mail()
    send(compose=lambda mails, now: {each.pk: MailReason.NOTHING for each in mails})
    found = Mail.objects.get()
    assert (found.state, found.reason, server.mails) == ("failed", MailReason.NOTHING, [])


# Mails about accounts


def test_a_mail_about_an_account_is_planned_with_what_causes_it(server: MailServer) -> None:
    message = EmailMultiAlternatives("Reset", "A link", "ask@example.org", ["alice@example.org"])
    message.attach_alternative("<p>A link</p>", "text/html")
    with transaction.atomic():
        outbox.put(message, user=alice(), now=NOON)
        transaction.set_rollback(True)
    assert states() == {}
    outbox.put(message, user=alice(), now=NOON)
    send(compose=Composer(site="Ask"))
    (found,) = server.mails
    assert found.get_body(("plain",)).get_content() == "A link\n"  # type: ignore[union-attr]
    assert found.get_body(("html",)).get_content() == "<p>A link</p>\n"  # type: ignore[union-attr]
    assert found["Auto-Submitted"] == "auto-generated"
    assert Mail.objects.get().content is None, "it held the link"


def test_of_two_mails_with_one_key_the_second_is_none() -> None:
    for _ in range(2):
        message = EmailMessage("Welcome", "Text", "ask@example.org", ["alice@example.org"])
        outbox.put(message, user=None, now=NOON, key="welcome:7")
    assert list(states()) == ["welcome:7"]


@pytest.mark.parametrize("subject", ["Hello\nBcc: all@example.org", "Hello\r\nX: y"])
def test_a_subject_that_would_be_another_header_is_refused_at_once(subject: str) -> None:
    message = EmailMessage(subject, "Text", "ask@example.org", ["alice@example.org"])
    with pytest.raises(ValueError, match="newline"):
        outbox.put(message, user=None, now=NOON)


# Pauses, limits and clocks


def test_while_mail_is_paused_nothing_is_sent(server: MailServer) -> None:
    mail()
    assert pause(by="Carol", reason="The server moves", now=NOON)
    assert not pause(by="Bob", reason="", now=NOON)
    assert send().is_paused
    assert server.mails == []
    assert resume()
    send()
    assert states() == {"one": "sent"}


def test_a_pause_stops_a_batch_that_has_begun(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MARKED", 1)
    for name in "abc":
        mail(name)

    def clock() -> datetime:
        if len(server.mails) == 1:
            pause(by="Carol", reason="", now=NOON)
        return NOON

    send(clock=clock)
    assert len(server.mails) == 1
    assert sorted(states().values()) == ["planned", "planned", "sent"]
    assert not Mail.objects.claimed().exists()


def test_who_is_told_to_stop_leaves_the_rest_to_others(server: MailServer) -> None:
    for name in "abc":
        mail(name)
    send(is_stopped=lambda: len(server.mails) == 2)
    assert not Mail.objects.claimed().exists()
    send()
    assert len(server.mails) == 3


def test_a_domain_gets_so_many_mails_an_hour(server: MailServer, settings: Settings) -> None:
    settings.MAIL_LIMITS = {"small.example": 2, "*": 4}
    for number in range(5):
        mail(f"s{number}", address=f"s{number}@Small.example")
        mail(f"o{number}", address=f"o{number}@other.example")
    mail("urgent", address="urgent@small.example", kind=MailKind.ACCOUNT)
    # What must arrive is counted, and does not wait.
    assert str(send()) == "6 sent, 5 held back by limits"
    assert Hour.objects.get(domain="small.example").count == 2
    assert str(send(now=NOON + HOUR - MINUTE)) == "none sent"
    assert Mail.objects.filter(reason=MailReason.LIMITED).count() == 5
    assert str(send(now=NOON + HOUR)) == "3 sent, 2 held back by limits"
    assert str(send(now=NOON + 2 * HOUR)) == "2 sent"


def test_what_could_not_be_sent_is_given_back_to_the_limit(settings: Settings) -> None:
    settings.MAIL_LIMITS = {"*": 4}
    with hanging_server() as (url, _):
        use(url, settings)
    mail()
    send()
    assert Hour.objects.get().count == 0


def test_a_clock_that_jumps_back_keeps_nothing_waiting_for_long(server: MailServer) -> None:
    server.answers["one@example.org"] = "451 Later"
    mail()
    mail("two", claimed_by="0" * 32, claimed_at=NOON + 365 * DAY)
    send(now=NOON + 365 * DAY)
    server.answers.clear()
    Mail.objects.filter(key="one").update(state="planned", ended_at=None)
    send(now=NOON + HOUR)
    assert states() == {"one": "sent", "two": "sent"}


# Who was killed


@pytest.mark.parametrize(
    ("kind", "becomes"), [(MailKind.DAILY, "unknown"), (MailKind.ACCOUNT, "sent")]
)
def test_what_was_being_sent_by_a_sender_that_is_gone(
    server: MailServer, kind: MailKind, becomes: str
) -> None:
    claim = "11111111111111111111111111111111"
    mail("halfway", kind=kind, state="sending", claimed_by=claim, claimed_at=NOON)
    mail("not begun", kind=kind, claimed_by=claim, claimed_at=NOON, address="n@example.org")
    send(now=NOON + outbox.LEASE)
    assert states() == {"halfway": "sending", "not begun": "planned"}
    send(now=NOON + outbox.LEASE + MINUTE)
    assert states() == {"halfway": becomes, "not begun": "sent"}


def test_a_sender_that_only_slept_says_what_came_of_it() -> None:
    mail()
    (mine,) = outbox.take(claim=(claim := uuid4()), count=1, now=NOON)
    ledger = outbox.Ledger(claim=claim)
    assert ledger.begin([mine])
    outbox.recover(now=NOON + HOUR)
    assert states() == {"one": "unknown"}
    ledger.end(mine, outbox.Outcome(state=MailState.SENT), now=NOON + HOUR)
    ledger.close()
    assert states() == {"one": "sent"}


def test_the_bound_of_what_a_kill_leaves_unknown() -> None:
    for number in range(20):
        mail(f"m{number:02}")

    class Watching:
        def connect(self) -> None:
            """Nothing is needed."""

        def deliver(self, message: EmailMessage) -> outbox.Outcome:
            seen.append(sorted(states().values()).count("sending"))
            return outbox.Outcome(state=MailState.SENT)

        def close(self) -> None:
            """Nothing is needed."""

    seen: list[int] = []
    send(through=Watching())
    assert max(seen) == sending.MARKED
    assert set(states().values()) == {"sent"}


def test_a_claim_that_was_lost_does_not_let_anybody_send() -> None:
    mail()
    (mine,) = outbox.take(claim=(first := uuid4()), count=1, now=NOON)
    outbox.recover(now=NOON + HOUR)
    (theirs,) = outbox.take(claim=(second := uuid4()), count=1, now=NOON + HOUR)
    assert not outbox.Ledger(claim=first).begin([mine])
    assert outbox.Ledger(claim=second).begin([theirs])


def test_a_long_batch_keeps_its_claim(server: MailServer) -> None:
    moments: list[datetime] = []
    claims: list[datetime | None] = []

    def clock() -> datetime:
        moments.append(NOON + len(moments) * 5 * MINUTE)
        claims.extend(Mail.objects.claimed().values_list("claimed_at", flat=True))
        return moments[-1]

    for name in "abcdef":
        mail(name)
    send(clock=clock)
    assert set(states().values()) == {"sent"}
    assert len(set(claims)) > 5
