"""Two senders in one process, each with connections of its own."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Barrier, get_ident

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from ask.digests.models import Mail, MailReason
from ask.digests.sending import Composer, Tally, send_together
from ask.env import email
from tests.cast import NOON
from tests.digests.outboxes import mail, states, write
from tests.services.mail import MailServer, mail_server

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

BATCH = 10


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as found:
        for name, value in email(found.url).items():
            setattr(settings, name, value)
        yield found


def send(compose: Composer = write) -> tuple[Tally, int]:
    """All that is due; what came of it, and how many mails it said that it was done with."""
    done: list[int] = []
    tally = send_together(compose=compose, clock=lambda: NOON, advanced=done.append, batch=BATCH)
    return tally, sum(done)


def fill(count: int) -> None:
    for number in range(count):
        mail(f"d{number}")


def meeting(then: Callable[[int], None] = lambda turn: None) -> tuple[Composer, set[int]]:
    """A composer in whose first batches two threads wait for each other; the threads it was in.

    Each then does `then`, which is told whether it is 0 or 1.
    """
    together, threads = Barrier(2, timeout=30), set[int]()

    def compose(mails: Sequence[Mail], *, now: datetime) -> Mapping[int, EmailMessage | MailReason]:
        if get_ident() not in threads:
            threads.add(get_ident())
            then(together.wait())
        return write(mails, now=now)

    return compose, threads


def test_two_senders_share_what_is_more_than_a_batch(server: MailServer) -> None:
    fill(5 * BATCH)
    compose, threads = meeting()
    tally, done = send(compose)
    assert len(threads) == 2
    assert (tally.counts, done) == ({"sent": 5 * BATCH}, 5 * BATCH)
    assert set(states().values()) == {"sent"}
    assert Counter(to for (to,) in server.recipients) == Counter(
        f"d{number}@example.org" for number in range(5 * BATCH)
    )


def test_a_batch_is_sent_by_one_alone(server: MailServer) -> None:
    fill(BATCH)
    assert send()[0].counts == {"sent": BATCH}
    assert server.greetings == 1


def test_a_sender_that_fails_stops_the_other(server: MailServer) -> None:
    fill(20 * BATCH)

    def fail(turn: int) -> None:
        if turn:
            raise OSError("no more of this")

    compose, _ = meeting(then=fail)
    with pytest.raises(OSError, match="no more of this"):
        send(compose)
    assert len(server.mails) < 20 * BATCH
    assert not Mail.objects.claimed().exists()
    assert Counter(states().values())["sent"] == len(server.mails)


def test_where_the_server_is_away_both_say_so(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    fill(3 * BATCH)
    tally, done = send()
    assert "refused" in tally.away
    assert (tally.counts, done) == ({}, 0)
    assert set(states().values()) == {"planned"}
    assert not Mail.objects.claimed().exists()
