"""Mails in the outbox, and senders for them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage

from ask.digests.models import Mail, MailKind, MailReason
from ask.digests.sending import Tally, send_due
from ask.digests.transport import Transport, transport
from tests.cast import NOON


def mail(key: str = "one", *, kind: MailKind = MailKind.DAILY, **columns: Any) -> Mail:
    """A planned mail, due at noon, to an address of its key's name."""
    values = {"address": f"{key}@example.org", "planned_at": NOON, "due_at": NOON, **columns}
    return Mail.objects.create(key=key, kind=kind, **values)


def write(mails: Sequence[Mail], *, now: datetime) -> Mapping[int, EmailMessage | MailReason]:
    """A short text for each."""
    return {
        each.pk: EmailMessage(f"About {each.key}", "Text", "ask@example.org", [each.address])
        for each in mails
    }


def send(
    *,
    now: datetime = NOON,
    clock: Callable[[], datetime] | None = None,
    through: Transport | None = None,
    compose: Callable[..., Any] = write,
    is_stopped: Callable[[], bool] = lambda: False,
    batch: int = 200,
) -> Tally:
    """Send all that is due at noon, or at another moment."""
    return send_due(
        through=through or transport(),
        compose=compose,
        clock=clock or (lambda: now),
        advanced=lambda count: None,
        is_stopped=is_stopped,
        batch=batch,
    )


def states() -> dict[str, str]:
    """The state of every mail, by its key."""
    return dict(Mail.objects.order_by("key").values_list("key", "state"))
