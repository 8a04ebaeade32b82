"""Answering a question."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions import drafts, limits, texts, threads
from ask.questions.history import write_texts
from ask.questions.licences import PRESENT
from ask.questions.markdown import render_post
from ask.questions.models import Draft, Post, PostHistoryType, PostType
from ask.questions.privileges import require
from ask.questions.rendering import may_need_rendering
from ask.questions.threads import Conflict


def answer(
    *, person: User, question: Post, body: str, now: datetime, draft: UUID | None = None
) -> Post:
    """A new answer; `body` is markdown.

    `draft` is the token of its form: the same one again gives the same answer. Raises BadText,
    Conflict where the question is closed or deleted, NotAllowed, TooOften.
    """
    require(person, "answer", now=now)
    source = texts.body(body)
    html = texts.visible(render_post(source))
    with transaction.atomic():
        publication = drafts.begin(
            person=person, token=draft, kind=Draft.Kind.ANSWER, post=question, now=now
        )
        if publication.published_id:
            return Post.objects.get(id=publication.published_id)
        limits.count(person, "answer", now=now)
        thread = threads.lock(question)
        thread.require_present()
        if thread.post is not thread.question:
            raise Conflict(_("Only questions are answered."))
        if thread.question.closed_at:
            raise Conflict(_("This question is closed: it takes no answers."))
        given = Post.objects.create(
            post_type=PostType.ANSWER,
            parent=thread.question,
            owner=person,
            body=html,
            is_rendering_due=may_need_rendering(html),
            created_at=now,
            last_activity_at=now,
            content_license=PRESENT,
        )
        write_texts(given, {PostHistoryType.INITIAL_BODY: source}, by=person, now=now)
        Post.objects.filter(id=thread.question.id).update(
            answer_count=(thread.question.answer_count or 0) + 1,
            last_activity_at=now,
            is_hotness_stale=True,
        )
        User.objects.filter(id=person.id).update(answer_count=F("answer_count") + 1)
        publication.end(given.id)
    return given
