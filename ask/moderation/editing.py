"""Changing what a comment says: who wrote it for a while, and moderators."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ask.accounts.models import User
from ask.moderation import audit
from ask.moderation.models import AuditAction
from ask.questions import limits, texts, threads
from ask.questions.commenting import source_of
from ask.questions.markdown import render_comment
from ask.questions.models import Comment
from ask.questions.privileges import NotAllowed, require
from ask.questions.threads import Conflict

EDITABLE: Final = timedelta(minutes=5)
"""How long a comment can be changed by who wrote it, as on Stack Exchange."""


def may_edit_comment(person: User, comment: Comment, *, now: datetime) -> bool:
    """Whether somebody may change a comment now."""
    try:
        require_editing(person, comment, now=now)
    except NotAllowed:
        return False
    return True


def require_editing(person: User, comment: Comment, *, now: datetime) -> None:
    """Raise NotAllowed where somebody may not change a comment, or not any more."""
    require(person, "write" if comment.user_id == person.id else "moderate", now=now)
    if now >= comment.created_at + EDITABLE and not person.keeps_order:
        raise NotAllowed(
            ngettext_lazy(
                "A comment can be changed for %(minutes)d minute.",
                "A comment can be changed for %(minutes)d minutes.",
                "minutes",
            ),
            minutes=EDITABLE // timedelta(minutes=1),
        )


def edit_comment(
    *, person: User, comment: Comment, text: str, now: datetime, based_on: str | None = None
) -> None:
    """Let a comment say something else; `text` is markdown.

    `based_on` is the revision that was edited (`commenting.source_of`): another one by now raises
    Conflict, unless it says the same. So does a comment or post that is deleted. Raises BadText,
    NotAllowed, TooOften as well.
    """
    require_editing(person, comment, now=now)
    source = texts.comment(text)
    html = texts.visible(render_comment(source))
    with transaction.atomic():
        thread = threads.lock(comment.post)
        thread.require_present()
        present = Comment.objects.filter(id=comment.id).first()
        if present is None:
            raise Conflict(_("This was deleted."))
        if source == present.text:
            return
        if based_on is not None and based_on != source_of(present).revision:
            raise Conflict(_("Somebody else has edited this meanwhile."))
        limits.count(person, "edit", now=now)
        Comment.objects.filter(id=present.id).update(
            text=source, html=html, edit_count=F("edit_count") + 1
        )
        if present.user_id != person.id:
            audit.record(
                AuditAction.EDIT_COMMENT,
                by=person,
                now=now,
                post=thread.post,
                person_id=present.user_id,
                detail=present.text,
            )
