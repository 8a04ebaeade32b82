"""The address of an account, as others than its owner set it."""

from allauth.account.models import EmailAddress
from django.db import transaction

from ask.accounts.models import User


def give_address(user: User, email: str) -> None:
    """Let this be somebody's only address, still to be confirmed; an empty one takes it away.

    The old one is gone at once: who has that mailbox could recover the password with it.
    """
    with transaction.atomic():
        user.email = email.lower()
        user.save(update_fields=["email"])
        EmailAddress.objects.filter(user=user).delete()
        if email:
            EmailAddress.objects.create(user=user, email=user.email, primary=True)


def list_confirmed(*, email_address: EmailAddress, **_: object) -> None:
    """Whoever has confirmed an address stands in lists from then on."""
    User.objects.filter(pk=email_address.user_id, is_confirmed=False).update(is_confirmed=True)


def is_taken(email: str, *, by_others_than: User) -> bool:
    """Whether somebody else has it, confirmed or not."""
    email = email.lower()
    if User.objects.filter(email=email).exclude(pk=by_others_than.pk).exists():
        return True
    return bool(EmailAddress.objects.filter(email=email).exclude(user=by_others_than).exists())
