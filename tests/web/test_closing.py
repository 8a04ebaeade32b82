"""Closing a question by its form, and opening it again."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from ask.questions.models import LinkType, Post, PostLink
from ask.web.addresses import question_at
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

As = Callable[..., Client]
HTMX = {"HX-Request": "true"}


def test_a_question_is_closed_and_the_page_says_why(as_person: As) -> None:
    question = written.ask()
    client = as_person(cast.carol())
    response = client.post(f"/questions/{question.id}/closure", {"reason": "105"}, follow=True)
    assert response.redirect_chain == [(question.get_absolute_url(), 302)]
    html = response.content.decode()
    assert "The question is closed." in html
    assert "It asks for opinions." in html


def test_a_duplicate_is_found_by_words_of_its_title(as_person: As) -> None:
    original, question = written.ask(title="Why is water wet, really?"), written.ask()
    client = as_person(cast.carol())
    url = f"/questions/{question.id}/closure"
    found = client.get(f"{url}?words=water", headers=HTMX).content.decode()
    assert f'name="original" value="{original.id}"' in found
    assert "<form" not in found
    # Without a script, the form comes back with what matches, and is sent once more.
    again = client.post(url, {"reason": "101", "words": "water"})
    assert again.status_code == 422
    html = again.content.decode()
    assert "There is no such question to be a duplicate of." in html
    assert f'name="original" value="{original.id}"' in html
    assert 'value="101" required checked' in html
    assert 'name="words" value="water"' in html
    sent = {"reason": "101", "words": "water", "original": str(original.id)}
    assert client.post(url, sent).status_code == 302
    assert PostLink.objects.get().related_post_id == original.id


@pytest.mark.parametrize(
    "written_as", ["{id}", "/questions/{id}/why", "https://a.example/q/{id}", "/a/{answer}#x"]
)
def test_a_duplicate_is_found_by_its_address(as_person: As, written_as: str) -> None:
    original, question = written.ask(), written.ask()
    words = written_as.format(id=original.id, answer=written.answer(original).id)
    client = as_person(cast.carol())
    sent = {"reason": "101", "words": words}
    assert client.post(f"/questions/{question.id}/closure", sent).status_code == 302
    link = PostLink.objects.get()
    assert (link.related_post_id, link.link_type) == (original.id, LinkType.DUPLICATE)


@pytest.mark.parametrize("text", ["", "why 7", "x", "/users/7", "7" * 30, "/questions/tagged/7"])
def test_what_is_no_address_names_no_question(text: str) -> None:
    assert question_at(text) is None


def test_what_was_chosen_stays_when_somebody_was_quicker(as_person: As) -> None:
    question = written.ask()
    client = as_person(cast.carol())
    url = f"/questions/{question.id}/closure"
    client.post(url, {"reason": "105"})
    for headers in ({}, HTMX):
        again = client.post(url, {"reason": "103"}, headers=headers)
        assert again.status_code == (422 if headers else 409)
        html = again.content.decode()
        assert "This question is closed already." in html
        assert 'value="103" required checked' in html
        assert ("<html" in html) is (not headers)


def test_votes_are_counted_where_who_may_vote_sees_them(as_person: As) -> None:
    original, question = written.ask(title="Why is water wet, really?"), written.ask()
    url, there = f"/questions/{question.id}/closure", question.get_absolute_url()
    dan, eve, finn = (
        as_person(cast.person(name, reputation=3_000)) for name in ("Dan", "Eve", "Finn")
    )
    sent = {"reason": "101", "words": str(original.id)}
    assert "2 more are needed" in dan.post(url, sent, follow=True).content.decode()
    page = dan.get(there).content.decode()
    assert "Close (1)</a>" in page and "2 more votes needed" in page
    assert "Withdraw your vote" in page
    for other in (as_person(cast.bob()), Client()):
        page = other.get(there).content.decode()
        assert "Close (1)" not in page and "more votes needed" not in page
    form = eve.get(url).content.decode()
    assert "2 more votes close the question." in form and "1 vote</span>" in form
    # What others named is offered, and what one named oneself is chosen.
    assert f'name="original" value="{original.id}">' in form
    assert f'name="original" value="{original.id}" checked>' in dan.get(url).content.decode()
    assert "is withdrawn" in dan.post(f"{url}/withdrawal", follow=True).content.decode()
    assert dan.post(f"{url}/withdrawal").headers["Location"] == there
    assert "Close</a>" in dan.get(there).content.decode()
    for client in (dan, eve):
        client.post(url, {"reason": "103"})
    assert "Close it</button>" in finn.get(url).content.decode()
    assert "question is closed." in finn.post(url, sent, follow=True).content.decode()
    timeline = Client().get(f"/posts/{question.id}/timeline").content.decode()
    assert "It needs details. Dan, Eve, Finn" in timeline
    opening = f"/questions/{question.id}/reopening"
    assert "2 more are needed" in eve.post(opening, follow=True).content.decode()
    page = eve.get(there).content.decode()
    assert "Reopen (1)</span>" in page and "2 more votes needed" in page
    log = as_person(cast.carol()).get("/moderation/log").content.decode()
    for told, count in (
        ("voted to close a question", 4),
        ("voted to reopen a question", 1),
        ("withdrew a vote to close or reopen", 1),
    ):
        assert log.count(f"{told}:") == count
    assert log.count("closed a question:") == 1


def test_who_asked_learns_what_they_decide_alone(as_person: As) -> None:
    dan = cast.person("Dan", reputation=250)
    question = written.ask(by=dan)
    url, client = f"/questions/{question.id}/closure", as_person(dan)
    assert "you decide alone." in client.get(url).content.decode()
    assert "Your vote decides alone." in as_person(cast.carol()).get(url).content.decode()
    sent = {"reason": "101", "words": str(written.ask().id)}
    assert "question is closed." in client.post(url, sent, follow=True).content.decode()


def test_who_may_not_is_told_before_choosing(as_person: As) -> None:
    response = as_person(cast.bob()).get(f"/questions/{written.ask().id}/closure")
    assert response.status_code == 403
    assert "You need a reputation of 3000 to vote to close and reopen" in response.content.decode()


def test_what_was_chosen_outlives_a_lost_session(client: Client) -> None:
    question = written.ask()
    url = f"/questions/{question.id}/closure"
    sent = {"reason": "101", "words": "water & wet", "csrfmiddlewaretoken": "secret"}
    back = quote(f"{url}?reason=101&words=water+%26+wet", safe="/")
    plain = client.post(url, sent)
    assert plain.headers["Location"] == f"/users/login?next={back}"
    assert client.post(url, sent, headers=HTMX).headers["HX-Redirect"] == plain["Location"]
    client.force_login(cast.carol())
    html = client.get(f"{url}?reason=101&words=water+%26+wet").content.decode()
    assert 'value="101" required checked' in html
    assert 'value="water &amp; wet"' in html


def test_it_is_opened_again_once(as_person: As) -> None:
    question = written.ask()
    client = as_person(cast.carol())
    client.post(f"/questions/{question.id}/closure", {"reason": "105"})
    url = f"/questions/{question.id}/reopening"
    assert "open again" in client.post(url, follow=True).content.decode()
    assert Post.objects.get().closed_at is None
    again = client.post(url)
    assert again.status_code == 409
    assert "This question is open already." in again.content.decode()
    line = client.post(url, headers=HTMX)
    assert line.headers["HX-Retarget"] == "find .refusal"
    assert line.content.decode().startswith("<p ")
