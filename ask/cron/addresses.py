"""Addresses of mail, as `MAILTO` and `MAILFROM` hold them."""

import re
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.A)


def split(text: str) -> list[str]:
    """What stands between commas, addresses or not."""
    return [part for part in (part.strip() for part in text.split(",")) if part]


def is_recipient(text: str) -> bool:
    """Whether mail can be sent there: an address, or an account of the host."""
    return bool(_ACCOUNT.fullmatch(text)) or _is_address(text)


def is_sender(text: str) -> bool:
    """Whether mail can come from there: an address, also one with a name."""
    return text.isprintable() and _is_address(parseaddr(text)[1])


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
