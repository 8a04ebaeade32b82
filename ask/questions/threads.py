"""A question with its answers: what is changed by one at a time."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ask.core.refusal import Refusal
from ask.questions.models import Post, PostType


class Conflict(Refusal):
    """What stands there does not allow it, or no longer: somebody may have been quicker."""


@dataclass(frozen=True)
class Thread:
    """A question, and the post of it that is meant: itself or an answer. Both are locked."""

    question: Post
    post: Post

    def require_present(self) -> None:
        """Raises Conflict where something of it is deleted."""
        if self.question.deleted_at or self.post.deleted_at:
            raise Conflict(_("This was deleted."))


def lock(post: Post) -> Thread:
    """The thread of a question or an answer, as it is now. Raises Conflict.

    To be called in a transaction. Whoever changes a post locks its question first, so everything
    in one thread happens one after the other, and counters are right. Rows are always locked in the
    same order: posts, tags, people, each by id; so nobody waits in a circle.
    """
    question_id = post.parent_id or post.id
    found = lock_all({post.id, question_id})
    if post.id not in found or question_id not in found:
        raise Conflict(_("This is not here any more."))
    question, same = found[question_id], found[post.id]
    if question.post_type != PostType.QUESTION or same.post_type not in {
        PostType.QUESTION,
        PostType.ANSWER,
    }:
        raise Conflict(_("This is neither a question nor an answer."))
    if same is not question:
        same.parent = question
    return Thread(question, same)


def lock_all(ids: Iterable[int]) -> dict[int, Post]:
    """The posts with these ids that are there, by id, without their long texts."""
    locked = (
        Post.objects.select_for_update(no_key=True)
        .filter(id__in=sorted(ids))
        .order_by("id")
        .defer("body", "rendered_body")
    )
    return {post.id: post for post in locked}
