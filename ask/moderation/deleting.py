"""Taking away what should not stand there, and bringing it back.

A post is hidden, not erased: `deleted_at` says since when. With a question go its answers, so that
whoever looks for answers need not look at their questions; they come back with it. A comment is
erased, and the audit log keeps what it said.

Flags on a post that somebody else deletes are settled by that, and so are those on a comment, which
is gone for good. Those on a post that its author deletes wait on, for it may come back. Flags on
answers that only go along wait as well, and on comments below: nobody has said anything of these.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.moderation import audit
from ask.moderation.flagging import settle_with_it
from ask.moderation.models import AuditAction, Flag
from ask.questions import limits, tagging, threads
from ask.questions.counters import ANSWERS, USERS, mend, recount_posts
from ask.questions.history import write_event
from ask.questions.models import (
    CAST_HERE,
    Comment,
    CommentVote,
    Post,
    PostHistory,
    PostHistoryType,
    PostType,
    Vote,
    VoteType,
)
from ask.questions.privileges import NotAllowed, require
from ask.questions.threads import Conflict, Thread
from ask.ratings.accepting import clear_acceptance
from ask.ratings.reputation import reckon


def delete(*, person: User, post: Post, now: datetime) -> int:
    """Hide a question with its answers, or an answer; returns how many flags that settled.

    Who wrote it may, unless others would lose by it; the privilege is for closed questions and for
    answers that were voted down. Raises NotAllowed, TooOften, and Conflict where it is deleted.
    """
    require(person, "delete", now=now, post=post)
    with transaction.atomic():
        limits.count(person, "delete", now=now)
        thread, answers = _lock_all(post)
        thread.require_present()
        present = [answer for answer in answers if answer.deleted_at is None]
        _require_reason(person, thread, present)
        hidden = [thread.post, *(present if thread.post is thread.question else [])]
        if thread.post.id == thread.question.accepted_answer_id:
            clear_acceptance(thread)
        hide(hidden, by=person, now=now)
        settled = 0
        is_own = thread.post.owner_id == person.id
        if not is_own:
            flags = Flag.objects.filter(post=thread.post, comment_id=None)
            settled = settle_with_it(flags, by=person, now=now, is_recorded=True)
        recount_after([thread.question.id], hidden)
        if not is_own:
            audit.record(AuditAction.DELETE, by=person, now=now, post=thread.post)
    return settled


def undelete(*, person: User, post: Post, now: datetime) -> None:
    """Bring a question back, with the answers that went with it, or an answer.

    Who wrote it may, if they deleted it themselves; others by the privilege, but what a moderator
    deleted, or found flagged rightly since, only moderators. Raises NotAllowed, TooOften, and
    Conflict where it is not deleted, or its question is.
    """
    require(person, "delete", now=now, post=post)
    with transaction.atomic():
        limits.count(person, "delete", now=now)
        thread, answers = _lock_all(post)
        if thread.post.deleted_at is None:
            raise Conflict(_("This is not deleted."))
        if thread.post is not thread.question and thread.question.deleted_at:
            raise Conflict(_("Its question is deleted."))
        deletion = _deletion_of(thread.post)
        _require_undoing(person, thread.post, deletion)
        shown = [thread.post]
        if thread.post is thread.question and deletion is not None:
            went_along = set(
                PostHistory.objects.filter(
                    post__in=[answer.id for answer in answers],
                    history_type=PostHistoryType.DELETED,
                    revision_guid=deletion.revision_guid,
                ).values_list("post_id", flat=True)
            )
            shown += [answer for answer in answers if answer.id in went_along]
        Post.objects.filter(id__in=[each.id for each in shown]).update(deleted_at=None)
        write_event(*shown, kind=PostHistoryType.UNDELETED, by=person, now=now)
        _add_to_tags(shown, 1)
        recount_after([thread.question.id], shown)
        if thread.post.owner_id != person.id or not _is_by(person, deletion):
            audit.record(AuditAction.UNDELETE, by=person, now=now, post=thread.post)


def delete_comment(*, person: User, comment: Comment, now: datetime) -> int:
    """Erase a comment: who wrote it may, and moderators; returns how many flags that settled.

    May be repeated. Raises NotAllowed.
    """
    is_own = comment.user_id == person.id
    require(person, "write" if is_own else "moderate", now=now)
    with transaction.atomic():
        thread = threads.lock(comment.post)
        removed, _by_table = Comment.objects.filter(id=comment.id).delete()
        if not removed:
            return 0
        flags = Flag.objects.filter(comment_id=comment.id)
        settled = settle_with_it(flags, by=person, now=now, is_recorded=not is_own)
        CommentVote.objects.filter(comment=comment).delete()
        Post.objects.filter(id=thread.post.id).update(comment_count=F("comment_count") - 1)
        if not is_own:
            audit.record(
                AuditAction.DELETE_COMMENT,
                by=person,
                now=now,
                post=thread.post,
                person_id=comment.user_id,
                detail=comment.text,
            )
    return settled


def deletions(posts: Collection[int]) -> dict[int, PostHistory]:
    """Who deleted these posts last, and when: by post, as far as it is known."""
    found = PostHistory.objects.filter(
        post__in=posts, history_type=PostHistoryType.DELETED
    ).select_related("user")
    return {each.post_id: each for each in found.oldest()}


def hide(posts: Sequence[Post], *, by: User, now: datetime) -> None:
    """Hide locked posts at once, and let their tags not count them.

    Tags are locked: what counts people and their reputation comes after (`recount_after`).
    """
    Post.objects.filter(id__in=[post.id for post in posts]).update(deleted_at=now)
    write_event(*posts, kind=PostHistoryType.DELETED, by=by, now=now)
    _add_to_tags(posts, -1)


def recount_after(
    question_ids: Collection[int], posts: Iterable[Post], *, people: Iterable[int] = ()
) -> None:
    """Make right what questions, people and their reputation counted of posts that came or went.

    `people` are further ones. Last in the transaction.
    """
    changed = list(posts)
    recount_posts(question_ids, tallies=(ANSWERS,))
    owners = {post.owner_id for post in changed if post.owner_id is not None}
    voters = Vote.objects.filter(
        CAST_HERE, post__in=[post.id for post in changed], vote_type=VoteType.DOWN
    ).values_list("user_id", flat=True)
    askers = Post.objects.filter(id__in=question_ids).values_list("owner_id", flat=True)
    concerned = {*owners, *voters, *askers, *people} - {None}
    mend(USERS, ids=sorted(concerned))
    reckon([person for person in concerned if person is not None])


def _lock_all(post: Post) -> tuple[Thread, list[Post]]:
    """The thread of a post, and all answers of it, locked."""
    question_id = post.parent_id or post.id
    ids = Post.objects.filter(Q(id=question_id) | Q(parent_id=question_id))
    threads.lock(Post(id=question_id))
    locked = threads.lock_all(ids.values_list("id", flat=True))
    question = locked[question_id]
    answers = [
        each
        for each in locked.values()
        if each is not question and each.post_type == PostType.ANSWER
    ]
    for answer in answers:
        answer.parent = question
    if post.id not in locked:
        raise Conflict(_("This is not here any more."))
    return Thread(question, locked[post.id]), answers


def _require_reason(person: User, thread: Thread, answers: Sequence[Post]) -> None:
    """Raise NotAllowed where a post should rather stay."""
    post, question = thread.post, thread.question
    if person.keeps_order:
        return
    if post.owner_id == person.id:
        if post is question and (
            len(answers) > 1 or question.is_answered or question.accepted_answer_id
        ):
            raise NotAllowed(_("Others have answered this: it stays."))
        if post.id == question.accepted_answer_id:
            raise NotAllowed(_("This answer is accepted: it stays."))
    elif post is question and not question.closed_at:
        raise NotAllowed(_("Only a closed question is deleted."))
    elif post is not question and post.score >= 0:
        raise NotAllowed(_("Only an answer with a score below 0 is deleted."))


def _deletion_of(post: Post) -> PostHistory | None:
    return deletions([post.id]).get(post.id)


def _require_undoing(person: User, post: Post, deletion: PostHistory | None) -> None:
    """Raise NotAllowed where somebody who has the privilege, or wrote it, may not undo this."""
    if post.owner_id == person.id and not _is_by(person, deletion):
        raise NotAllowed(_("Somebody else deleted this: you do not bring it back yourself."))
    if person.keeps_order:
        return
    by = deletion.user if deletion else None
    if by is not None and by.keeps_order:
        raise NotAllowed(_("A moderator deleted this: only moderators bring it back."))
    if _was_flagged_rightly(post):
        raise NotAllowed(_("Moderators found flags on this right: it stays deleted."))


def _is_by(person: User, event: PostHistory | None) -> bool:
    return event is not None and event.user_id == person.id


def _was_flagged_rightly(post: Post) -> bool:
    """Whether a flag was found helpful while the post was deleted already."""
    flags = Flag.objects.filter(post=post, comment_id=None, is_helpful=True)
    return flags.filter(settled_at__gt=post.deleted_at).exists()


def _add_to_tags(posts: Iterable[Post], sign: int) -> None:
    names = Counter(
        name
        for post in posts
        if post.post_type == PostType.QUESTION
        for name in set(post.tag_names)
    )
    if not names:
        return
    tags = tagging.lock(names)
    for number in sorted(set(names.values())):
        tagging.add_to_counts([tag for tag in tags if names[tag.name] == number], sign * number)
