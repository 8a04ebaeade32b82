"""What is left of a person here when their account ends."""

from ask.accounts.models import User
from ask.moderation.models import Flag


def erase_flags(person: User) -> None:
    """Withdraw the flags of somebody that wait, and forget their words in others. May be repeated.

    That a flag was raised and how it was settled stays, and so does the audit log.
    """
    theirs = Flag.objects.filter(user=person)
    theirs.waiting().delete()
    theirs.exclude(text="").update(text="")
