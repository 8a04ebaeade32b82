"""What was deleted, and who still sees it."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ask.moderation.deleting import delete
from ask.questions.following import follow_question, follows_question
from ask.questions.models import Comment, Post
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

As = Callable[..., Client]


def test_a_question_is_deleted_and_brought_back_by_its_buttons(as_person: As) -> None:
    question = written.ask()
    client = as_person(cast.alice())
    shown = client.post(f"/posts/{question.id}/deletion", follow=True)
    assert shown.status_code == 200
    html = shown.content.decode()
    assert "It is deleted." in html and "This question is deleted" in html
    assert "noindex" in html
    back = client.post(f"/posts/{question.id}/undeletion", follow=True).content.decode()
    assert "It is here again." in back and "This question is deleted" not in back


def test_a_refusal_says_why_and_leads_back(as_person: As) -> None:
    question = written.ask()
    written.answer(question), written.answer(question)
    url = question.get_absolute_url()
    client = as_person(cast.alice())
    response = client.post(
        f"/posts/{question.id}/deletion", headers={"referer": f"http://testserver{url}"}
    )
    assert response.status_code == 403
    html = response.content.decode()
    assert "Others have answered this: it stays." in html
    assert f'<a href="{url}">Back</a>' in html


def test_a_second_click_does_nothing(as_person: As) -> None:
    question = written.ask()
    client = as_person(cast.carol())
    client.post(f"/posts/{question.id}/deletion")
    assert client.post(f"/posts/{question.id}/deletion").status_code == 409


def test_a_deleted_answer_stands_below_the_others_for_those_who_may_see_it(as_person: As) -> None:
    question = written.ask()
    kept, gone = written.answer(question), written.answer(question, by=cast.person("Dan"))
    delete(person=cast.carol(), post=gone, now=cast.NOON)
    url = question.get_absolute_url()
    for person, sees in (
        (cast.carol(), True),
        (cast.person("Dan"), True),
        (cast.bob(), False),
        (cast.person("Petra", reputation=10_000), True),
    ):
        response = as_person(person).get(url)
        assert (b"Deleted answers" in response.content) is sees, person
        assert [shown.post.id for shown in response.context["answers"]] == [kept.id]
        leads = as_person(person).get(f"/a/{gone.id}")
        assert leads.status_code == (302 if sees else 410)
    html = as_person(cast.carol()).get(url).content.decode()
    assert html.index("Deleted answers") < html.index(f'id="{gone.id}"')


def test_a_deleted_question_keeps_its_addresses_for_who_wrote_it(
    as_person: As, client: Client
) -> None:
    question = written.ask()
    delete(person=cast.carol(), post=question, now=cast.NOON)
    for path in (f"/q/{question.id}", f"/questions/{question.id}", question.get_absolute_url()):
        assert client.get(path).status_code == 410
        assert as_person(cast.bob()).get(path).status_code == 410
        assert as_person(cast.alice()).get(path, follow=True).status_code == 200


def test_a_stranger_s_page_takes_no_more_queries_and_is_the_same(
    client: Client, as_person: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    question = written.ask()
    url = question.get_absolute_url()
    for number in range(5):
        gone = written.answer(question, by=cast.person(f"Dan {number}"))
        if number == 0:
            before = client.get(url).content
        delete(person=cast.carol(), post=gone, now=cast.NOON)
    assert b"Deleted answers" not in before
    with django_assert_max_num_queries(5):
        client.get(url)
    moderator = as_person(cast.carol())
    moderator.get(url)
    # The session, the person, their vote and draft, whether they follow it, and the votes to close
    # it; then the deleted answers and who deleted them.
    with django_assert_max_num_queries(5 + 7 + 2):
        assert b"Deleted answers" in moderator.get(url).content
    assert Post.objects.filter(deleted_at__isnull=False).count() == 5


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["a page", "htmx"])
def test_what_was_said_below_a_deleted_question_is_told_to_nobody_else(
    as_person: As, headers: dict[str, str]
) -> None:
    question = written.ask()
    written.comment(question, text="Nobody should read this.")
    own = written.comment(question, by=cast.person("Dan", reputation=60))
    delete(person=cast.alice(), post=question, now=cast.NOON)
    client = as_person(cast.person("Dan"))
    for path in ("/comments/99999999/deletion", f"/comments/{own.id}/deletion"):
        response = client.post(path, {"post": question.id}, headers=headers)
        assert response.status_code == (422 if headers else 410)
        assert "Nobody should" not in response.content.decode()
        assert "Location" not in response.headers
    assert not Comment.objects.filter(id=own.id).exists()
    seen = as_person(cast.carol()).post(path, {"post": question.id}, headers=headers, follow=True)
    assert "Nobody should" in seen.content.decode()


def test_who_follows_a_deleted_question_no_more_does_not_learn_its_title(as_person: As) -> None:
    question = written.ask()
    follow_question(person=cast.bob(), question=question, now=cast.NOON)
    delete(person=cast.alice(), post=question, now=cast.NOON)
    path = f"/questions/{question.id}/following/end"
    assert as_person(cast.bob()).post(path).headers["Location"] == "/users/following"
    assert not follows_question(person=cast.bob(), question=question)
    assert as_person(cast.alice()).post(path).headers["Location"] == question.get_absolute_url()


def test_a_profile_does_not_tell_what_was_said_below_what_is_deleted(client: Client) -> None:
    question = written.ask()
    written.comment(question, text="Nobody should read this.")
    written.comment(written.answer(question), text="Nor this, below an answer.")
    url = f"{cast.bob().get_absolute_url()}?tab=activity"
    assert "Nobody should" in client.get(url).content.decode()
    delete(person=cast.carol(), post=question, now=cast.NOON)
    assert client.get(url).context["events"] == []
