"""Whom a crontab wants to be told of failures."""

import logging
import re
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ask.cron.crontab import Entry
from ask.cron.installing import current_user
from ask.env import SENDMAIL_BACKEND

logger = logging.getLogger("ask.cron")

_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.A)

SERVERLESS = tuple(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")
)
"""Where Django sends nothing."""


def addresses_of(entry: Entry) -> list[str]:
    """Those of `MAILTO` that are addresses, or accounts of the host.

    Nobody, where it is empty. Where it is not set, as cron has it, the account that the entry runs
    under, if mail goes through the host's own program: a server elsewhere does not know accounts.
    """
    wanted = entry.variables.get("MAILTO")
    if wanted is None:
        is_local = settings.EMAIL_BACKEND == SENDMAIL_BACKEND
        wanted = (entry.user or current_user()) if is_local else ""
    found = []
    for address in filter(None, (part.strip() for part in wanted.split(","))):
        if _ACCOUNT.fullmatch(address) or is_address(address):
            found.append(address)
        else:
            logger.error("%s: MAILTO: %r is no address.", entry.name, address)
    return found


def sender(wanted: str) -> str:
    """`MAILFROM` if it is an address, also one with a name; else the site's."""
    is_line = wanted.isprintable()
    return wanted if is_line and is_address(parseaddr(wanted)[1]) else settings.DEFAULT_FROM_EMAIL


def is_address(text: str) -> bool:
    """Whether mail can be sent there."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def is_mailed_by_ask(entry: Entry) -> bool:
    """Whether Ask can tell somebody of the entry's failures, so that cron need not."""
    return settings.EMAIL_BACKEND not in SERVERLESS and bool(addresses_of(entry))
