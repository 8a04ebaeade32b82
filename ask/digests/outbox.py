"""The outbox: who may send a mail, and what came of it.

Every step is one conditional UPDATE whose row count says who won, so any number of processes may
send at once. A sender claims some mails for a while (`take`), marks each as `sending` just before
the server gets it (`Ledger.begin`), and records what came of it together with the next one's mark:
a transaction a mail. So whoever is killed at any moment leaves one mail at most of which nobody
knows whether it was sent. That one is tried again if it must arrive, and is else `unknown` for
good (`recover`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import router, transaction
from django.db.models import Exists, F, Q

from ask.accounts.models import User
from ask.core.one_line import one_line
from ask.digests.models import IS_WAITING, Mail, MailKind, MailReason, MailState, Pause

LEASE = timedelta(minutes=15)
"""How long a claim lasts that its sender does not renew. One mail takes a few `EMAIL_TIMEOUT`s."""

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""Between two attempts; each time twice as long."""

GIVEN_UP = timedelta(days=3)
"""For how long a mail is tried that is refused for the moment only."""

LOST_IN_THE_MIDDLE = Q(state__in=[MailState.SENDING, MailState.UNKNOWN])


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
        return list(Mail.objects.filter(id__in=ids, claimed_by=claim).order_by("kind", "id"))


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


class Ledger:
    """What one sender does to the mails it has claimed."""

    def __init__(self, *, claim: UUID) -> None:
        self.claim = claim
        self._pending: tuple[Mail, Outcome, datetime] | None = None

    def begin(self, mail: Mail, *, now: datetime) -> bool:
        """Mark a mail as being sent; False where it is not ours to send, or mail is paused."""
        with _transaction():
            self._write()
            mine = Mail.objects.filter(
                ~Exists(Pause.objects.all()),
                pk=mail.pk,
                state=MailState.PLANNED,
                claimed_by=self.claim,
            )
            return bool(
                mine.update(
                    state=MailState.SENDING,
                    attempt_count=F("attempt_count") + 1,
                    address=mail.address,
                    subject=mail.subject,
                )
            )

    def undo(self, mail: Mail) -> None:
        """Take a mark back: the mail was not tried."""
        mine = Mail.objects.filter(LOST_IN_THE_MIDDLE, pk=mail.pk, claimed_by=self.claim)
        mine.update(
            state=MailState.PLANNED,
            attempt_count=F("attempt_count") - 1,
            ended_at=None,
            claimed_by=None,
            claimed_at=None,
        )

    def end(self, mail: Mail, outcome: Outcome, *, now: datetime) -> None:
        """Say what came of it. It is recorded when the next one begins, or by `close`."""
        self._pending = (mail, _settled(mail, outcome, now=now), now)

    def close(self) -> None:
        """Record what is not recorded yet."""
        with _transaction():
            self._write()

    def _write(self) -> None:
        if self._pending is None:
            return
        mail, outcome, now = self._pending
        mine = Mail.objects.filter(LOST_IN_THE_MIDDLE, pk=mail.pk, claimed_by=self.claim)
        values: dict[str, Any] = {
            "state": outcome.state,
            "reason": outcome.reason,
            "answer": outcome.answer,
        }
        if outcome.state == MailState.PLANNED:
            values["due_at"] = now + backoff(mail.attempt_count + 1)
        else:
            values |= {"ended_at": now, "content": None}
        mine.update(claimed_by=None, claimed_at=None, **values)
        self._pending = None


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
