"""The staff login of a site that `make run` serves."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS


@dataclass(frozen=True, kw_only=True)
class Login:
    username: str
    password: str


def renew_staff_login(*, now: datetime) -> Login:
    """Give `staff` a new password, and make that account at first.

    Somebody of a dump may have that name already, and must not become staff by it: then the next
    free name serves.
    """
    password = secrets.token_urlsafe(12)
    for username in chain(["staff"], (f"staff{number}" for number in count(2))):
        user = User.objects.filter(username=username).first()
        if user is None:
            User.objects.create_staff(username=username, password=password, now=now)
        elif user.is_superuser and user.id >= LOCAL_IDS:
            user.set_password(password)
            user.save(update_fields=["password"])
        else:
            continue
        return Login(username=username, password=password)
    raise AssertionError("names do not run out")
