"""The messages of a batch of mails, from a few queries for all of them together."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.mail import EmailMessage, EmailMultiAlternatives

from ask.digests.models import Mail, MailReason

logger = logging.getLogger(__name__)


def compose(mails: Sequence[Mail], *, now: datetime) -> Mapping[int, EmailMessage | MailReason]:
    """Of each mail, by its id, the message, or why it shall not be sent."""
    return {mail.pk: about_account(mail) for mail in mails}


def about_account(mail: Mail) -> EmailMessage:
    """The message as it was written when it was planned."""
    content = mail.content or {}
    message = EmailMultiAlternatives(
        mail.subject,
        content["text"],
        content["sender"],
        [mail.address],
        headers={"Auto-Submitted": "auto-generated", **content["headers"]},
    )
    if content["html"]:
        message.attach_alternative(content["html"], "text/html")
    return message
