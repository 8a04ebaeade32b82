"""The mails that somebody would get if all that waits for them were sent now."""

from datetime import datetime

from django.core.mail import EmailMessage

from ask.accounts.models import Frequency, User
from ask.digests.composing import Composer, Material
from ask.digests.models import Mail, MailReason, Notice
from ask.digests.planning import DAILY, INSTANT, WEEKLY


def preview(user: User, *, compose: Composer, now: datetime) -> list[EmailMessage | MailReason]:
    """At once, daily and weekly: each mail, or why there is none. Nothing is changed."""
    waiting = [
        notice
        for rhythm in (INSTANT, DAILY, WEEKLY)
        for notice in Notice.objects.untold(rhythm.frequency).of([user.pk])
    ]
    mails = {}
    for rhythm in (INSTANT, DAILY, WEEKLY):
        mails[rhythm.frequency] = Mail(
            pk=-rhythm.kind,
            key=f"preview:{rhythm.frequency}",
            kind=rhythm.kind,
            user=user,
            since=now - rhythm.period,
            until=now,
        )
    for notice in waiting:
        notice.mail = mails[Frequency(notice.frequency)]
    material = Material(users=[user.pk], notices=waiting)
    return [compose.told(mail, material=material) for mail in mails.values()]
