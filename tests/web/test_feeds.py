"""Atom feeds."""

import pytest
from django.test import Client
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from ask.questions.models import Answer, Question
from tests.cast import NOON, answer, ask

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, path: str) -> etree._Element:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    return etree.fromstring(response.content)


def titles(found: etree._Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in found.iter(f"{ATOM}entry")]


def link(found: etree._Element, rel: str) -> str | None:
    return next(
        (one.get("href") for one in found.iter(f"{ATOM}link") if one.get("rel") == rel), None
    )


def test_an_entry_names_author_licence_and_tags(client: Client, question: Question) -> None:
    entry = feed(client, "/feeds").find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Alice"
    assert entry.findtext(f"{ATOM}rights") == "CC BY-SA 4.0"
    assert entry.findtext(f"{ATOM}updated") == "2024-05-01T12:00:00+00:00"
    assert [one.get("term") for one in entry.iter(f"{ATOM}category")] == ["sky", "light"]


def test_a_long_feed_is_read_on_by_its_next_link(client: Client) -> None:
    for number in range(65):
        ask(f"Question {number}")
    seen: list[str | None] = []
    path: str | None = "/feeds"
    while path:
        found = feed(client, path)
        seen += titles(found)
        path = link(found, "next")
    assert seen == [f"Question {number}" for number in range(64, -1, -1)]


def test_a_tag_has_a_feed(client: Client) -> None:
    ask("Tagged", tags="c++")
    ask("Other", tags="sea")
    assert titles(feed(client, "/feeds/tag/c%2B%2B")) == ["Tagged"]
    assert client.get("/feeds/tag/sky").status_code == 404


def test_a_question_s_feed_ends_with_the_question(client: Client, accepted: Answer) -> None:
    assert len(titles(feed(client, f"/feeds/question/{accepted.parent_id}"))) == 2
    assert client.get("/feeds/question/1").status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "٣", "9" * 19, "9" * 40, "9" * 5_000])
def test_a_cursor_that_is_none_does_no_harm(client: Client, before: str) -> None:
    ask()
    assert len(titles(feed(client, f"/feeds?before={before}"))) == 1


def test_feeds_take_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    question = ask(tags="sky", last_edited_at=NOON)
    for _ in range(40):
        answer(question)
    for path in ("/feeds", "/feeds/tag/sky", f"/feeds/question/{question.id}"):
        client.get(path)
        with django_assert_max_num_queries(5):
            client.get(path)
