"""Whom a crontab wants to be told of failures, and who tells them."""

from django.conf import settings

from ask.cron.addresses import is_recipient, split
from ask.cron.crontab import Entry
from ask.cron.installing import current_user
from ask.env import SENDMAIL_BACKEND

SERVERLESS = tuple(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy")
)
"""Where Django sends nothing."""


def recipients(entry: Entry) -> list[str]:
    """Those of `MAILTO` that mail can be sent to; nobody, where it is empty.

    Where it is not set, as cron has it, the account that the entry runs under, if mail goes through
    the host's own program: a server elsewhere does not know accounts.
    """
    wanted = entry.variables.get("MAILTO")
    if wanted is None:
        is_local = settings.EMAIL_BACKEND == SENDMAIL_BACKEND
        wanted = (entry.user or current_user()) if is_local else ""
    return [address for address in split(wanted) if is_recipient(address)]


def is_mailed_by_ask(entry: Entry) -> bool:
    """Whether Ask can tell somebody of the entry's failures, so that cron need not."""
    return settings.EMAIL_BACKEND not in SERVERLESS and bool(recipients(entry))
