"""Whatever people do, in whatever order: counters and reputation are exact."""

import pytest
from django.db import connection

from ask.accounts.models import User
from ask.ratings.models import ReputationDay
from ask.ratings.reputation import events
from tests import written
from tests.moderation.walk import Walk

pytestmark = pytest.mark.django_db


def walk(*, seed: int, steps: int, checked_every: int) -> None:
    walking = Walk(seed)
    for _ in range(steps // checked_every):
        walking.go(checked_every)
        assert written.drift() == [], (seed, walking.done)
        assert missing_days() == set()
    assert set(walking.done) == set(walking.actions), walking.done
    assert sum(walking.done.values()) > steps / 4, (walking.done, walking.refused)
    assert not User.objects.filter(reputation__lt=1).exists()


def missing_days() -> set[tuple[int, str]]:
    """Days that brought somebody something and have no row: those, recount does not look for."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT user_id, gained_on FROM {events()} AS e")  # noqa: S608
        wanted = {(user_id, str(on)) for user_id, on in cursor.fetchall()}
    days = ReputationDay.objects.values_list("user_id", "gained_on")
    return wanted - {(user_id, str(on)) for user_id, on in days}


@pytest.mark.parametrize("seed", [1, 2])
def test_five_hundred_actions_leave_no_drift(seed: int) -> None:
    walk(seed=seed, steps=500, checked_every=100)


@pytest.mark.long
def test_ten_thousand_actions_leave_no_drift() -> None:
    walk(seed=3, steps=10_000, checked_every=500)
