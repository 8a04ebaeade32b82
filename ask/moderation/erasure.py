"""What is left of a person here when their account ends."""

from ask.accounts.models import User
from ask.moderation.models import CloseVote, Flag


def erase_flags(person: User) -> None:
    """Withdraw the flags of somebody that wait, and forget their words in others. May be repeated.

    That a flag was raised and how it was settled stays, and so does the audit log.
    """
    theirs = Flag.objects.filter(user=person)
    theirs.waiting().delete()
    theirs.exclude(text="").update(text="")


def erase_close_votes(person: User) -> None:
    """Withdraw the votes of somebody on closing and reopening that wait. May be repeated.

    What was decided stays, and so does the audit log.
    """
    CloseVote.objects.filter(user=person).delete()
