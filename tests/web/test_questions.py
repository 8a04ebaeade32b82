"""Lists of questions."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ask.questions.cached import totals
from ask.questions.models import Answer, Question
from tests.cast import NOON, answer, ask

pytestmark = pytest.mark.django_db


def titles(response: object) -> list[str]:
    return [question.title for question in response.context["questions"]]  # type: ignore[attr-defined]


def test_home_shows_the_hottest_first(client: Client) -> None:
    ask("Cold", hotness=1)
    ask("Hot", hotness=9)
    assert titles(client.get("/")) == ["Hot", "Cold"]


def test_an_empty_site_has_a_home(client: Client) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/questions").status_code == 200


def test_tabs_order_the_list(client: Client) -> None:
    old = ask("Old", score=9, hotness=1, now=NOON - timedelta(days=2))
    ask("New", score=1, hotness=2)
    answer(old, now=NOON + timedelta(days=1), is_accepted=True)
    assert titles(client.get("/questions")) == ["New", "Old"]
    assert titles(client.get("/questions?tab=active")) == ["Old", "New"]
    assert titles(client.get("/questions?tab=score")) == ["Old", "New"]
    assert titles(client.get("/questions?tab=hot")) == ["New", "Old"]
    assert titles(client.get("/questions?tab=unanswered")) == ["New"]
    assert titles(client.get("/questions?tab=nonsense")) == ["New", "Old"]


def test_filters_leave_out_what_is_answered(client: Client) -> None:
    ask("Alone")
    answer(ask("Answered"))
    answer(ask("Accepted"), is_accepted=True)
    assert titles(client.get("/questions?filters=noanswers")) == ["Alone"]
    assert titles(client.get("/questions?filters=noaccepted")) == ["Answered", "Alone"]


def test_every_word_must_be_in_the_title(client: Client) -> None:
    ask("Why is the sky blue?")
    ask("Why is grass green?")
    assert titles(client.get("/questions?q=blue why")) == ["Why is the sky blue?"]
    assert titles(client.get("/questions?q=100%25")) == []


def test_a_search_shows_its_words_escaped(client: Client) -> None:
    page = client.get("/questions", {"q": "<script>alert(1)</script>"}).content
    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert(1)" in page


def test_a_tagged_list_holds_questions_with_every_tag(client: Client) -> None:
    ask("Both", tags="c++ linux")
    ask("One", tags="c++")
    assert titles(client.get("/questions/tagged/c%2B%2B+linux")) == ["Both"]
    assert titles(client.get("/questions/tagged/c%2B%2B")) == ["One", "Both"]
    assert titles(client.get("/questions/tagged/linux+c++")) == ["Both"]


def test_an_unknown_tag_is_not_found(client: Client) -> None:
    ask(tags="sky")
    assert client.get("/questions/tagged/sea").status_code == 404
    assert client.get("/questions/tagged/sky+sea").status_code == 404
    assert client.get("/questions/tagged/" + "+".join("a" * 40)).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "3", "9" * 30, "²"])
def test_a_page_that_is_none_is_not_found(client: Client, page: str) -> None:
    ask()
    assert client.get("/questions", {"page": page}).status_code == 404


def test_pages_hold_fifteen_thirty_or_fifty(client: Client) -> None:
    for number in range(32):
        ask(f"Question {number}")
    assert len(titles(client.get("/questions"))) == 15
    assert len(titles(client.get("/questions?page=3"))) == 2
    assert len(titles(client.get("/questions?pagesize=30"))) == 30
    assert len(titles(client.get("/questions?pagesize=1000"))) == 15
    page = client.get("/questions?tab=score&page=2").content.decode()
    assert "/questions?tab=score&amp;page=3" in page
    assert 'href="/questions?tab=score" rel="prev"' in page


def test_deleted_questions_are_not_listed(client: Client) -> None:
    ask(deleted_at=NOON)
    assert titles(client.get("/questions")) == []


@pytest.mark.parametrize(
    "path",
    ["/", "/questions", "/questions?tab=score&page=2", "/questions?q=sky", "/questions/tagged/sky"],
)
def test_a_list_takes_few_queries_however_long(
    client: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        ask(f"Why is the sky {number}?", tags="sky light")
    totals.fill()
    client.get(path)
    with django_assert_max_num_queries(5):
        assert client.get(path).status_code == 200


def test_the_state_of_a_question_is_said_in_words(client: Client, accepted: Answer) -> None:
    assert "One is accepted" in client.get("/questions").content.decode()


def test_whoever_left_is_shown_by_name(client: Client, question: Question) -> None:
    Question.objects.update(owner=None, owner_display_name="user<1>")
    assert "user&lt;1&gt;" in client.get("/questions").content.decode()
