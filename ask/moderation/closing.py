"""Closing questions, and opening them again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.moderation import audit
from ask.moderation.models import AuditAction
from ask.questions import limits, threads
from ask.questions.closing import DUPLICATE_CODE, OFFERED
from ask.questions.history import write_event
from ask.questions.models import LinkType, Post, PostHistoryType, PostLink, PostType
from ask.questions.privileges import require
from ask.questions.texts import BadText
from ask.questions.threads import Conflict


def require_closing(person: User, question: Post, *, now: datetime) -> None:
    """Raise NotAllowed where somebody may neither close nor reopen a question."""
    is_own = question.owner_id == person.id
    require(person, "close_own" if is_own else "close", now=now)
    if question.post_type != PostType.QUESTION:
        raise Conflict(_("Only questions are closed."))


def close(
    *, person: User, question: Post, reason: str, now: datetime, original: Post | None = None
) -> None:
    """Close a question for one of `closing.OFFERED`; a duplicate names the `original` question.

    Raises BadText, NotAllowed, TooOften, and Conflict where it is closed or deleted already.
    """
    require_closing(person, question, now=now)
    if reason not in OFFERED:
        raise BadText(_("A question is not closed for this reason."), field="reason")
    if reason == DUPLICATE_CODE:
        if original is None or not _may_be_original(original, of=question):
            raise BadText(_("There is no such question to be a duplicate of."), field="original")
    else:
        original = None
    with transaction.atomic():
        limits.count(person, "close", now=now)
        thread = threads.lock(question)
        thread.require_present()
        if thread.question.closed_at:
            raise Conflict(_("This question is closed already."))
        Post.objects.filter(id=question.id).update(closed_at=now)
        write_event(
            thread.question,
            kind=PostHistoryType.CLOSED,
            by=person,
            now=now,
            comment=reason,
            **({"OriginalQuestionIds": [original.id]} if original else {}),
        )
        if original:
            _link(thread.question, original=original, now=now)
        audit.record(AuditAction.CLOSE, by=person, now=now, post=thread.question, detail=reason)


def reopen(*, person: User, question: Post, now: datetime) -> None:
    """Open a closed question again; it is no duplicate any more.

    Raises NotAllowed, TooOften, and Conflict where it is open or deleted.
    """
    require_closing(person, question, now=now)
    with transaction.atomic():
        limits.count(person, "close", now=now)
        thread = threads.lock(question)
        thread.require_present()
        if not thread.question.closed_at:
            raise Conflict(_("This question is open already."))
        Post.objects.filter(id=question.id).update(closed_at=None)
        PostLink.objects.filter(post=question, link_type=LinkType.DUPLICATE).delete()
        write_event(thread.question, kind=PostHistoryType.REOPENED, by=person, now=now)
        audit.record(AuditAction.REOPEN, by=person, now=now, post=thread.question)


def _may_be_original(original: Post, *, of: Post) -> bool:
    return (
        original.post_type == PostType.QUESTION
        and original.deleted_at is None
        and original.id != of.id
    )


def _link(question: Post, *, original: Post, now: datetime) -> None:
    PostLink.objects.get_or_create(
        post=question,
        related_post=original,
        link_type=LinkType.DUPLICATE,
        defaults={"created_at": now},
    )
