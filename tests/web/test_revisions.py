"""Revisions and the timeline of a post."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ask.questions.models import PostHistoryType as Kind
from ask.questions.models import Question, Vote, VoteType
from ask.web.views import revisions as shown
from tests.cast import NOON, answer, ask, bob, carol, comment, history

pytestmark = pytest.mark.django_db


def edited(question: Question) -> Question:
    later = NOON + timedelta(days=1)
    history(question, Kind.INITIAL_TITLE, "Why is the sky blue?", guid="1")
    history(question, Kind.INITIAL_BODY, "It looks <b>blue</b> to me.", guid="1")
    history(question, Kind.INITIAL_TAGS, "<sky><light>", guid="1")
    history(
        question,
        Kind.EDIT_BODY,
        "It looks <b>azure</b> to me.",
        guid="2",
        by=bob(),
        now=later,
        comment="a better word",
    )
    history(question, Kind.CLOSED, guid="3", by=carol(), now=later, comment="102")
    return question


def test_revisions_show_what_changed_the_latest_first(client: Client, question: Question) -> None:
    html = client.get(f"/posts/{edited(question).id}/revisions").content.decode()
    assert "&lt;b&gt;<del>blue</del><ins>azure</ins>&lt;/b&gt;" in html
    assert "a better word" in html
    assert html.index('id="revision-2"') < html.index('id="revision-1"')
    assert "It is not about the subject of this site." in html


def test_a_post_without_history_says_so(client: Client, question: Question) -> None:
    assert "Nothing is known" in client.get(f"/posts/{question.id}/revisions").content.decode()


def test_the_timeline_tells_everything(client: Client, question: Question) -> None:
    edited(question)
    comment(question, "Which sky?")
    answer(question)
    for _ in range(3):
        Vote.objects.create(post=question, vote_type=VoteType.UP, created_at=NOON)
    html = client.get(f"/posts/{question.id}/timeline").content.decode()
    for told in ("written", "edited", "closed", "Which sky?", "answered", "votes up", ": 3"):
        assert told in html


def test_a_post_s_address_leads_to_its_page(client: Client, question: Question) -> None:
    assert client.get(f"/posts/{question.id}").headers["Location"] == question.get_absolute_url()
    assert client.get("/posts/1").status_code == 404
    assert client.get("/posts/1/revisions").status_code == 404
    assert client.get("/posts/1/timeline").status_code == 404


def test_a_long_history_takes_few_queries(
    client: Client,
    question: Question,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        history(question, Kind.EDIT_BODY, f"text {number}", guid=str(number))
        answer(question)
        comment(question)
    for page in ("revisions", "timeline"):
        client.get(f"/posts/{question.id}/{page}")
        with django_assert_max_num_queries(5):
            assert client.get(f"/posts/{question.id}/{page}").status_code == 200


def test_of_a_very_long_history_the_latest_is_shown(
    client: Client, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "ROWS", 5)
    edited(question)  # two revisions, and a closure
    for number in range(3, 9):
        now = NOON + timedelta(days=number)
        history(question, Kind.EDIT_BODY, f"text {number}", guid=str(number), now=now)
    page = client.get(f"/posts/{question.id}/revisions")
    assert [one.revision.number for one in page.context["revisions"]] == [8, 7, 6, 5, 4]
    assert page.context["latest"] == 8
    assert "text 4" in page.content.decode() and "azure" not in page.content.decode()
    told = client.get(f"/posts/{question.id}/timeline").content.decode()
    assert told.count("edited") == 5 and "written" not in told


@pytest.mark.django_db(databases="__all__")
def test_the_address_of_what_was_deleted_does_not_tell_its_title(client: Client) -> None:
    hidden = ask("What was hidden from all?", deleted_at=NOON)
    assert client.get(f"/posts/{hidden.id}").status_code == 410
    client.force_login(carol())
    assert "what-was-hidden" in client.get(f"/posts/{hidden.id}").headers["Location"]
