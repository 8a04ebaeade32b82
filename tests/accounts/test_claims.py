"""Claiming an imported account."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing

from ask.accounts.claims import VALID, BadClaim, claim, claim_token, claimed_by
from ask.accounts.models import User
from tests.cast import PASSWORD, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported() -> User:
    user: User = User.objects.create(id=7, username="user7", display_name="Seven", password="!")
    return user


def test_a_link_serves_once(imported: User) -> None:
    token = claim_token(imported)
    claim(claimed_by(token), email="Seven@example.org", password=PASSWORD)
    imported.refresh_from_db()
    assert imported.check_password(PASSWORD)
    assert imported.email == "seven@example.org"
    address = EmailAddress.objects.get()
    assert (address.email, address.primary, address.verified) == ("seven@example.org", True, False)
    with pytest.raises(BadClaim):
        claimed_by(token)


def test_of_two_people_at_once_one_gets_the_account(imported: User) -> None:
    token = claim_token(imported)
    first, second = claimed_by(token), claimed_by(token)
    claim(first, email="a@example.org", password=PASSWORD)
    with pytest.raises(BadClaim):
        claim(second, email="b@example.org", password=PASSWORD)
    assert EmailAddress.objects.get().email == "a@example.org"


def test_a_mistaken_address_can_be_mended_by_another_link(imported: User) -> None:
    claim(claimed_by(claim_token(imported)), email="typo@example.org", password=PASSWORD)
    imported.refresh_from_db()
    claim(claimed_by(claim_token(imported)), email="seven@example.org", password=PASSWORD)
    assert EmailAddress.objects.get().email == "seven@example.org"


def test_a_link_ends(imported: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = claim_token(imported)
    later = time.time() + (VALID + timedelta(minutes=1)).total_seconds()
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(BadClaim):
        claimed_by(token)


def test_nobody_makes_a_link_of_their_own(imported: User) -> None:
    token = claim_token(imported)
    for made in ("", "x", token[:-1], token + "x", signing.dumps([7, "x"])):
        with pytest.raises(BadClaim):
            claimed_by(made)


@pytest.mark.parametrize(
    "columns", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
)
def test_neither_staff_nor_the_closed_are_claimed(imported: User, columns: dict[str, bool]) -> None:
    token = claim_token(imported)
    User.objects.filter(id=7).update(**columns)
    imported.refresh_from_db()
    with pytest.raises(BadClaim):
        claim_token(imported)
    with pytest.raises(BadClaim):
        claimed_by(token)


def test_whoever_signed_up_here_is_not_claimed() -> None:
    with pytest.raises(BadClaim):
        claim_token(member("Erin"))


def test_an_account_that_has_its_owner_is_not_claimed(imported: User) -> None:
    token = claim_token(imported)
    EmailAddress.objects.create(user=imported, email="seven@example.org", verified=True)
    with pytest.raises(BadClaim):
        claimed_by(token)
