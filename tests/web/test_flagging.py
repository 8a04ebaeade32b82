"""Telling moderators by a form."""

from collections.abc import Callable

import pytest
from django.test import Client

from ask.moderation.models import Flag
from ask.questions.models import Post
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

As = Callable[..., Client]
HTMX = {"HX-Request": "true"}


def test_a_flag_is_raised_and_thanked_for(as_person: As) -> None:
    question = written.ask()
    client = as_person(cast.bob())
    url = f"/posts/{question.id}/flags"
    assert 'action="/posts/' in client.get(url).content.decode()
    for _ in range(2):  # a double click
        response = client.post(url, {"reason": "spam"}, follow=True)
        assert response.redirect_chain == [(question.get_absolute_url(), 302)]
        assert "Thank you" in response.content.decode()
    assert Flag.objects.get().user == cast.bob()


def test_a_script_gets_the_form_and_the_thanks_alone(as_person: As) -> None:
    said = written.comment(written.ask())
    client = as_person(cast.alice())
    url = f"/comments/{said.id}/flags"
    form = client.get(url, headers=HTMX).content.decode()
    assert form.startswith("<form") and "not an answer" not in form
    thanks = client.post(url, {"reason": "rude"}, headers=HTMX)
    assert thanks.status_code == 200
    assert "Thank you" in thanks.content.decode()
    assert Flag.objects.get().comment_id == said.id


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "htmx"])
def test_what_was_written_stays_when_it_cannot_stand(
    as_person: As, headers: dict[str, str]
) -> None:
    url = f"/posts/{written.ask().id}/flags"
    client = as_person(cast.bob())
    for sent, sentence in (
        ({"reason": "other", "text": " "}, "Say what a moderator should look at."),
        ({"reason": "other", "text": "<b>" * 101}, "at most 300 characters"),
        ({"reason": "wrong", "text": "Look <here>"}, "Nothing is flagged for this reason."),
    ):
        response = client.post(url, sent, headers=headers)
        assert response.status_code == 422
        html = response.content.decode()
        assert sentence in html
        assert sent["text"].replace("<", "&lt;").replace(">", "&gt;") in html
    assert not Flag.objects.exists()


def test_what_was_written_stays_when_it_is_too_much(as_person: As) -> None:
    new = cast.person("Nora", reputation=20)
    client = as_person(new)
    posts = [written.ask() for _ in range(11)]
    for post in posts[:10]:
        client.post(f"/posts/{post.id}/flags", {"reason": "spam"})
    response = client.post(f"/posts/{posts[10].id}/flags", {"reason": "other", "text": "Look here"})
    assert response.status_code == 429
    assert "10 times a day" in response.content.decode()
    assert "Look here" in response.content.decode()


def test_what_is_deleted_or_gone_is_not_flagged(as_person: As) -> None:
    question = written.ask()
    said = written.comment(question)
    Post.objects.update(deleted_at=cast.NOON)
    client = as_person(cast.bob())
    assert client.get(f"/comments/{said.id}/flags").status_code == 410
    assert client.post(f"/posts/{question.id}/flags", {"reason": "spam"}).status_code == 410
    assert client.get("/posts/7/flags").status_code == 404
    assert client.get("/comments/7/flags").status_code == 404
