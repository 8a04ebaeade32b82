"""What programs read first."""

import pytest
from django.test import Client
from lxml import etree

from ask.questions.cached import STRETCH
from tests.cast import ask

pytestmark = pytest.mark.django_db


def locations(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    root = etree.fromstring(response.content)
    return [str(one.text) for one in root.iter("{*}loc")]


def test_the_sitemap_lists_every_question_once(client: Client) -> None:
    questions = [ask(id=1), ask(id=STRETCH - 1), ask(id=STRETCH), ask("Небо & <море>")]
    ask(id=5, deleted_at=questions[0].created_at)
    pages = locations(client, "/sitemap.xml")
    assert len(pages) == 3
    found = [
        location
        for page in pages
        for location in locations(client, page.removeprefix("http://127.0.0.1:8000"))
    ]
    assert len(found) == 4
    for location in found:
        assert client.get(location.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_a_stretch_without_questions_is_not_found(client: Client) -> None:
    assert client.get("/sitemap-7.xml").status_code == 404
    assert client.get(f"/sitemap-{10**30}.xml").status_code == 404


def test_robots_are_shown_the_sitemap(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain"
    assert b"Sitemap: http://127.0.0.1:8000/sitemap.xml" in response.content


def test_a_browser_learns_to_search(client: Client) -> None:
    root = etree.fromstring(client.get("/opensearch.xml").content)
    template = next(iter(root.iter("{*}Url"))).get("template")
    assert template == "http://127.0.0.1:8000/questions?q={searchTerms}"
