"""What people report, and how it is settled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.moderation import audit
from ask.moderation.models import AuditAction, Flag, FlagQuerySet, FlagReason
from ask.questions import limits, texts, threads
from ask.questions.models import Comment, Post, PostType
from ask.questions.privileges import NotAllowed, require
from ask.questions.texts import BadText
from ask.questions.threads import Conflict

OF_ANSWERS_ONLY = {FlagReason.NOT_AN_ANSWER}
OF_POSTS_ONLY = {FlagReason.LOW_QUALITY, FlagReason.NOT_AN_ANSWER}


def reasons(post: Post, comment: Comment | None = None) -> list[FlagReason]:
    """Those for which it can be flagged: a post, or a comment below it."""
    left_out = OF_POSTS_ONLY if comment else set()
    if post.post_type != PostType.ANSWER:
        left_out = left_out | OF_ANSWERS_ONLY
    return [reason for reason in FlagReason if reason not in left_out]


def require_flagging(
    person: User, post: Post, *, now: datetime, comment: Comment | None = None
) -> None:
    """Raise NotAllowed where somebody flags nothing, or wrote it themselves."""
    require(person, "flag", now=now)
    if person.id == (comment.user_id if comment else post.owner_id):
        raise NotAllowed(_("Nobody flags what they wrote themselves."))


def flag(
    *,
    person: User,
    post: Post,
    reason: str,
    now: datetime,
    comment: Comment | None = None,
    text: str = "",
) -> None:
    """Ask moderators to look at a post, or at a comment below it.

    May be repeated: who has a flag waiting there adds none. "other" wants a text. Raises BadText,
    Conflict where the post or the comment is deleted, NotAllowed, TooOften.
    """
    require_flagging(person, post, comment=comment, now=now)
    said = texts.summary(text)
    if reason not in reasons(post, comment):
        raise BadText(_("Nothing is flagged for this reason."), field="reason")
    if reason == FlagReason.OTHER and not said:
        raise BadText(_("Say what a moderator should look at."), field="text")
    comment_id = comment.id if comment else None
    with transaction.atomic():
        if Flag.objects.waiting().filter(user=person, post=post, comment_id=comment_id).exists():
            return
        limits.count(person, "flag", now=now)
        # Locked: whoever deletes it settles the flags that it has.
        threads.lock(post).require_present()
        if comment and not Comment.objects.filter(id=comment.id).exists():
            raise Conflict(_("This was deleted."))
        Flag.objects.bulk_create(
            [
                Flag(
                    user=person,
                    post=post,
                    comment_id=comment_id,
                    reason=reason,
                    text=said,
                    created_at=now,
                )
            ],
            ignore_conflicts=True,
        )


def settle(*, person: User, flag: Flag, is_helpful: bool, now: datetime) -> bool:
    """Say whether a flag was right. Returns False where somebody else has settled it already.

    What follows from it, a deletion for example, is done besides. Raises NotAllowed.
    """
    require(person, "moderate", now=now)
    with transaction.atomic():
        settled = (
            Flag.objects.waiting()
            .filter(id=flag.id)
            .update(settled_at=now, settled_by=person, is_helpful=is_helpful)
        )
        if settled:
            _record(flag, by=person, is_helpful=is_helpful, now=now)
    return bool(settled)


def settle_with_it(flags: FlagQuerySet, *, by: User, now: datetime, is_recorded: bool) -> int:
    """Settle flags on what somebody takes away, as Stack Exchange does: they were right.

    To be called in the transaction of that, when posts and tags are locked and people are not.
    `is_recorded` writes each into the audit log. Returns how many there were.
    """
    found = list(flags.waiting().select_related("post").select_for_update(of=("self",)))
    ids = [flag.id for flag in found]
    Flag.objects.filter(id__in=ids).update(settled_at=now, settled_by=by, is_helpful=True)
    if is_recorded:
        for flag in found:
            _record(flag, by=by, is_helpful=True, now=now)
    return len(found)


def _record(flag: Flag, *, by: User, is_helpful: bool, now: datetime) -> None:
    audit.record(
        AuditAction.SETTLE_FLAG,
        by=by,
        now=now,
        post=flag.post,
        person_id=flag.user_id,
        detail=f"{flag.reason}: {'helpful' if is_helpful else 'declined'}",
    )
