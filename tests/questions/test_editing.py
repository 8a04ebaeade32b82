"""Changing what was written, and going back to what it was."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.questions.editing import edit, roll_back, source_of
from ask.questions.models import Post, PostHistory, PostTag, Question, Tag
from ask.questions.privileges import NotAllowed
from ask.questions.revisions import revisions
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(hours=1)
OTHER = "It looks quite red to me, in the evening."


def change(post: Post, *, by: User | None = None, **more: str) -> str | None:
    texts = {"title": written.TITLE, "body": written.BODY, "tags": "sky", **more}
    return edit(person=by or cast.alice(), post=post, now=LATER, **texts)


def kinds(guid: str | None) -> list[tuple[int, str | None, str | None]]:
    rows = PostHistory.objects.filter(revision_guid=guid).order_by("history_type")
    return [(row.history_type, row.text, row.comment) for row in rows]


def test_an_edit_is_one_revision_of_what_changed() -> None:
    question = written.ask()
    guid = change(question, body=OTHER, title="Why is the sky red?", summary="Evening")
    assert kinds(guid) == [(4, "Why is the sky red?", "Evening"), (5, OTHER, "Evening")]
    found = Question.objects.get()
    assert (found.title, found.body) == ("Why is the sky red?", f"<p>{OTHER}</p>\n")
    assert (found.last_edited_at, found.last_activity_at) == (LATER, LATER)
    assert found.last_editor_id == cast.alice().id


def test_what_changes_nothing_is_no_revision() -> None:
    question = written.ask()
    assert change(question, body=written.BODY.replace("\n", "\r\n") + "\n") is None
    assert PostHistory.objects.count() == 3
    assert Question.objects.get().last_edited_at is None


def test_other_tags_are_counted() -> None:
    question = written.ask()
    for name in ("sun", "air"):
        cast.tag(name)
    assert kinds(change(question, tags="air sun")) == [(6, "<air><sun>", None)]
    assert dict(Tag.objects.values_list("name", "question_count")) == {"sky": 0, "sun": 1, "air": 1}
    assert PostTag.objects.count() == 2
    assert written.drift() == []


def test_an_edit_renders_anew() -> None:
    question = written.ask()
    Post.objects.update(rendered_body="<p>old</p>")
    change(question, body=f"{OTHER}\n\n    x = 1")
    found = Question.objects.get()
    assert (found.rendered_body, found.is_rendering_due) == (None, True)


def test_an_edited_answer_makes_its_question_active() -> None:
    given = written.answer(written.ask())
    assert kinds(edit(person=cast.bob(), post=given, body=OTHER, now=LATER)) == [(5, OTHER, None)]
    assert Question.objects.get().last_activity_at == LATER


def test_others_need_reputation() -> None:
    question = written.ask()
    with pytest.raises(NotAllowed, match="2000 to edit what others wrote"):
        change(question, by=cast.person("Dan", reputation=1_999), body=OTHER)
    assert change(question, by=cast.bob(), body=OTHER)


def test_who_comes_second_loses_nothing() -> None:
    question = written.ask()
    seen = source_of(Question.objects.get()).revision
    change(question, body=OTHER, based_on=seen)
    with pytest.raises(Conflict, match="Somebody else has edited"):
        change(question, body=OTHER + " Really.", based_on=seen)


def test_what_came_without_a_history_is_edited_as_html() -> None:
    question = cast.ask(tags="sky", body="<p>It looks <b>blue</b> to me, at noon.</p>")
    source = source_of(question)
    assert (source.body, source.revision) == (question.body, "")
    assert change(question, title=question.title or "", body=source.body) is None


def test_what_came_without_a_history_is_not_lost_by_an_edit(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    body = "<p>It looks <b>blue</b> to me, at noon.</p>"
    question = cast.ask(tags="sky", body=body, content_license="CC BY-SA 3.0")
    given = cast.answer(question, body=body, owner_id=None, owner_display_name="Nemo")
    with django_assert_max_num_queries(15):
        guid = change(question, body=OTHER, title="Why is the sky red?")
    for by, post, text in (
        (cast.alice(), question, f"{OTHER} Really."),
        (cast.bob(), given, OTHER),
    ):
        change(post, by=by, body=text, title="Why is the sky red?")
    first, *rest = revisions(PostHistory.objects.oldest().filter(post=question))
    assert (first.after.title, first.after.body, first.after.tags) == (question.title, body, "sky")
    assert rest[0].guid == guid and len(rest) == 2
    rows = PostHistory.objects.filter(revision_guid=first.guid)
    assert set(rows.values_list("user", "created_at", "content_license")) == {
        (cast.alice().id, cast.NOON, "CC BY-SA 3.0")
    }
    nameless = PostHistory.objects.oldest().filter(post=given)[0]
    assert (nameless.text, nameless.user, nameless.user_display_name) == (body, None, "Nemo")
    roll_back(person=cast.alice(), post=question, revision=first.guid, now=LATER)
    assert Question.objects.get().title == question.title
    assert "<b>blue</b>" in Question.objects.get().body


def test_a_rollback_brings_an_earlier_text_back() -> None:
    question = written.ask()
    first = source_of(Question.objects.get()).revision
    cast.tag("sun")
    change(question, body=OTHER, tags="sun", title="Why is the sky red?")
    guid = roll_back(person=cast.alice(), post=question, revision=first, now=LATER)
    said = f"Rollback to [{first}]"
    assert kinds(guid) == [(7, written.TITLE, said), (8, written.BODY, said), (9, "<sky>", said)]
    found = Question.objects.get()
    assert (found.title, found.tags) == (written.TITLE, "sky")
    assert "<em>blue</em>" in found.body
    assert written.drift() == []
    assert roll_back(person=cast.alice(), post=question, revision=first, now=LATER) is None


def test_there_must_be_such_a_revision() -> None:
    question = written.ask()
    with pytest.raises(Conflict, match="no such revision"):
        roll_back(person=cast.alice(), post=question, revision="never", now=LATER)


def test_an_edit_may_keep_a_tag_that_only_moderators_give() -> None:
    Tag.objects.create(name="featured", is_moderator_only=True)
    question = written.ask(tags="sky featured", by=cast.carol())
    assert change(question, by=cast.bob(), tags="sky featured", body=OTHER)
