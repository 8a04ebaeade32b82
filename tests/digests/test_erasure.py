"""What is left of mails and the inbox when an account ends: nothing is told, nothing is sent."""

from typing import Any
from uuid import uuid4

import pytest

from ask.accounts.models import User
from ask.digests import outbox
from ask.digests.composing import Composer
from ask.digests.erasure import erase_mail
from ask.digests.models import DeadAddress, Mail, MailKind, MailState, Notice
from ask.digests.outbox import Ledger, Outcome
from ask.digests.pausing import mark_dead
from tests.cast import NOON, answer, ask
from tests.digests.outboxes import mail, send, states
from tests.digests.telling import DAY, alice, bob, find

pytestmark = pytest.mark.django_db(databases="__all__")

ADDRESS = "alice@example.org"
SECRET = {"text": "A secret link", "html": "", "sender": "ask@example.org", "headers": {}}


def told(key: str, *, user: User | None = None, **columns: Any) -> Mail:
    """A mail to Alice's address."""
    return mail(key, user=user, address=ADDRESS, subject="Hello Alice", **columns)


def erase() -> None:
    erase_mail(alice(), addresses={ADDRESS}, now=NOON)


def test_no_mail_says_anything_and_none_that_waits_is_sent() -> None:
    told("reset", user=alice(), kind=MailKind.ACCOUNT, content=SECRET)
    told("sent", user=alice(), state=MailState.SENT, answer="250 for alice@example.org")
    told("stranger", kind=MailKind.ACCOUNT, content=SECRET)
    mail("bob", user=bob())
    mark_dead(ADDRESS, by="Carol", reason="It came back", now=NOON)
    answer(ask(by=alice()), by=bob())
    find()
    claimed = outbox.take(claim=uuid4(), count=1, now=NOON)
    erase()
    assert [one.key for one in claimed] == ["reset"]
    assert not Notice.objects.exists() and not DeadAddress.objects.exists()
    for found in Mail.objects.exclude(key="bob"):
        assert not (found.address or found.subject or found.content or found.answer), found.key
    assert str(send()) == "1 sent"
    assert states() == {"bob": "sent", "reset": "failed", "sent": "sent", "stranger": "failed"}


def test_a_mail_that_a_server_refused_for_the_moment_is_not_tried_again() -> None:
    told("reset", user=alice(), kind=MailKind.ACCOUNT, content=SECRET)
    ledger = Ledger(claim=uuid4())
    (begun,) = ledger.begin(outbox.take(claim=ledger.claim, count=1, now=NOON))
    erase()
    assert states() == {"reset": "sending"}
    ledger.end(begun, Outcome(state=MailState.PLANNED, answer="451 Later"), now=NOON)
    ledger.close()
    assert states() == {"reset": "planned"}
    assert str(send(now=NOON + DAY, compose=Composer(site="Ask"))) == "1 withdrawn"
