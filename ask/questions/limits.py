"""How often somebody may do something: more for those who are known.

The days and hours are those of the clock, so all limits of a day begin anew at midnight of UTC.
Each count is one row for a person and an action, which whoever does two things at once changes one
after the other; what is refused or fails is not counted, because its transaction never was.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.questions.models import Allowance
from ask.questions.privileges import NotAllowed, require

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

KNOWN: Final = 50
"""Reputation from which on somebody is no newcomer."""


class Limit(NamedTuple):
    period: timedelta
    newcomer: int
    known: int


LIMITS: Final[dict[str, Limit]] = {
    "ask": Limit(DAY, newcomer=6, known=50),
    "answer": Limit(DAY, newcomer=20, known=200),
    "comment": Limit(HOUR, newcomer=30, known=120),
    "edit": Limit(HOUR, newcomer=20, known=60),
    "vote": Limit(DAY, newcomer=40, known=40),
    "vote_comment": Limit(DAY, newcomer=30, known=30),
    "accept": Limit(HOUR, newcomer=30, known=60),
    "follow": Limit(HOUR, newcomer=100, known=300),
    "flag": Limit(DAY, newcomer=10, known=100),
    "close": Limit(DAY, newcomer=10, known=50),
    "delete": Limit(DAY, newcomer=5, known=30),
    "draft": Limit(HOUR, newcomer=600, known=1_200),
}
"""For who keeps order there are none."""

_COUNT = """
    INSERT INTO questions_allowance (user_id, action, began_at, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (user_id, action) DO UPDATE SET
        count = CASE WHEN questions_allowance.began_at = excluded.began_at
            THEN questions_allowance.count + 1 ELSE 1 END,
        began_at = excluded.began_at
    RETURNING count
"""

_MAY_WRITE = """
    SELECT 1 FROM accounts_user
    WHERE id = %s AND is_active AND (suspended_until IS NULL OR suspended_until <= %s)
"""
"""Whoever was removed or suspended since their request began does nothing. A statement of its own,
because one that waits for the row of a count goes on with what it read before (see `wait_for`)."""

_WAIT = """
    INSERT INTO questions_allowance (user_id, action, began_at, count) VALUES (%s, %s, %s, 0)
    ON CONFLICT (user_id, action) DO UPDATE SET count = questions_allowance.count
"""


class TooOften(Refusal):
    """Somebody did something as often as they may; `ends_at` says when they may again."""

    ends_at: datetime


def count(person: User, action: str, *, now: datetime) -> None:
    """Count one more of somebody's actions, a key of `LIMITS`. Raises NotAllowed, TooOften.

    To be called in the transaction of the action, for an action always before or always after the
    same other locks: it locks the row that is counted in.
    """
    if person.keeps_order:
        return
    limit = LIMITS[action]
    most = limit.known if person.reputation >= KNOWN else limit.newcomer
    began_at = _beginning(now, period=limit.period)
    adapted = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [person.id, action, adapted(began_at)])
        (done,) = cursor.fetchone()
        cursor.execute(_MAY_WRITE, [person.id, adapted(now)])
        may_write = cursor.fetchone() is not None
    if not may_write:
        person.refresh_from_db(fields=["is_active", "suspended_until"])
        require(person, "write", now=now)
        raise NotAllowed(_("This account is closed."))
    if done > most:
        refusal = TooOften(_SENTENCES[limit.period], most=most)
        refusal.ends_at = began_at + limit.period
        raise refusal


def wait_for(person: User, *, now: datetime) -> None:
    """Wait until everything that somebody is doing at this moment is done.

    To be called when their account is closed and that is committed: from then on no action begins.
    Each that began before has locked its row here. They are looked at one by one, in no
    transaction: whoever held one and waited for another could wait in a circle.
    """
    for action, limit in LIMITS.items():
        began_at = _beginning(now, period=limit.period)
        adapted = connection.ops.adapt_datetimefield_value(began_at)
        with connection.cursor() as cursor:
            cursor.execute(_WAIT, [person.id, action, adapted])


def forget(person: User) -> None:
    """Forget how often somebody did things whose account has ended."""
    Allowance.objects.filter(user=person).delete()


def _beginning(now: datetime, *, period: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return now - (now - epoch) % period


_SENTENCES: Final = {
    HOUR: ngettext_lazy(
        "You may do this %(most)d time an hour; try again later.",
        "You may do this %(most)d times an hour; try again later.",
        "most",
    ),
    DAY: ngettext_lazy(
        "You may do this %(most)d time a day; try again tomorrow.",
        "You may do this %(most)d times a day; try again tomorrow.",
        "most",
    ),
}
