"""Names to log in with: nobody chooses one, each is unique."""

import secrets
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from ask.accounts.models import User

LONGEST = 100
ATTEMPTS = 5


def save_with_username(user: User) -> None:
    """Save somebody new under a username made of their name.

    Raises IntegrityError if something else than the username is taken.
    """
    names = _candidates(user.display_name)
    for attempt in range(1, ATTEMPTS + 1):
        user.username = next(names)
        if User.objects.filter(username=user.username).exists():
            continue
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:  # somebody took it at the same moment
            if attempt == ATTEMPTS:
                raise
        else:
            return
    raise AssertionError("five random names of a million are never all taken")


def _candidates(name: str) -> Iterator[str]:
    """`anna-lebedeva`, then `anna-lebedeva-` and a random number, which needs no search."""
    made = slugify(name, allow_unicode=True)[:LONGEST] or "user"
    yield made
    while True:
        yield f"{made}-{secrets.randbelow(1_000_000):06}"
