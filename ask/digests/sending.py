"""Sending what is due: batch by batch, each over one connection, until nothing is left.

A sender waits half of its time, for the database's disk and for the mail server. Where much is due
there are two of them, in threads of one process, as there may be any number in several.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Protocol
from uuid import UUID, uuid4

from django.core.mail import EmailMessage
from django.db import connections

from ask.core.one_line import one_line
from ask.cron.reporting import keep_connections
from ask.digests import limits, outbox
from ask.digests.models import Mail, MailReason, MailState
from ask.digests.outbox import Ledger, Outcome
from ask.digests.pausing import present_pause
from ask.digests.transport import ServerAway, Transport, transport

logger = logging.getLogger(__name__)

BATCH = 400
"""Mails that are claimed, written and sent together."""

MARKED = 8
"""Mails that a sender marks as being sent at once: the most of which nobody knows after a kill."""

SENDERS = 2
"""How many senders there are in a process where more is due than a batch."""

RENEWAL = timedelta(minutes=1)
"""How long after a claim was made or renewed it is renewed."""


LOOK_EVERY = 1.0
"""Seconds between two looks for what became due."""


class Composer(Protocol):
    def __call__(
        self, mails: Sequence[Mail], *, now: datetime
    ) -> Mapping[int, EmailMessage | MailReason]:
        """Of each mail, by its id, the message, or why it shall not be sent."""


@dataclass
class Tally:
    """What came of the mails that were tried."""

    counts: dict[str, int] = field(default_factory=dict)
    is_paused: bool = False
    away: str = ""
    """Why the mail server took none, if so."""

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def add(self, other: "Tally") -> None:
        for name, number in other.counts.items():
            self.count(name, number)
        self.is_paused, self.away = other.is_paused, other.away or self.away

    def __str__(self) -> str:
        names = {
            MailState.SENT: "sent",
            MailState.FAILED: "failed",
            MailState.UNKNOWN: "of unknown fate",
            MailState.PLANNED: "to be tried again",
            "withdrawn": "withdrawn",
            "held": "held back by limits",
        }
        said = [f"{self.counts[key]:,} {name}" for key, name in names.items() if key in self.counts]
        return ("paused, " if self.is_paused else "") + (", ".join(said) or "none sent")


def send_due(
    *,
    through: Transport,
    compose: Composer,
    clock: Callable[[], datetime],
    advanced: Callable[[int], None],
    is_stopped: Callable[[], bool] = lambda: False,
    batch: int = BATCH,
) -> Tally:
    """Send all that is due, unless mail is paused, the server is away or `is_stopped` says so.

    The clock is asked again and again: a batch may take long. Any number of processes may do this
    at once.
    """
    tally = Tally()
    outbox.recover(now=clock())
    while not (is_stopped() or tally.away):
        tally.is_paused = present_pause() is not None
        claim = uuid4()
        mails = [] if tally.is_paused else outbox.take(claim=claim, count=batch, now=clock())
        if not mails:
            break
        try:
            messages = _written(mails, compose=compose, claim=claim, tally=tally, now=clock())
            _send(
                [mail for mail in mails if mail.pk in messages],
                messages=messages,
                through=through,
                ledger=Ledger(claim=claim),
                clock=clock,
                tally=tally,
                advanced=advanced,
                is_stopped=is_stopped,
            )
        finally:
            through.close()
            outbox.release(mails, claim=claim)
    return tally


def send_together(
    *,
    compose: Composer,
    clock: Callable[[], datetime],
    advanced: Callable[[int], None],
    is_stopped: Callable[[], bool] = lambda: False,
    batch: int = BATCH,
) -> Tally:
    """Send all that is due, with as many senders as that is worth; see `send_due`."""
    failed, lock = Event(), Lock()

    def counted(number: int) -> None:
        with lock:
            advanced(number)

    def sent() -> Tally:
        try:
            return send_due(
                through=transport(),
                compose=compose,
                clock=clock,
                advanced=counted,
                is_stopped=lambda: failed.is_set() or is_stopped(),
                batch=batch,
            )
        except BaseException:
            failed.set()
            raise

    def sent_beside() -> Tally:
        try:
            return sent()
        finally:
            connections.close_all()  # this thread's

    beside = SENDERS - 1 if outbox.waiting_count(clock()) > batch else 0
    with ThreadPoolExecutor(SENDERS) as pool:
        others = [pool.submit(sent_beside) for _ in range(beside)]
        tally = sent()
        for other in others:
            tally.add(other.result())
    return tally


def keep_sending(
    *,
    seconds: float,
    wait: Callable[[float], bool],
    compose: Composer,
    clock: Callable[[], datetime],
    advanced: Callable[[int], None],
    is_stopped: Callable[[], bool],
) -> Tally:
    """Send what is due, then for so many seconds what becomes due, within a second.

    Somebody sits before a page that says that a link is on its way. `wait` waits for so many
    seconds, and says whether it was ended meanwhile. It ends sooner where the server is away.
    """
    tally, ends_at = Tally(), clock() + timedelta(seconds=seconds)
    while True:
        keep_connections()
        if outbox.waiting_count(clock()):
            tally.add(
                send_together(
                    compose=compose, clock=clock, advanced=advanced, is_stopped=is_stopped
                )
            )
        left = (ends_at - clock()).total_seconds()
        # More than at the beginning: the clock was set back.
        if tally.away or not 0 < left <= seconds or wait(min(left, LOOK_EVERY)):
            return tally


def _send(
    mails: list[Mail],
    *,
    messages: Mapping[int, EmailMessage],
    through: Transport,
    ledger: Ledger,
    clock: Callable[[], datetime],
    tally: Tally,
    advanced: Callable[[int], None],
    is_stopped: Callable[[], bool],
) -> None:
    """Send the mails of one batch, as far as possible."""
    shared_at = renewed_at = clock()
    held = limits.share(mails, now=shared_at)
    if held:
        until = limits.hour_of(shared_at) + limits.HOUR
        outbox.postpone(held, claim=ledger.claim, until=until)
        tally.count("held", len(held))
    rest = [mail for mail in mails if mail not in held]
    marked: list[Mail] = []
    try:
        while rest and not is_stopped():
            # Before the marks, so that who is killed while a server hangs leaves nothing unknown.
            through.connect()
            few, rest = rest[:MARKED], rest[MARKED:]
            marked = ledger.begin(few)
            if not marked and present_pause():
                rest = few + rest
                break
            advanced(len(few) - len(marked))
            while marked and not is_stopped():
                if abs(clock() - renewed_at) > RENEWAL:
                    renewed_at = clock()
                    outbox.renew(claim=ledger.claim, now=renewed_at)
                outcome = _delivered(messages[marked[0].pk], through=through)
                mail = marked.pop(0)
                ledger.end(mail, outcome, now=clock())
                tally.count(outcome.state)
                advanced(1)
    except ServerAway as e:
        tally.away = one_line(e)
    finally:
        ledger.close()
        if marked:
            ledger.undo(marked)
        limits.give_back(marked + rest, taken_at=shared_at)


def _written(
    mails: Sequence[Mail], *, compose: Composer, claim: UUID, tally: Tally, now: datetime
) -> dict[int, EmailMessage]:
    """The messages of claimed mails by id, without those that are withdrawn."""
    found = compose(mails, now=now)
    messages = {id: one for id, one in found.items() if isinstance(one, EmailMessage)}
    reasons = {id: one for id, one in found.items() if not isinstance(one, EmailMessage)}
    if reasons:
        tally.count("withdrawn", outbox.withdraw(reasons, claim=claim, now=now))
    for mail in mails:
        if message := messages.get(mail.pk):
            mail.address, mail.subject = message.recipients()[0], str(message.subject)
    return messages


def _delivered(message: EmailMessage, *, through: Transport) -> Outcome:
    try:
        return through.deliver(message)
    except ServerAway:
        raise
    except Exception as e:
        # One mail that cannot be written must not keep the others back.
        logger.exception("A mail could not be written")
        return Outcome(state=MailState.FAILED, reason=MailReason.FAULTY, answer=repr(e))
