"""Asking a question."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from ask.accounts.models import User
from ask.questions import drafts, limits, tagging, texts
from ask.questions.history import tags_text, write_texts
from ask.questions.licences import PRESENT
from ask.questions.markdown import render_post
from ask.questions.models import Draft, Post, PostHistoryType, PostType
from ask.questions.privileges import require
from ask.questions.rendering import may_need_rendering


def ask(
    *,
    person: User,
    title: str,
    body: str,
    tags: str,
    now: datetime,
    draft: UUID | None = None,
) -> Post:
    """A new question; `body` is markdown, `tags` are names with blanks between.

    `draft` is the token of its form: the same one again gives the same question. Raises BadText,
    NotAllowed, TooOften.
    """
    require(person, "ask", now=now)
    title, names = texts.title(title), tagging.names(tags)
    source = texts.body(body)
    html = texts.visible(render_post(source))
    with transaction.atomic():
        publication = drafts.begin(person=person, token=draft, kind=Draft.Kind.QUESTION, now=now)
        if publication.published_id:
            return Post.objects.get(id=publication.published_id)
        limits.count(person, "ask", now=now)
        known = tagging.known(names, person=person, now=now)
        question = Post.objects.create(
            post_type=PostType.QUESTION,
            owner=person,
            title=title,
            tags=" ".join(names),
            body=html,
            is_rendering_due=may_need_rendering(html),
            is_hotness_stale=True,
            created_at=now,
            last_activity_at=now,
            view_count=0,
            answer_count=0,
            content_license=PRESENT,
        )
        write_texts(
            question,
            {
                PostHistoryType.INITIAL_TITLE: title,
                PostHistoryType.INITIAL_BODY: source,
                PostHistoryType.INITIAL_TAGS: tags_text(names),
            },
            by=person,
            now=now,
        )
        tagging.connect(question, known)
        User.objects.filter(id=person.id).update(question_count=F("question_count") + 1)
        publication.end(question.id)
    return question
