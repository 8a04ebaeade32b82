"""Votes for comments: useful or nothing, and they give nobody reputation."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions import limits, threads
from ask.questions.models import Comment, CommentVote
from ask.questions.privileges import NotAllowed, require
from ask.questions.threads import Conflict


def voted_for(*, person: User, comments: Iterable[int]) -> set[int]:
    """Those of the comments with these ids that somebody has voted for."""
    found = CommentVote.objects.filter(user=person, comment__in=list(comments))
    return set(found.values_list("comment_id", flat=True))


def vote(*, person: User, comment: Comment, is_useful: bool, now: datetime) -> int:
    """Let somebody's vote for a comment be there, or be withdrawn; returns the comment's score.

    What it is already is done nothing for, so it may be repeated. Raises NotAllowed, TooOften, and
    Conflict where the comment or its post is deleted.
    """
    require(person, "vote_up" if is_useful else "write", now=now)
    if comment.user_id == person.id:
        raise NotAllowed(_("Nobody votes on what they wrote themselves."))
    with transaction.atomic():
        threads.lock(comment.post).require_present()
        present = Comment.objects.filter(id=comment.id).only("score").first()
        if present is None:
            raise Conflict(_("This was deleted."))
        own = CommentVote.objects.filter(user=person, comment=present)
        if own.exists() == is_useful:
            return int(present.score)
        if is_useful:
            limits.count(person, "vote_comment", now=now)
            CommentVote.objects.create(user=person, comment=present, created_at=now)
        else:
            own.delete()
        change = 1 if is_useful else -1
        Comment.objects.filter(id=present.id).update(score=F("score") + change)
    return int(present.score) + change
