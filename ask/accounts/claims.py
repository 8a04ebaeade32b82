"""Claiming an imported account: by a link that staff hand to the person whose it is."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from ask.accounts.addresses import give_address
from ask.accounts.models import User
from ask.core.content import LOCAL_IDS

VALID = timedelta(days=7)

_SALT = "ask.accounts.claims"


class BadClaim(Exception):
    """The link is not one that we made, too old, used, or of an account that is not claimed so."""


def is_claimable(user: User) -> bool:
    """Whether this is an imported account that nobody has made sure to be theirs.

    Never one with rights: whoever may make links would get them.
    """
    return (
        0 < user.pk < LOCAL_IDS
        and user.is_active
        and not (user.is_staff or user.is_superuser or user.is_moderator)
        and not EmailAddress.objects.filter(user=user, verified=True).exists()
    )


def claim_token(user: User) -> str:
    """What the link says: whose account. It serves for `VALID`, and once. Raises BadClaim."""
    if not is_claimable(user):
        raise BadClaim
    return signing.dumps([user.pk, _state(user)], salt=_SALT, compress=True)


def claimed_by(token: str) -> User:
    """The account that a link is for. Raises BadClaim."""
    try:
        id, state = signing.loads(token, salt=_SALT, max_age=VALID)
    except signing.BadSignature:
        raise BadClaim from None
    user: User | None = User.objects.filter(pk=id).first()
    if user is None or state != _state(user) or not is_claimable(user):
        raise BadClaim
    return user


def claim(user: User, *, email: str, password: str) -> None:
    """Give the account its password and an address, still to be confirmed.

    `user` is as `claimed_by` found it. Raises BadClaim if somebody else was faster.
    """
    with transaction.atomic():
        made = make_password(password)
        if not User.objects.filter(pk=user.pk, password=user.password).update(password=made):
            raise BadClaim
        # Also instead of that of an earlier claim, which was never confirmed: it was mistyped.
        give_address(user, email)
    user.password = made


def _state(user: User) -> str:
    """Changes as soon as a link was used."""
    return salted_hmac(_SALT, user.password).hexdigest()[:16]
