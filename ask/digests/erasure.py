"""What is left of a person here when their account ends."""

from collections.abc import Collection
from datetime import datetime

from ask.accounts.models import User
from ask.digests.models import DeadAddress, Mail, MailReason, MailState, Notice
from ask.digests.planning import turn


def erase_mail(person: User, *, addresses: Collection[str], now: datetime) -> None:
    """Erase the inbox of somebody, and all that mails to them say. May be repeated.

    What waits is never sent; a mail that a server is getting at this moment cannot be called back.
    That there was a mail stays, and what came of it. `addresses` are theirs, in small letters: some
    mails went to one of them and to nobody whom the site knew.
    """
    to_nobody = Mail.objects.filter(user=None, address__in=addresses)
    with turn():
        Notice.objects.filter(user=person).delete()
        for mails in (Mail.objects.filter(user=person), to_nobody):
            # Whoever has claimed one finds it gone when they are about to send it.
            mails.filter(state=MailState.PLANNED).update(
                state=MailState.FAILED,
                reason=MailReason.UNWANTED,
                ended_at=now,
                claimed_by=None,
                claimed_at=None,
            )
            mails.update(address="", subject="", content=None, answer="")
        DeadAddress.objects.filter(address__in=addresses).delete()
