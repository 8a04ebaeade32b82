"""A request that began earlier takes nothing back of what happened since."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from ask.accounts.claims import is_claimable
from ask.accounts.erasure import erase_account
from ask.accounts.models import User
from ask.questions import limits
from ask.questions.privileges import NotAllowed
from ask.web.accounts import AccountAdapter
from tests import cast

pytestmark = pytest.mark.django_db(databases="__all__")


def stale() -> User:
    """Alice as a request has read her, before she gained a vote and was closed."""
    found = cast.person("Alice", email="alice@example.org")
    User.objects.filter(pk=found.pk).update(reputation=510, gained_reputation=10, is_active=False)
    return found


def test_a_new_password_changes_nothing_else() -> None:
    AccountAdapter().set_password(stale(), "Correct-Horse-8")
    alice = User.objects.get()
    assert alice.check_password("Correct-Horse-8")
    assert (alice.reputation, alice.gained_reputation, alice.is_active) == (510, 10, False)


def test_a_deletion_keeps_what_is_counted() -> None:
    erase_account(stale(), now=cast.NOON)
    alice = User.objects.get()
    assert (alice.reputation, alice.gained_reputation, alice.email) == (510, 10, "")


def test_whoever_was_closed_since_does_nothing() -> None:
    with pytest.raises(NotAllowed, match="closed"):
        limits.count(stale(), "vote", now=cast.NOON)


def test_a_moderator_is_not_claimed_by_a_link() -> None:
    User.objects.create(id=77, username="mona", is_moderator=True)
    assert not is_claimable(User.objects.get(id=77))


def test_an_unknown_address_takes_as_many_hashes_as_a_known_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.member("Erin", email="erin@example.org")
    hashes: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashes.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for address in ("erin@example.org", "nobody@example.org"):
        hashes.clear()
        client.post("/users/login", {"login": address, "password": "wrong"})
        counts.append(len(hashes))
    assert counts[0] == counts[1] > 0
