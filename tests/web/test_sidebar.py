"""The lists beside every page, between two runs of their job."""

from collections.abc import Callable

import pytest
from django.test import Client

from ask.moderation.flagging import flag
from ask.moderation.models import Flag
from ask.questions.models import Post
from ask.ratings.cached import hot_questions
from ask.web import sidebar
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

As = Callable[..., Client]


def on_the_site(client: Client, post: Post) -> None:
    client.post(f"/posts/{post.id}/deletion")


def with_its_flag(client: Client, post: Post) -> None:
    flag(person=cast.bob(), post=post, reason="spam", now=cast.NOON)
    client.post("/moderation/settlements", {"flag": Flag.objects.get().id, "deed": "delete"})


def in_the_admin(client: Client, post: Post) -> None:
    fields = {"action": "delete_them", "_selected_action": post.id}
    client.post("/admin/questions/question/", fields)


@pytest.mark.parametrize("delete", [on_the_site, with_its_flag, in_the_admin])
def test_a_deleted_question_is_named_beside_no_page(
    as_person: As, client: Client, delete: Callable[[Client, Post], None]
) -> None:
    question = written.ask()
    sidebar.renew()
    assert "Why is the sky blue?" in client.get("/about").content.decode()
    delete(as_person(cast.carol()), question)
    assert Post.objects.get(id=question.id).deleted_at
    assert "Why is the sky blue?" not in client.get("/about").content.decode()


def test_the_deletion_of_another_one_computes_nothing(
    as_person: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidebar.renew()
    question = written.ask()
    monkeypatch.setattr(hot_questions, "compute", lambda: pytest.fail("It is computed."))
    on_the_site(as_person(cast.carol()), question)
    assert Post.objects.get(id=question.id).deleted_at
