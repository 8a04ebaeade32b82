"""Closing questions, and opening them again, by votes.

As many people as `CLOSE_VOTES` says have to want it; a moderator's vote decides alone, and so does
the asker's that their own question was asked before. What is decided ends the votes: the history of
the question and the audit log say whose they were.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.checks import Error
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.moderation import audit
from ask.moderation.models import AuditAction, CloseVote, Verdict
from ask.questions import limits, threads
from ask.questions.closing import DUPLICATE_CODE, OFFERED
from ask.questions.history import write_event
from ask.questions.models import LinkType, Post, PostHistoryType, PostLink, PostType
from ask.questions.privileges import require
from ask.questions.texts import BadText
from ask.questions.threads import Conflict

VOTES_LAST: Final = timedelta(days=14)
"""How long a vote waits for others, as on Stack Exchange."""

_VOTED: Final[dict[str, AuditAction]] = {
    Verdict.CLOSE: AuditAction.CLOSE_VOTE,
    Verdict.REOPEN: AuditAction.REOPEN_VOTE,
}


@dataclass(frozen=True)
class Ballot:
    """The votes that wait: to close an open question, to reopen a closed one."""

    votes: list[CloseVote]
    """The oldest first."""
    own: CloseVote | None
    """That of who looks."""
    missing: int
    """How many more decide it, if nobody decides alone."""

    @property
    def originals(self) -> list[Post]:
        """Of what it is a duplicate, as the votes say."""
        return _originals(self.votes)


def require_closing(person: User, question: Post, *, now: datetime) -> None:
    """Raise NotAllowed where somebody may vote neither to close nor to reopen a question."""
    is_own = question.owner_id == person.id
    require(person, "close_own" if is_own else "close", now=now)
    if question.post_type != PostType.QUESTION:
        raise Conflict(_("Only questions are closed."))


def ballot_of(question: Post, *, person: User, now: datetime) -> Ballot:
    """How the votes on a question stand, for somebody who may vote. One query."""
    votes = _waiting(question, now=now)
    return Ballot(
        votes=votes,
        own=next((vote for vote in votes if vote.user_id == person.id), None),
        missing=max(1, settings.CLOSE_VOTES - len(votes)),
    )


def close(
    *, person: User, question: Post, reason: str, now: datetime, original: Post | None = None
) -> bool:
    """Vote to close a question for one of `closing.OFFERED`; returns whether that closes it.

    A duplicate names the `original` question. Whoever votes again changes their vote. Raises
    BadText, NotAllowed, TooOften, and Conflict where it is closed or deleted already.
    """
    require_closing(person, question, now=now)
    if reason not in OFFERED:
        raise BadText(_("A question is not closed for this reason."), field="reason")
    if reason != DUPLICATE_CODE:
        original = None
    elif original is None or not _may_be_original(original, of=question):
        raise BadText(_("There is no such question to be a duplicate of."), field="original")
    with transaction.atomic():
        thread = threads.lock(question)
        thread.require_present()
        question = thread.question
        if question.closed_at:
            raise Conflict(_("This question is closed already."))
        vote = CloseVote(
            post=question,
            user=person,
            verdict=Verdict.CLOSE,
            reason=reason,
            original=original,
            cast_at=now,
        )
        is_own_duplicate = reason == DUPLICATE_CODE and question.owner_id == person.id
        is_alone = person.keeps_order or is_own_duplicate
        votes = _cast(vote, is_alone=is_alone)
        if votes:
            _close(question, votes=votes, deciding=[vote] if is_alone else votes)
    return bool(votes)


def reopen(*, person: User, question: Post, now: datetime) -> bool:
    """Vote to open a closed question again; returns whether that opens it.

    It is no duplicate any more then. May be repeated. Raises NotAllowed, TooOften, and Conflict
    where it is open or deleted.
    """
    require_closing(person, question, now=now)
    with transaction.atomic():
        thread = threads.lock(question)
        thread.require_present()
        question = thread.question
        if not question.closed_at:
            raise Conflict(_("This question is open already."))
        vote = CloseVote(post=question, user=person, verdict=Verdict.REOPEN, cast_at=now)
        votes = _cast(vote, is_alone=person.keeps_order)
        if votes:
            _reopen(question, votes=votes)
    return bool(votes)


def withdraw(*, person: User, question: Post, now: datetime) -> bool:
    """Take back one's vote to close or to reopen a question; returns whether there was one.

    Raises NotAllowed, and Conflict where the question is deleted.
    """
    require(person, "write", now=now)
    with transaction.atomic():
        thread = threads.lock(question)
        thread.require_present()
        own = CloseVote.objects.filter(
            post=question, user=person, verdict=_awaited(thread.question)
        )
        removed, _by_table = own.delete()
        if removed:
            audit.record(AuditAction.WITHDRAW_VOTE, by=person, now=now, post=thread.question)
    return bool(removed)


def remove_aged(*, now: datetime, is_trial: bool, advanced: Callable[[int], None]) -> int:
    """Remove votes that count no more; `advanced` is told of them. In a trial they stay."""
    aged = CloseVote.objects.filter(cast_at__lte=now - VOTES_LAST)
    count = aged.count() if is_trial else aged.delete()[0]
    advanced(count)
    return count


def check_setting(**_options: object) -> list[Error]:
    """Called by Django at every start: nobody's vote closes nothing."""
    if settings.CLOSE_VOTES >= 1:
        return []
    return [Error("CLOSE_VOTES must be at least 1.", id="ask.E002")]


def _awaited(question: Post) -> Verdict:
    return Verdict.REOPEN if question.closed_at else Verdict.CLOSE


def _waiting(question: Post, *, now: datetime) -> list[CloseVote]:
    """The votes that count now, the oldest first."""
    found = CloseVote.objects.filter(
        post=question, verdict=_awaited(question), cast_at__gt=now - VOTES_LAST
    )
    people = found.select_related("user", "original")
    texts = ("original__body", "original__rendered_body")
    return list(people.defer(*texts).order_by("cast_at", "id"))


def _cast(vote: CloseVote, *, is_alone: bool) -> list[CloseVote]:
    """Let a vote on a locked question count; the votes that decide now, or none.

    A vote that decides alone is no more than the decision, which is written down by itself.
    """
    person, now = vote.user, vote.cast_at
    waiting = _waiting(vote.post, now=now)
    others = [each for each in waiting if each.user_id != person.id]
    is_decided = is_alone or len(others) + 1 >= settings.CLOSE_VOTES
    if not is_decided and any(each.is_same(vote) for each in waiting):
        return []
    limits.count(person, "close", now=now)
    if others or not is_decided:
        audit.record(_VOTED[vote.verdict], by=person, now=now, post=vote.post, detail=vote.reason)
    if is_decided:
        CloseVote.objects.filter(post=vote.post).delete()
        return [*others, vote]
    CloseVote.objects.bulk_create(
        [vote],
        update_conflicts=True,
        unique_fields=["post", "user", "verdict"],
        update_fields=["reason", "original", "cast_at"],
    )
    return []


def _close(question: Post, *, votes: Sequence[CloseVote], deciding: Sequence[CloseVote]) -> None:
    """Close a locked question; `deciding` are the votes that say why."""
    last, reason = votes[-1], _reason(deciding)
    originals = _originals(deciding) if reason == DUPLICATE_CODE else []
    Post.objects.filter(id=question.id).update(closed_at=last.cast_at)
    write_event(
        question,
        kind=PostHistoryType.CLOSED,
        by=last.user,
        voters=[vote.user for vote in votes],
        now=last.cast_at,
        comment=reason,
        **({"OriginalQuestionIds": [post.id for post in originals]} if originals else {}),
    )
    _link(question, originals=originals, now=last.cast_at)
    audit.record(AuditAction.CLOSE, by=last.user, now=last.cast_at, post=question, detail=reason)


def _reopen(question: Post, *, votes: Sequence[CloseVote]) -> None:
    last = votes[-1]
    Post.objects.filter(id=question.id).update(closed_at=None)
    PostLink.objects.filter(post=question, link_type=LinkType.DUPLICATE).delete()
    write_event(
        question,
        kind=PostHistoryType.REOPENED,
        by=last.user,
        voters=[vote.user for vote in votes],
        now=last.cast_at,
    )
    audit.record(AuditAction.REOPEN, by=last.user, now=last.cast_at, post=question)


def _reason(votes: Sequence[CloseVote]) -> str:
    """The one that most named; of several, that of the latest vote.

    A duplicate of what is gone meanwhile names none. The last of the votes always does.
    """
    named = [vote.reason for vote in votes if vote.reason != DUPLICATE_CODE or _originals([vote])]
    counts = Counter(named)
    most = max(counts.values())
    return next(reason for reason in reversed(named) if counts[reason] == most)


def _originals(votes: Sequence[CloseVote]) -> list[Post]:
    """Of what these votes say that it is a duplicate, once each."""
    found = {
        vote.original.id: vote.original
        for vote in votes
        if vote.original is not None and _may_be_original(vote.original, of=vote.post)
    }
    return list(found.values())


def _may_be_original(original: Post, *, of: Post) -> bool:
    return (
        original.post_type == PostType.QUESTION
        and original.deleted_at is None
        and original.id != of.id
    )


def _link(question: Post, *, originals: Sequence[Post], now: datetime) -> None:
    links = PostLink.objects.filter(post=question, link_type=LinkType.DUPLICATE)
    known = set(links.values_list("related_post_id", flat=True)) if originals else set()
    PostLink.objects.bulk_create(
        PostLink(post=question, related_post=original, link_type=LinkType.DUPLICATE, created_at=now)
        for original in originals
        if original.id not in known
    )
