"""Asking a question."""

from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS
from ask.questions.models import Post, PostHistory, PostTag, Question, Tag
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from tests import cast, written

pytestmark = pytest.mark.django_db


def test_a_question_is_there_with_all_that_is_counted() -> None:
    asked = written.ask(tags="sky  Sky,sky")
    question = Question.objects.get()
    assert question.id == asked.id >= LOCAL_IDS
    assert (question.title, question.tags) == (written.TITLE, "sky")
    assert question.body == "<p>It looks <em>blue</em> to me, at noon at least.</p>\n"
    assert (question.answer_count, question.view_count, question.score) == (0, 0, 0)
    assert question.is_hotness_stale
    assert not question.is_rendering_due
    assert question.content_license == "CC BY-SA 4.0"
    assert PostTag.objects.get().post_id == question.id
    assert Tag.objects.get().question_count == 1
    assert User.objects.get(id=cast.alice().id).question_count == 1
    assert written.drift() == []


def test_its_history_is_one_revision_of_title_body_and_tags() -> None:
    written.ask()
    rows = PostHistory.objects.order_by("history_type")
    assert [(row.history_type, row.text) for row in rows] == [
        (1, written.TITLE),
        (2, written.BODY),
        (3, "<sky>"),
    ]
    assert len({row.revision_guid for row in rows}) == 1
    assert {row.user_id for row in rows} == {cast.alice().id}


def test_code_mathematics_and_links_are_due_to_be_rendered() -> None:
    for text in ("    x = 1\n\nsays all about it", "$x$", "[there](https://a.example)"):
        assert written.ask(body=f"{text}\n\n{written.BODY}").is_rendering_due


def test_the_same_form_asks_once() -> None:
    token = uuid4()
    first = written.ask(draft=token)
    assert written.ask(draft=token, title="Another title altogether?").id == first.id
    assert written.ask(draft=uuid4()).id != first.id
    assert Post.objects.count() == 2
    assert written.drift() == []


def test_nobody_sends_the_form_of_another() -> None:
    token = uuid4()
    written.ask(draft=token)
    with pytest.raises(NotAllowed, match="somebody else's"):
        written.ask(draft=token, by=cast.bob())


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("title", "Why?", "at least 15 characters; it has 4"),
        ("title", "x" * 151, "at most 150 characters; it has 151"),
        ("body", " " * 100, "at least 30 characters; it has 0"),
        ("body", "x" * 30_001, "at most 30000 characters; it has 30001"),
        ("tags", " ", "at least one tag"),
        ("tags", "a b c d e f", "at most 5 tags"),
        ("tags", "x" * 36, "longer than 35 characters"),
        ("tags", "a_b", "only letters, digits"),
        ("tags", "...", "only letters, digits"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(field: str, text: str, sentence: str) -> None:
    with pytest.raises(BadText, match=sentence) as refused:
        written.ask(**{field: text})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Post.objects.exists()


@pytest.mark.parametrize("name", ["c++", "c#", ".net", "node.js", "русский-язык", "1"])
def test_a_tag_may_be_called(name: str) -> None:
    cast.tag(name)
    assert written.ask(tags=name.upper()).tags == name


def test_a_new_tag_needs_reputation() -> None:
    with pytest.raises(NotAllowed, match="reputation of 300 to make a new tag"):
        written.ask(tags="sky blue")
    assert not Tag.objects.filter(name="blue").exists()
    written.ask(tags="sky blue", by=cast.bob())
    assert dict(Tag.objects.values_list("name", "question_count")) == {"sky": 1, "blue": 1}


def test_some_tags_are_for_moderators() -> None:
    Tag.objects.create(name="featured", is_moderator_only=True)
    with pytest.raises(NotAllowed, match="Only moderators use the tag “featured”"):
        written.ask(tags="sky featured", by=cast.bob())
    assert written.ask(tags="sky featured", by=cast.carol()).tags == "sky featured"


def test_a_site_may_require_one_of_some_tags() -> None:
    for name in ("bug", "support"):
        Tag.objects.create(name=name, is_required=True)
    with pytest.raises(BadText, match="has one of these tags: bug, support"):
        written.ask(tags="sky", by=cast.bob())
    assert written.ask(tags="sky support", by=cast.bob()).tags == "sky support"


def test_what_cannot_be_stored_or_shown_is_left_out() -> None:
    asked = written.ask(
        title="  Why\x00 is \ud800 the\n sky blue?", body=f"a\x0bb\r\n{written.BODY}"
    )
    assert asked.title == written.TITLE
    assert asked.body.startswith("<p>ab\nIt looks")


def test_html_in_markdown_is_cleaned() -> None:
    text = "<script>alert(1)</script>\n\n<kbd>Ctrl</kbd> <b onclick='x()'>b</b> [x](javascript:y)"
    body = written.ask(body=text).body
    assert "<kbd>Ctrl</kbd> <b>b</b>" in body
    assert "script" not in body and "onclick" not in body


def test_it_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    person, token = cast.bob(), uuid4()
    cast.tag("sky")
    with django_assert_max_num_queries(15):
        written.ask(by=person, draft=token, tags="sky")
