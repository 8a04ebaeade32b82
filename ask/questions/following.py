"""What somebody wants to hear of."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions import limits
from ask.questions.models import FollowedPost, FollowedTag, Post, PostType, Tag
from ask.questions.privileges import require
from ask.questions.threads import Conflict


def follows_question(*, person: User, question: Post) -> bool:
    return FollowedPost.objects.filter(user=person, post=question).exists()


def follows_tag(*, person: User, tag: Tag) -> bool:
    return FollowedTag.objects.filter(user=person, tag_name=tag.name).exists()


def questions_of(person: User) -> QuerySet[FollowedPost]:
    """The questions that somebody follows, the latest followed first."""
    return FollowedPost.objects.filter(user=person).order_by("-id")


def tags_of(person: User) -> QuerySet[FollowedTag]:
    """The tags that somebody follows, by name."""
    return FollowedTag.objects.filter(user=person).order_by("tag_name")


def follow_question(*, person: User, question: Post, now: datetime) -> None:
    """Hear of answers and comments. May be repeated. Raises Conflict, NotAllowed, TooOften."""
    require(person, "write", now=now)
    if question.post_type != PostType.QUESTION or question.deleted_at:
        raise Conflict(_("There is no such question."))
    with transaction.atomic():
        limits.count(person, "follow", now=now)
        FollowedPost.objects.bulk_create(
            [FollowedPost(user=person, post=question, followed_at=now)], ignore_conflicts=True
        )


def unfollow_question(*, person: User, question: Post) -> None:
    """Hear no more of it. May be repeated."""
    FollowedPost.objects.filter(user=person, post=question).delete()


def follow_tag(*, person: User, tag: Tag, now: datetime) -> None:
    """Hear of new questions that bear it. May be repeated. Raises NotAllowed, TooOften."""
    require(person, "write", now=now)
    with transaction.atomic():
        limits.count(person, "follow", now=now)
        FollowedTag.objects.bulk_create(
            [FollowedTag(user=person, tag_name=tag.name, followed_at=now)], ignore_conflicts=True
        )


def unfollow_tag(*, person: User, tag: Tag) -> None:
    """Hear no more of it. May be repeated."""
    FollowedTag.objects.filter(user=person, tag_name=tag.name).delete()
