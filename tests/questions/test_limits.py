"""How often somebody may do something."""

from datetime import timedelta

import pytest

from ask.questions import limits
from ask.questions.limits import LIMITS, TooOften, count
from ask.questions.models import Allowance, Post
from tests import cast, written

pytestmark = pytest.mark.django_db


def test_newcomers_may_do_less() -> None:
    for person in (cast.person("Dan"), cast.alice()):
        most = LIMITS["ask"].newcomer if person.reputation < limits.KNOWN else LIMITS["ask"].known
        for _ in range(most):
            count(person, "ask", now=cast.NOON)
        with pytest.raises(TooOften, match=f"{most} times a day"):
            count(person, "ask", now=cast.NOON)


def test_another_period_begins_anew() -> None:
    newcomer = cast.person("Dan")
    for _ in range(LIMITS["comment"].newcomer):
        count(newcomer, "comment", now=cast.NOON)
    with pytest.raises(TooOften) as refused:
        count(newcomer, "comment", now=cast.NOON + timedelta(minutes=59))
    assert refused.value.ends_at == cast.NOON + timedelta(hours=1)
    count(newcomer, "comment", now=refused.value.ends_at)
    assert Allowance.objects.get().count == 1


def test_what_is_refused_changes_nothing() -> None:
    newcomer = cast.person("Dan")
    for _ in range(LIMITS["ask"].newcomer):
        written.ask(by=newcomer)
    with pytest.raises(TooOften):
        written.ask(by=newcomer)
    assert Post.objects.count() == Allowance.objects.get().count == LIMITS["ask"].newcomer


def test_who_keeps_order_is_not_counted() -> None:
    count(cast.carol(), "ask", now=cast.NOON)
    assert not Allowance.objects.exists()
