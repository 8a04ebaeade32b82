"""Keeping somebody from writing: for a while, or for good with all they wrote."""

from collections import Counter
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ask.accounts.erasure import without_profile
from ask.accounts.models import User
from ask.moderation import audit
from ask.moderation.deleting import hide, recount_after
from ask.moderation.flagging import settle_with_it
from ask.moderation.models import AuditAction, AuditEntry, CloseVote, Flag
from ask.questions import limits, texts, threads
from ask.questions.counters import COMMENT_VOTES, COMMENTS, VOTES, mend, recount_posts
from ask.questions.models import (
    CAST_HERE,
    Comment,
    CommentVote,
    Post,
    PostType,
    Vote,
    VoteType,
)
from ask.questions.privileges import NotAllowed, require
from ask.questions.texts import BadText

_BEFORE_REASON: Final = " UTC: "


def suspend(*, person: User, whom: User, until: datetime, reason: str, now: datetime) -> None:
    """Keep somebody from writing until a moment, for a reason that they read.

    Raises BadText, NotAllowed.
    """
    _require(person, whom, now=now)
    if until <= now:
        raise BadText(_("A suspension ends in the future."), field="until")
    said = texts.summary(reason)
    if not said:
        raise BadText(_("Say why: whoever is suspended reads it."), field="reason")
    with transaction.atomic():
        User.objects.filter(id=whom.id).update(suspended_until=until)
        audit.record(
            AuditAction.SUSPEND,
            by=person,
            now=now,
            person_id=whom.id,
            detail=f"{until:%Y-%m-%d %H:%M}{_BEFORE_REASON}{said}",
        )


def reason_of_suspension(whom: User) -> str:
    """Why somebody was suspended last; empty where nobody ever did."""
    entry = (
        AuditEntry.objects.filter(person=whom, action=AuditAction.SUSPEND)
        .order_by("-done_at", "-id")
        .first()
    )
    return entry.detail.partition(_BEFORE_REASON)[2] if entry else ""


def lift(*, person: User, whom: User, now: datetime) -> None:
    """Let somebody write again at once. May be repeated. Raises NotAllowed."""
    require(person, "moderate", now=now)
    with transaction.atomic():
        suspended = User.objects.filter(id=whom.id, suspended_until__gt=now)
        if suspended.update(suspended_until=None):
            audit.record(AuditAction.LIFT, by=person, now=now, person_id=whom.id)


def remove_spammer(*, person: User, whom: User, now: datetime) -> int:
    """Close an account, and take away all posts, comments and votes of it; returns how many posts.

    The account is closed first, and what it is about to write waited for; then all is taken away at
    once, and the profile with it: the audit log alone keeps the name. May be repeated. Flags on the
    posts and comments are settled as helpful. Raises NotAllowed.
    """
    _require(person, whom, now=now)
    User.objects.filter(id=whom.id).update(is_active=False)
    limits.wait_for(whom, now=now)
    return _remove(person=person, whom=whom, now=now)


def _remove(*, person: User, whom: User, now: datetime) -> int:
    with transaction.atomic():
        owned = set(Post.objects.filter(owner=whom).values_list("id", flat=True))
        votes = Vote.objects.filter(CAST_HERE, user=whom)
        remarks = Comment.objects.filter(user=whom)
        voted = set(votes.values_list("post_id", flat=True))
        remarked = set(remarks.values_list("post_id", flat=True))
        likes = CommentVote.objects.filter(user=whom)
        liked = dict(
            Comment.objects.filter(id__in=likes.values("comment_id")).values_list("id", "post_id")
        )
        ballots = CloseVote.objects.filter(user=whom)
        balloted = set(ballots.values_list("post_id", flat=True))
        questions, locked = _lock_threads(owned | voted | remarked | set(liked.values()) | balloted)
        hidden = [post for post in locked.values() if _goes_with(whom, post, locked=locked)]
        _withdraw_acceptances(locked, {post.id for post in hidden})
        votes, remarks = votes.filter(post__in=voted), remarks.filter(post__in=remarked)
        cast = Counter(votes.values_list("vote_type", flat=True))
        said = list(remarks.values_list("id", flat=True))
        votes.delete()
        likes.delete()
        ballots.delete()
        CommentVote.objects.filter(comment__in=remarks.values("id")).delete()
        remarks.delete()
        mend(COMMENT_VOTES, ids=sorted(liked))
        if hidden:
            hide(hidden, by=person, now=now)
        recount_posts(voted | remarked, tallies=(VOTES, COMMENTS))
        flags = Flag.objects.filter(Q(post__in=owned, comment_id=None) | Q(comment_id__in=said))
        settle_with_it(flags, by=person, now=now, is_recorded=False)  # one entry tells all of it
        owners = {
            post.owner_id
            for post in locked.values()
            if post.owner_id is not None and post.id in voted | questions
        }
        recount_after(questions, hidden, people=owners | {whom.id})
        # Now that all people are locked, in their order.
        User.objects.filter(id=whom.id).update(
            **without_profile(whom, now=now),
            is_active=False,
            up_vote_count=F("up_vote_count") - cast[VoteType.UP],
            down_vote_count=F("down_vote_count") - cast[VoteType.DOWN],
        )
        audit.record(
            AuditAction.REMOVE,
            by=person,
            now=now,
            person_id=whom.id,
            # Nothing else keeps the name.
            detail=f"{whom.display_name}: {len(hidden)} posts, {len(voted) + len(liked)} votes,"
            f" {len(said)} comments",
        )
    return sum(post.owner_id == whom.id for post in hidden)


def _require(person: User, whom: User, *, now: datetime) -> None:
    require(person, "moderate", now=now)
    if whom.keeps_order or whom.id <= 0:
        raise NotAllowed(_("Moderators are not suspended."))


def _lock_threads(ids: set[int]) -> tuple[set[int], dict[int, Post]]:
    """Whole threads of these posts: the ids of their questions, and all posts, locked, by id."""
    found = Post.objects.filter(id__in=ids).values_list("id", "parent_id")
    questions = {parent_id or post_id for post_id, parent_id in found}
    threads.lock_all(questions)  # from here on nobody adds an answer
    everything = Post.objects.filter(Q(id__in=questions) | Q(parent_id__in=questions))
    return questions, threads.lock_all(everything.values_list("id", flat=True))


def _goes_with(whom: User, post: Post, *, locked: dict[int, Post]) -> bool:
    """Whether a post is to be hidden: theirs, or an answer to a question of theirs."""
    if post.deleted_at or post.post_type not in {PostType.QUESTION, PostType.ANSWER}:
        return False
    question = locked.get(post.parent_id or 0)
    return whom.id in {post.owner_id, question and question.owner_id}


def _withdraw_acceptances(locked: dict[int, Post], hidden_ids: set[int]) -> None:
    """Of answers that go while their question stays."""
    accepted = {
        post.accepted_answer_id: post.id
        for post in locked.values()
        if post.accepted_answer_id in hidden_ids and post.id not in hidden_ids
    }
    Post.objects.filter(id__in=accepted.values()).update(accepted_answer=None)
    Vote.objects.filter(post__in=accepted, vote_type=VoteType.ACCEPTED).delete()
