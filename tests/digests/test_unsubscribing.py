"""Links that end mails."""

import pytest
from django.core import signing

from ask.accounts.models import Preferences, User
from ask.digests.unsubscribing import SCOPES, Subscription
from tests.digests.telling import alice, bob, choose

pytestmark = pytest.mark.django_db(databases="__all__")


def chosen(user: User) -> dict[str, str]:
    found = Preferences.of(user)
    return {
        name: str(getattr(found, name))
        for name in ("answers", "comments", "mentions", "followed", "digest")
    }


def end(scope: str) -> None:
    Subscription(user=alice().id, scope=scope).end()


@pytest.mark.parametrize("scope", SCOPES)
def test_a_link_says_whose_mails_and_which(scope: str) -> None:
    made = Subscription(user=alice().id, scope=scope)
    assert Subscription.read(made.path.rpartition("/")[2]) == made


def test_a_link_that_was_changed_is_refused() -> None:
    token = Subscription(user=alice().id, scope="answers").path.rpartition("/")[2]
    for changed in (
        token.replace(str(alice().id), str(bob().id)),
        token.replace("answers", "all"),
        token[:-1],
        f"{token}x",
        "",
        "7.all",
    ):
        with pytest.raises(signing.BadSignature):
            Subscription.read(changed)


def test_one_kind_is_ended_and_the_others_stay() -> None:
    before = chosen(alice())
    end("answers")
    end("answers")
    assert chosen(alice()) == before | {"answers": "never"}


def test_all_that_comes_in_one_rhythm_is_ended() -> None:
    choose(alice(), answers="daily", comments="weekly", mentions="instant", digest="daily")
    end("daily")
    assert chosen(alice()) == {
        "answers": "never",
        "comments": "weekly",
        "mentions": "instant",
        "followed": "never",
        "digest": "never",
    }


def test_everything_is_ended() -> None:
    end("all")
    assert set(chosen(alice()).values()) == {"never"}
    assert set(chosen(bob()).values()) != {"never"}
