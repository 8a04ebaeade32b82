"""Remarks below posts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions import drafts, limits, texts, threads
from ask.questions.editing import Source
from ask.questions.licences import PRESENT
from ask.questions.markdown import render_comment
from ask.questions.models import Comment, Draft, Post
from ask.questions.privileges import require
from ask.questions.threads import Conflict


def comment(
    *, person: User, post: Post, text: str, now: datetime, draft: UUID | None = None
) -> Comment:
    """A new comment below a question or an answer; `text` is markdown.

    `draft` is the token of its form: the same one again gives the same comment. Raises BadText,
    Conflict where the post is deleted, NotAllowed, TooOften.
    """
    require(person, "write", now=now)
    source = texts.comment(text)
    html = texts.visible(render_comment(source))
    with transaction.atomic():
        publication = drafts.begin(
            person=person, token=draft, kind=Draft.Kind.COMMENT, post=post, now=now
        )
        if publication.published_id:
            return _same(publication.published_id)
        limits.count(person, "comment", now=now)
        thread = threads.lock(post)
        require(person, "comment", now=now, post=thread.post)
        thread.require_present()
        written: Comment = Comment.objects.create(
            post=thread.post,
            user=person,
            text=source,
            html=html,
            created_at=now,
            content_license=PRESENT,
        )
        Post.objects.filter(id=post.id).update(comment_count=F("comment_count") + 1)
        publication.end(written.id)
    return written


def source_of(comment: Comment) -> Source:
    """What there is to edit of a comment; its revision is how often it was edited."""
    return Source(title="", body=comment.text, tags="", revision=str(comment.edit_count))


def _same(comment_id: int) -> Comment:
    found: Comment | None = Comment.objects.filter(id=comment_id).first()
    if found is None:
        raise Conflict(_("This was deleted."))
    return found
