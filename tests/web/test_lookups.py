"""What staff look up in the admin, and do as on the site."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ask.moderation import suspending
from ask.moderation.deleting import delete
from ask.moderation.flagging import flag
from ask.moderation.models import AuditAction, AuditEntry, Flag
from ask.questions.models import Comment, Post
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

POSTS = "/admin/questions/"
ORDER = "/admin/moderation/"
LISTS = [
    f"{POSTS}question/",
    f"{POSTS}answer/",
    f"{POSTS}comment/",
    f"{ORDER}flag/",
    f"{ORDER}auditentry/",
]


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(cast.carol())
    return client


@pytest.fixture
def question() -> Post:
    """With an answer, comments, a flag that waits; another one is deleted and closed."""
    asked = written.ask()
    answered = written.answer(asked)
    written.comment(answered, by=cast.alice())
    flag(person=cast.bob(), post=asked, reason="spam", now=cast.NOON)
    other = written.ask(title="Is grass green at night?")
    Post.objects.filter(id=other.id).update(closed_at=cast.NOON)
    delete(person=cast.carol(), post=other, now=cast.NOON)
    return asked


def found(client: Client, address: str) -> list[str]:
    return [str(row) for row in client.get(address).context["cl"].result_list]


def act(client: Client, address: str, action: str, *rows: int) -> str:
    fields = {"action": action, "_selected_action": rows}
    return client.post(address, fields, follow=True).content.decode()


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Is grass green at night?", "Why is the sky blue?"]),
        ("q=grass", ["Is grass green at night?"]),
        ("deleted_at=no", ["Why is the sky blue?"]),
        ("deleted_at=yes", ["Is grass green at night?"]),
        ("closed_at=yes", ["Is grass green at night?"]),
        ("q=" + "9" * 5000, []),
    ],
)
def test_questions_are_found_deleted_ones_too(
    superuser: Client, question: Post, query: str, titles: list[str]
) -> None:
    assert found(superuser, f"{POSTS}question/?{query}") == titles


def test_what_somebody_wrote_is_found_by_name_and_by_number(
    superuser: Client, question: Post
) -> None:
    for name, count in (("bob", 1), ("alice", 0), (str(question.id), 1), ("7", 0)):
        assert len(found(superuser, f"{POSTS}answer/?q={name}")) == count
    for name, count in (("bob", 0), ("alice", 1), ("Mallory", 0)):
        assert len(found(superuser, f"{POSTS}comment/?q={name}")) == count
    for name, count in (("bob", 1), ("alice", 0), (str(question.id), 1)):
        assert len(found(superuser, f"{ORDER}flag/?q={name}&settled_at=no")) == count
    for query, count in (("carol", 1), ("alice", 1), ("bob", 0)):
        assert len(found(superuser, f"{ORDER}auditentry/?q={query}&action__exact=delete")) == count


@pytest.mark.parametrize("address", LISTS)
def test_nothing_is_made_changed_or_erased(superuser: Client, question: Post, address: str) -> None:
    row = superuser.get(address).context["cl"].result_list[0]
    assert superuser.get(f"{address}add/").status_code == 403
    page = superuser.get(f"{address}{row.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert superuser.post(f"{address}{row.pk}/change/", {"score": 5}).status_code == 403
    assert superuser.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in superuser.get(address).content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_few_queries(
    superuser: Client,
    question: Post,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        person = cast.person(f"Writer{number}", reputation=100)
        given = written.answer(question, by=person)
        flag(person=person, post=question, reason="rude", now=cast.NOON)
        written.comment(given, by=person)
        written.ask(by=person)
        suspending.suspend(
            person=cast.carol(), whom=person, until=cast.NOON + timedelta(days=1), reason="Rude",
            now=cast.NOON,
        )  # fmt: skip
    with django_assert_max_num_queries(8):
        superuser.get(address)


def test_what_is_done_is_done_as_on_the_site(superuser: Client, question: Post) -> None:
    posts = f"{POSTS}question/"
    assert "Deleted: 1" in act(superuser, posts, "delete_them", question.id)
    assert not Flag.objects.waiting().exists()
    assert "This was deleted." in act(superuser, posts, "delete_them", question.id)
    assert "Undeleted: 1" in act(superuser, posts, "undelete_them", question.id)
    said = Comment.objects.get()
    assert "Deleted: 1" in act(superuser, f"{POSTS}comment/", "delete_them", said.id)
    done = {AuditAction.DELETE, AuditAction.UNDELETE, AuditAction.DELETE_COMMENT}
    assert done <= set(AuditEntry.objects.values_list("action", flat=True))
    assert written.drift() == []


@pytest.mark.parametrize(("action", "is_helpful"), [("uphold", True), ("decline", False)])
def test_flags_are_settled(
    superuser: Client, question: Post, action: str, is_helpful: bool
) -> None:
    waiting = Flag.objects.get()
    assert "Settled: 1" in act(superuser, f"{ORDER}flag/", action, waiting.id)
    assert "Settled: 0" in act(superuser, f"{ORDER}flag/", action, waiting.id)
    waiting.refresh_from_db()
    assert (waiting.is_helpful, waiting.settled_by) == (is_helpful, cast.carol())


def test_who_lacks_the_privilege_is_refused(client: Client, question: Post) -> None:
    client.force_login(cast.staff("view_question"))
    page = act(client, f"{POSTS}question/", "delete_them", question.id)
    assert "You need a reputation of" in page
    assert Post.objects.get(id=question.id).deleted_at is None


def test_the_suspended_are_found(superuser: Client) -> None:
    until = timezone.now() + timedelta(days=2)
    cast.person("Susan", suspended_until=until)
    people = "/admin/accounts/user/"
    assert found(superuser, f"{people}?suspended=yes") == ["Susan"]
    assert found(superuser, f"{people}?suspended=no") == ["Carol"]
