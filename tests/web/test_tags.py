"""Tags."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ask.questions.cached import totals
from ask.questions.models import Post, PostType, Tag
from ask.ratings.standings import refresh_standings
from tests.cast import NOON, answer, ask, bob, carol, person, tag

pytestmark = pytest.mark.django_db


def described(name: str, text: str) -> Tag:
    found = tag(name)
    found.excerpt_post = Post.objects.create(post_type=PostType.TAG_WIKI_EXCERPT, body=text)
    found.wiki_post = Post.objects.create(post_type=PostType.TAG_WIKI, body=f"<h2>{text}</h2>")
    found.save()
    return found


def test_tags_are_listed_by_use_by_name_and_by_age(client: Client) -> None:
    ask(tags="sky sea")
    ask(tags="sky")
    tag("air")

    def names(query: str) -> list[str]:
        return [one.name for one, _excerpt in client.get(f"/tags{query}").context["tags"]]

    assert names("") == ["sky", "sea", "air"]
    assert names("?tab=name") == ["air", "sea", "sky"]
    assert names("?tab=new") == ["air", "sea", "sky"]
    assert names("?filter=S") == ["sky", "sea"]


def test_a_tag_s_page_shows_its_description_and_best_questions(client: Client) -> None:
    ask("Low", tags="c++", score=1)
    ask("High", tags="c++", score=7)
    described("c++", "A language.")
    html = client.get("/tags/c%2B%2B/info").content.decode()
    assert "<h2>A language.</h2>" in html
    assert html.index("High") < html.index("Low")
    assert "A language." in client.get("/questions/tagged/c%2B%2B").content.decode()
    assert "A language." in client.get("/tags").content.decode()


def test_a_tag_s_page_names_those_who_answer_best(client: Client) -> None:
    question = ask(tags="sky")
    for score in (3, 4):
        answer(question, by=bob(), score=score)
    answer(question, by=carol(), score=9)
    assert "Top answerers" not in client.get("/tags/sky/info").content.decode()
    refresh_standings(now=NOON, dumped_at=None)
    html = client.get("/tags/sky/info").content.decode()
    html = html[html.index("Top answerers") :]
    assert html.index("Carol") < html.index("Bob")
    assert "score 7 · 2 answers" in html


def test_an_unknown_tag_is_not_found(client: Client) -> None:
    assert client.get("/tags/sky/info").status_code == 404


def test_tags_take_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        described(f"tag-{number}", "Something.")
    for number in range(12):
        question = ask(f"Question {number}", tags="tag-1")
        answer(question, by=person(f"Person {number}"), score=1)
    refresh_standings(now=NOON, dumped_at=None)
    totals.fill()
    for path in ("/tags", "/tags?tab=new&page=2", "/tags?filter=tag", "/tags/tag-1/info"):
        client.get(path)
        with django_assert_max_num_queries(5):
            assert client.get(path).status_code == 200
