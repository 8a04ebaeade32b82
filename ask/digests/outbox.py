"""The outbox: who may send a mail, and what came of it.

Every step is one conditional UPDATE whose row count says who won, so any number of processes may
send at once. A sender claims some mails for a while (`take`), marks a few as `sending` just before
the server gets them (`Ledger.begin`), and records what came of those together with the marks of the
next. So whoever is killed at any moment leaves these few at most of which nobody knows whether they
were sent. Such a mail is tried again if it must arrive, and is else `unknown` for good (`recover`).
How few they are is what it costs: a transaction for each time, which waits for the disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connections, router, transaction
from django.db.models import Q

from ask.accounts.models import User
from ask.core.one_line import one_line
from ask.digests.models import IS_WAITING, Mail, MailKind, MailReason, MailState

LEASE = timedelta(minutes=5)
"""How long a claim lasts that its sender does not renew. One mail takes a few `EMAIL_TIMEOUT`s.

Whoever loses a claim for being slower than that still says what came of the mail it was sending. A
link to reset a password that a killed sender had claimed waits for so long.
"""

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""Between two attempts; each time twice as long."""

GIVEN_UP = timedelta(days=3)
"""For how long a mail is tried that is refused for the moment only."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an attempt. `PLANNED` means: to be tried again."""

    state: MailState
    reason: MailReason | str = ""
    answer: str = ""


def put(message: EmailMessage, *, user: User | None, now: datetime, key: str = "") -> None:
    """Let a mail about an account be sent within seconds, once this transaction is complete.

    It goes to the first recipient of the message. `key` says what it tells: of two with the same
    one the second is no mail. Until it is sent, the database holds its text, and with it whatever
    secret link that contains. Raises ValueError for a message without recipient, or whose headers
    have line breaks in them.
    """
    if not message.to:
        raise ValueError("A mail needs somebody to send it to.")
    message.message()  # raises BadHeaderError, a ValueError, now and not in the job
    html = ""
    if isinstance(message, EmailMultiAlternatives) and message.alternatives:
        html = str(message.alternatives[0][0])
    mail = Mail(
        key=key or f"account:{uuid4()}",
        kind=MailKind.ACCOUNT,
        user=user,
        address=message.to[0],
        subject=str(message.subject),
        content={
            "text": str(message.body),
            "html": html,
            "sender": message.from_email,
            "headers": dict(message.extra_headers),
        },
        planned_at=now,
        due_at=now,
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)


def take(*, claim: UUID, count: int, now: datetime) -> list[Mail]:
    """Claim up to so many mails that are due, the most urgent first."""
    with _transaction():
        due = Mail.objects.due(now).select_for_update(skip_locked=True)
        ids = list(due.values_list("id", flat=True)[:count])
        taken = Mail.objects.due(now).filter(id__in=ids).order_by()
        if not ids or not taken.update(claimed_by=claim, claimed_at=now):
            return []
        return list(Mail.objects.filter(claimed_by=claim).order_by("kind", "id"))


def renew(*, claim: UUID, now: datetime) -> None:
    """Keep a claim for another `LEASE`."""
    Mail.objects.filter(claimed_by=claim).update(claimed_at=now)


def release(mails: Iterable[Mail], *, claim: UUID) -> None:
    """Let others have what was claimed and not begun."""
    ids = [mail.pk for mail in mails]
    mine = Mail.objects.filter(id__in=ids, claimed_by=claim, state=MailState.PLANNED)
    mine.update(claimed_by=None, claimed_at=None)


def postpone(mails: Iterable[Mail], *, claim: UUID, until: datetime) -> None:
    """Release mails that the limit of their domain holds back."""
    ids = [mail.pk for mail in mails]
    mine = Mail.objects.filter(id__in=ids, claimed_by=claim, state=MailState.PLANNED)
    mine.update(claimed_by=None, claimed_at=None, due_at=until, reason=MailReason.LIMITED)


def withdraw(reasons: dict[int, MailReason], *, claim: UUID, now: datetime) -> int:
    """End claimed mails that shall not be sent, by id; how many."""
    count = 0
    for reason in set(reasons.values()):
        ids = [id for id, why in reasons.items() if why == reason]
        mine = Mail.objects.filter(id__in=ids, claimed_by=claim, state=MailState.PLANNED)
        count += mine.update(
            state=MailState.FAILED, reason=reason, ended_at=now, claimed_by=None, claimed_at=None,
            content=None,
        )  # fmt: skip
    return count


def recover(*, now: datetime) -> int:
    """Free what senders had claimed that are gone; how many mails were being sent by them.

    A claim of a moment that has not come yet was made before the clock was set back.
    """
    gone = Mail.objects.claimed().filter(
        Q(claimed_at__lt=now - LEASE) | Q(claimed_at__gt=now + LEASE)
    )
    free = {"claimed_by": None, "claimed_at": None}
    gone.filter(state=MailState.PLANNED).update(**free)
    halfway = gone.filter(state=MailState.SENDING)
    killed = MailReason.KILLED
    again = halfway.filter(kind=MailKind.ACCOUNT).update(
        state=MailState.PLANNED, reason=killed, due_at=now, **free
    )
    # The claim stays: a sender that only slept may still say what came of it.
    unknown = halfway.exclude(kind=MailKind.ACCOUNT).update(
        state=MailState.UNKNOWN, reason=killed, ended_at=now, claimed_at=None
    )
    # Nobody waits for longer than this, whatever a clock has said.
    late = Mail.objects.filter(IS_WAITING, due_at__gt=now + LONGEST + SHORTEST)
    late.update(due_at=now)
    return again + unknown


# Of many mails at once: a database takes a list of values as a table, here named `told`.
_BEGIN = """
    UPDATE digests_mail
    SET state = 'sending', attempt_count = attempt_count + 1,
        address = told.column2, subject = told.column3
    FROM (VALUES {values}) AS told
    WHERE id = told.column1 AND state = 'planned' AND claimed_by = %s
    AND NOT EXISTS (SELECT 1 FROM digests_pause)
    RETURNING id
"""
_AGAIN = """
    UPDATE digests_mail
    SET state = told.column2, reason = told.column3, answer = told.column4, due_at = told.column5,
        claimed_by = NULL, claimed_at = NULL
    FROM (VALUES {values}) AS told
    WHERE id = told.column1 AND state IN ('sending', 'unknown') AND claimed_by = %s
"""
_END = """
    UPDATE digests_mail
    SET state = told.column2, reason = told.column3, answer = told.column4,
        ended_at = told.column5, claimed_by = NULL, claimed_at = NULL, content = NULL
    FROM (VALUES {values}) AS told
    WHERE id = told.column1 AND state IN ('sending', 'unknown') AND claimed_by = %s
"""
_UNDO = """
    UPDATE digests_mail
    SET state = 'planned', attempt_count = attempt_count - 1, ended_at = NULL,
        claimed_by = NULL, claimed_at = NULL
    FROM (VALUES {values}) AS told
    WHERE id = told.column1 AND state IN ('sending', 'unknown') AND claimed_by = %s
"""


class Ledger:
    """What one sender does to the mails it has claimed.

    In plain SQL: for each mail, the making of statements would take longer than all else here.
    """

    def __init__(self, *, claim: UUID) -> None:
        self.claim = claim
        self._connection = connections[router.db_for_write(Mail)]
        field = Mail._meta.get_field("claimed_by")
        self._claim = field.get_db_prep_value(claim, self._connection)
        self._pending: dict[str, list[tuple[Any, ...]]] = {}

    def begin(self, mails: Sequence[Mail]) -> list[Mail]:
        """Mark mails as being sent; those that are ours to send, none of them while mail is paused.

        In the same transaction it is recorded what came of those before.
        """
        with _transaction():
            self._write()
            begun = self._say(_BEGIN, [(mail.pk, mail.address, mail.subject) for mail in mails])
        return [mail for mail in mails if mail.pk in begun]

    def undo(self, mails: Sequence[Mail]) -> None:
        """Take marks back: these mails were not tried."""
        with _transaction():
            self._say(_UNDO, [(mail.pk,) for mail in mails])

    def end(self, mail: Mail, outcome: Outcome, *, now: datetime) -> None:
        """Say what came of it. It is recorded when the next ones begin, or by `close`."""
        found = _settled(mail, outcome, now=now)
        statement, moment = _END, now
        if found.state == MailState.PLANNED:
            statement, moment = _AGAIN, now + backoff(mail.attempt_count + 1)
        prepared = self._connection.ops.adapt_datetimefield_value(moment)
        self._pending.setdefault(statement, []).append(
            (mail.pk, str(found.state), str(found.reason), found.answer, prepared)
        )

    def close(self) -> None:
        """Record what is not recorded yet."""
        with _transaction():
            self._write()

    def _write(self) -> None:
        for statement, rows in self._pending.items():
            self._say(statement, rows)
        self._pending = {}

    def _say(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> set[int]:
        """Change as many of these mails as are ours; their ids, where the statement returns them.

        The first value of each row is the id of a mail.
        """
        row = f"({', '.join(['%s'] * len(rows[0]))})"
        values = ", ".join([row] * len(rows))
        with self._connection.cursor() as cursor:
            cursor.execute(
                statement.format(values=values), [*chain.from_iterable(rows), self._claim]
            )
            return {id for (id,) in cursor.fetchall()} if cursor.description else set()


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(SHORTEST * (1 << min(attempts - 1, 10)), LONGEST)


def _settled(mail: Mail, outcome: Outcome, *, now: datetime) -> Outcome:
    """The outcome, considering what kind of mail it is and how long it was tried."""
    answer = one_line(outcome.answer)
    if outcome.state == MailState.UNKNOWN and mail.must_arrive:
        outcome = Outcome(state=MailState.PLANNED, reason=outcome.reason)
    if outcome.state == MailState.PLANNED and now - mail.planned_at > GIVEN_UP:
        return Outcome(state=MailState.FAILED, reason=MailReason.TRIED_OUT, answer=answer)
    return Outcome(state=outcome.state, reason=outcome.reason, answer=answer)


def waiting_count(now: datetime) -> int:
    """How many mails are due."""
    return Mail.objects.due(now).order_by().count()


def plan(mails: Sequence[Mail]) -> list[Mail]:
    """Store planned mails, which get their ids."""
    return Mail.objects.bulk_create(mails)


def _transaction() -> transaction.Atomic:
    return transaction.atomic(using=router.db_for_write(Mail))
