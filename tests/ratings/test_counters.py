"""Medals, counted."""

import pytest
from django.db import connection

from ask.accounts.models import User
from ask.questions.counters import recount
from ask.ratings.counters import MEDALS, TALLIES, derivations
from ask.ratings.models import Badge, BadgeClass
from tests import cast

pytestmark = pytest.mark.django_db


def award(*classes: BadgeClass) -> None:
    for badge_class in classes:
        Badge.objects.create(
            user=cast.alice(), name="Teacher", badge_class=badge_class, awarded_at=cast.NOON
        )


def medals() -> tuple[int, int, int]:
    alice = User.objects.get(id=cast.alice().id)
    return alice.gold_count, alice.silver_count, alice.bronze_count


def test_medals_are_counted_by_class() -> None:
    award(BadgeClass.GOLD, BadgeClass.BRONZE, BadgeClass.BRONZE)
    found = recount(MEDALS, is_mending=True, advanced=lambda count: None)
    assert [finding.drift_count for finding in found] == [1, 0, 1]
    assert medals() == (1, 0, 2)


def test_an_import_derives_medals_too() -> None:
    award(BadgeClass.SILVER)
    with connection.cursor() as cursor:
        for derivation in derivations():
            cursor.execute(derivation.sql)
    assert medals() == (0, 1, 0)


def test_every_counter_has_a_name_of_its_own() -> None:
    names = [name for tally in TALLIES for name in tally.names]
    assert len(names) == len(set(names)) == 19
