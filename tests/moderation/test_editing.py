"""Changing what a comment says."""

from datetime import timedelta

import pytest

from ask.moderation.editing import EDITABLE, edit_comment
from ask.moderation.models import AuditEntry
from ask.questions.commenting import source_of
from ask.questions.limits import LIMITS, TooOften
from ask.questions.models import Comment, Post
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db

OTHER = "Are you *quite* sure of this?"
TOO_LATE = cast.NOON + EDITABLE


def test_who_wrote_it_may_change_it_for_a_while() -> None:
    comment = written.comment(written.ask())
    almost = TOO_LATE - timedelta(seconds=1)
    for _ in range(2):  # the second time by a double click
        edit_comment(person=cast.bob(), comment=comment, text=OTHER, based_on="0", now=almost)
    found = Comment.objects.get()
    assert (found.html, found.edit_count) == ("Are you <em>quite</em> sure of this?", 1)
    assert (found.created_at, found.score) == (cast.NOON, 0)
    with pytest.raises(NotAllowed, match="changed for 5 minutes"):
        edit_comment(person=cast.bob(), comment=comment, text=written.REMARK, now=TOO_LATE)
    with pytest.raises(NotAllowed, match="for moderators"):
        edit_comment(person=cast.alice(), comment=comment, text=written.REMARK, now=almost)
    assert not AuditEntry.objects.exists()
    assert written.drift() == []


def test_moderators_always_may_and_it_is_written_down() -> None:
    comment = written.comment(written.ask())
    edit_comment(person=cast.carol(), comment=comment, text=OTHER, now=TOO_LATE)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user_id, entry.person_id, entry.detail) == (
        "edit_comment",
        cast.carol().id,
        cast.bob().id,
        written.REMARK,
    )


def test_nothing_is_lost_by_who_is_slower_and_no_text_is_worse_than_a_new_one() -> None:
    bob, comment = cast.bob(), written.comment(written.ask())
    seen = source_of(comment).revision
    edit_comment(person=cast.carol(), comment=comment, text=OTHER, based_on=seen, now=cast.NOON)
    with pytest.raises(Conflict, match="Somebody else has edited"):
        edit_comment(person=bob, comment=comment, text=f"{OTHER} Me!", based_on=seen, now=cast.NOON)
    assert Comment.objects.get().text == OTHER
    for text in ("Yes.", "x" * 601):
        with pytest.raises(BadText, match="character"):
            edit_comment(person=bob, comment=comment, text=text, now=cast.NOON)
    Post.objects.update(deleted_at=cast.NOON)
    with pytest.raises(Conflict, match="deleted"):
        edit_comment(person=bob, comment=comment, text=written.REMARK, now=cast.NOON)
    Comment.objects.all().delete()
    Post.objects.update(deleted_at=None)
    with pytest.raises(Conflict, match="deleted"):
        edit_comment(person=bob, comment=comment, text=written.REMARK, now=cast.NOON)


def test_it_counts_as_an_edit() -> None:
    newcomer = cast.person("Dan")
    comment = written.comment(written.ask(by=newcomer), by=newcomer)
    for number in range(LIMITS["edit"].newcomer):
        edit_comment(person=newcomer, comment=comment, text=f"{OTHER} {number}", now=cast.NOON)
    with pytest.raises(TooOften):
        edit_comment(person=newcomer, comment=comment, text=OTHER, now=cast.NOON)
