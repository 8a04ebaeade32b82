"""What moderators see and do."""

from collections.abc import Callable
from datetime import timedelta

import html5lib
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.moderation.closing import close
from ask.moderation.deleting import delete, delete_comment
from ask.moderation.flagging import flag
from ask.moderation.models import AuditAction, AuditEntry, Flag
from ask.moderation.suspending import remove_spammer, suspend
from ask.questions.models import Comment, Post
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

As = Callable[..., Client]
HTMX = {"HX-Request": "true"}


def flagged(*, by: tuple[User, ...] = (), reason: str = "spam") -> Post:
    question = written.ask(by=cast.person("Dan", reputation=100))
    for person in by or (cast.bob(),):
        flag(person=person, post=question, reason=reason, text="Look <here>", now=cast.NOON)
    return question


def ids(post: Post) -> list[int]:
    return list(Flag.objects.filter(post=post).order_by("id").values_list("id", flat=True))


@pytest.fixture
def carol(as_person: As) -> Client:
    return as_person(cast.carol())


def test_flags_wait_by_what_was_flagged_the_oldest_first(carol: Client) -> None:
    question = flagged(by=(cast.bob(), cast.alice()))
    said = written.comment(question)
    flag(person=cast.alice(), post=question, comment=said, reason="rude", now=cast.NOON)
    matters = carol.get("/moderation").context["matters"]
    assert [(one.post, one.comment, len(one.flags)) for one in matters] == [
        (question, None, 2),
        (question, said, 1),
    ]


def test_flags_on_what_is_gone_do_not_wait_for_ever(carol: Client) -> None:
    question = flagged()
    Post.objects.filter(id=question.id).delete()
    context = carol.get("/moderation").context
    assert (context["matters"], context["count"], context["is_more"]) == ([], 0, False)


def test_however_many_wait_it_takes_few_queries(
    carol: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        question = flagged(by=(cast.bob(), cast.alice()))
        said = written.comment(question)
        flag(person=cast.alice(), post=question, comment=said, reason="rude", now=cast.NOON)
    carol.get("/moderation")
    with django_assert_max_num_queries(6):
        assert carol.get("/moderation").status_code == 200


def test_flags_are_settled_together_and_only_those_that_were_seen(carol: Client) -> None:
    question = flagged(by=(cast.bob(), cast.alice()))
    seen = ids(question)
    flag(person=cast.person("Late", reputation=20), post=question, reason="rude", now=cast.NOON)
    answer = carol.post("/moderation/settlements", {"flag": seen, "verdict": "declined"})
    assert answer.headers["Location"] == "/moderation"
    assert "It is settled." in carol.get("/moderation").content.decode()
    assert [one.is_helpful for one in Flag.objects.order_by("id")] == [False, False, None]
    again = carol.post("/moderation/settlements", {"flag": seen, "verdict": "helpful"}, follow=True)
    assert "Somebody else has settled this already." in again.content.decode()
    assert Flag.objects.filter(is_helpful=False).count() == 2


def test_what_was_flagged_is_deleted_and_its_flags_were_helpful(carol: Client) -> None:
    question = flagged(by=(cast.bob(), cast.alice()))
    sent = {"flag": ids(question), "deed": "delete"}
    for status in (302, 409):  # the second time by a double click
        assert carol.post("/moderation/settlements", sent).status_code == status
    assert Post.objects.get(id=question.id).deleted_at
    assert not Flag.objects.exclude(is_helpful=True).exists()
    assert AuditEntry.objects.filter(action=AuditAction.DELETE).count() == 1


def test_what_its_author_deleted_waits_on_and_is_settled(carol: Client) -> None:
    question = flagged()
    delete(person=cast.person("Dan"), post=question, now=cast.NOON)
    html = carol.get("/moderation").content.decode()
    assert question.heading in html and 'value="helpful"' in html and "Delete it" not in html
    carol.post("/moderation/settlements", {"flag": ids(question), "verdict": "helpful"})
    assert Flag.objects.get().is_helpful
    assert "Nothing waits" in carol.get("/moderation").content.decode()


def test_a_flagged_comment_is_deleted(carol: Client) -> None:
    said = written.comment(written.ask())
    flag(person=cast.alice(), post=said.post, comment=said, reason="rude", now=cast.NOON)
    carol.post("/moderation/settlements", {"flag": ids(said.post), "deed": "delete"})
    assert not Comment.objects.exists()
    assert Flag.objects.get().is_helpful


def test_a_flagged_question_is_closed(carol: Client) -> None:
    question = flagged()
    sent = {"flag": ids(question), "deed": "close", "reason": "103"}
    carol.post("/moderation/settlements", sent)
    assert Post.objects.get(id=question.id).closed_at
    assert "It needs details." in carol.get("/moderation/log").content.decode()


def test_a_script_gets_the_list_and_what_came_of_it(carol: Client) -> None:
    question, other = flagged(), flagged()
    sent = {"flag": ids(question), "verdict": "helpful"}
    html = carol.post("/moderation/settlements", sent, headers=HTMX).content.decode()
    assert html.startswith('<div id="waiting"')
    assert 'id="said"' in html and "It is settled." in html
    assert question.get_absolute_url() not in html and other.get_absolute_url() in html
    bad = carol.post("/moderation/settlements", {"deed": "delete"}, headers=HTMX)
    assert bad.status_code == 422
    assert "There is nothing to settle." in bad.content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"flag": "x"}, {"flag": "7"}, {"flag": "9" * 30}, {"deed": "burn"}]
)
def test_nonsense_settles_nothing(carol: Client, sent: dict[str, str]) -> None:
    flagged()
    assert carol.post("/moderation/settlements", sent).status_code == 422
    assert Flag.objects.get().settled_at is None


def test_flags_on_different_things_are_not_settled_at_once(carol: Client) -> None:
    sent = {"flag": [*ids(flagged()), *ids(flagged())], "verdict": "helpful"}
    assert carol.post("/moderation/settlements", sent).status_code == 422


# The log


@pytest.fixture
def deeds() -> Post:
    """One of each that the log can tell."""
    sid, bob, moderator = cast.person("Sid"), cast.bob(), cast.carol()
    question = written.ask(by=sid)
    said = written.comment(question)
    close(person=moderator, question=question, reason="105", now=cast.NOON)
    delete(person=moderator, post=written.answer(written.ask()), now=cast.NOON)
    delete_comment(person=moderator, comment=said, now=cast.NOON)
    later = cast.NOON + timedelta(days=3)
    suspend(person=moderator, whom=bob, until=later, reason="<Rude>", now=later - timedelta(days=1))
    remove_spammer(person=moderator, whom=sid, now=later)
    return question


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5),
        ("action=close", 1),
        ("action=nonsense", 5),
        ("by=car", 5),
        ("by=bob", 0),
        ("person=Sid", 2),
        ("since=2024-05-03", 2),
        ("until=2024-05-01", 3),
        ("since=2024-05-03&until=2024-05-03&action=suspend", 1),
        ("since=never&until=9999-12-31&post=x", 5),
        ("post=999", 0),
    ],
)
def test_the_log_is_filtered(carol: Client, deeds: Post, query: str, count: int) -> None:
    assert len(carol.get(f"/moderation/log?{query}").context["entries"]) == count


def test_the_log_finds_a_post_and_a_person_by_number(carol: Client, deeds: Post) -> None:
    for query in (f"post={deeds.id}&action=close", f"person={cast.bob().id}&action=suspend"):
        assert len(carol.get(f"/moderation/log?{query}").context["entries"]) == 1


# A person


def people_page(whom: User) -> str:
    return f"/moderation/people/{whom.id}"


def test_a_suspension_begins_is_read_and_ends(carol: Client, as_person: As) -> None:
    bob = cast.bob()
    until = timezone.now() + timedelta(days=7)
    sent = {"until": f"{until:%Y-%m-%d}", "reason": "Rude <again>"}
    said = carol.post(f"{people_page(bob)}/suspension", sent, follow=True).content.decode()
    assert "Bob is suspended." in said and "Rude &lt;again&gt;" in said
    theirs = as_person(bob)
    assert "You may read, but not write until" in theirs.get("/questions").content.decode()
    why = theirs.get("/users/suspension").content.decode()
    assert "Rude &lt;again&gt;" in why and str(until.year) in why
    refused = theirs.post(f"/posts/{written.ask().id}/flags", {"reason": "spam"})
    assert refused.status_code == 403
    assert "You are suspended until" in refused.content.decode()
    carol.post(f"{people_page(bob)}/release")
    assert "You are not suspended." in theirs.get("/users/suspension").content.decode()
    assert "You may read, but" not in theirs.get("/questions").content.decode()


@pytest.mark.parametrize(
    ("until", "reason", "sentence"),
    [
        ("2999-01-01", "", "Say why"),
        ("2024-01-01", "Rude", "in the future"),
        ("soon", "Rude", "This is no day."),
        ("9999-12-31", "Rude", "This is no day."),
        ("2999-01-01", "x" * 301, "at most 300"),
    ],
)
def test_a_suspension_that_cannot_stand_keeps_what_was_written(
    carol: Client, until: str, reason: str, sentence: str
) -> None:
    sent = {"until": until, "reason": reason}
    response = carol.post(f"{people_page(cast.bob())}/suspension", sent)
    assert response.status_code == 422
    html = response.content.decode()
    assert sentence in html and f'value="{until}"' in html and f'value="{reason}"' in html
    assert cast.bob().suspended_until is None


def test_a_spammer_goes_only_when_somebody_is_sure(carol: Client) -> None:
    dan = cast.person("Dan")
    written.ask(by=dan)
    url = f"{people_page(dan)}/removal"
    assert carol.post(url).status_code == 422
    assert User.objects.get(id=dan.id).is_active
    said = carol.post(url, {"is_sure": "yes"}, follow=True).content.decode()
    assert "The account is closed, and 1 post is deleted." in said
    assert "Dan · posts: 1, votes: 0, comments: 0" in said, "the log keeps the name"
    assert not User.objects.get(id=dan.id).is_active


def test_a_spammer_who_was_removed_shows_nothing_of_themselves(carol: Client) -> None:
    dan = cast.person(
        "Dan Cheap", reputation=50_000, about="<p>Cheap</p>", location="Cheap", website_url="Cheap"
    )
    pages = [dan.get_absolute_url(), "/users", "/users?tab=new", "/about"]
    for page in pages:
        assert "Cheap" in Client().get(page).content.decode(), page
    carol.post(f"{people_page(dan)}/removal", {"is_sure": "yes"})
    pages[0] = User.objects.get(id=dan.id).get_absolute_url()
    for page in pages:
        html = Client().get(page).content.decode().lower()
        assert "cheap" not in html and (page == pages[0] or f"/users/{dan.id}/" not in html), page
    for name in ("cheap", f"user{dan.id}"):
        assert not Client().get(f"/users?search={name}").context["people"]
    found = carol.get("/moderation/log?person=dan+cheap").context["entries"]
    assert [one.person_id for one in found] == [dan.id]


def test_moderators_do_nothing_to_each_other(carol: Client) -> None:
    other = cast.person("Mona", is_moderator=True)
    html = carol.get(people_page(other)).content.decode()
    assert "/suspension" not in html and "/removal" not in html
    for name, sent in (
        ("suspension", {"until": "2999-01-01", "reason": "x"}),
        ("removal", {"is_sure": "yes"}),
    ):
        assert carol.post(f"{people_page(other)}/{name}", sent).status_code == 403


def test_a_person_s_page_takes_few_queries(
    carol: Client, deeds: Post, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(9):
        flagged(by=(cast.alice(),))
    url = people_page(cast.person("Dan"))
    carol.get(url)
    with django_assert_max_num_queries(12):
        assert carol.get(url).status_code == 200


# All of it


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_is_valid_html(carol: Client, deeds: Post, language: str) -> None:
    question = flagged(by=(cast.alice(),), reason="other")
    answer = written.answer(question, by=cast.alice())
    said = written.comment(question, by=cast.alice())
    vera = cast.person("Vera", reputation=500)
    flag(person=vera, post=question, comment=said, reason="rude", now=cast.NOON)
    delete(person=cast.carol(), post=answer, now=cast.NOON)
    pages = [
        ("/moderation", 200),
        ("/moderation/log?action=close&by=%3Cb%3E", 200),
        ("/moderation/log", 200),
        (people_page(cast.bob()), 200),
        (people_page(cast.person("Sid")), 200),
        (f"/questions/{question.id}/closure?reason=101&words=sky", 200),
        (f"/posts/{question.id}/flags?reason=other&text=%3Cb%3E", 200),
        (f"/comments/{said.id}/flags", 200),
        (question.get_absolute_url(), 200),
        ("/users/suspension", 200),
        ("/help/privileges", 200),
    ]
    for address, status in pages:
        response = carol.get(address, headers={"accept-language": language})
        assert response.status_code == status, address
        html = response.content.decode()
        html5lib.HTMLParser(strict=True).parse(html)
        assert f'<html lang="{language}">' in html
        for never in (" style=", " onclick=", "<script>", "<b>here"):
            assert never not in html, address
