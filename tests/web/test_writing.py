"""Writing on pages: who may, what comes of it, and that no text is ever lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import html5lib
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import User
from ask.questions import asking
from ask.questions.editing import source_of
from ask.questions.following import follow_question, follow_tag
from ask.questions.limits import LIMITS
from ask.questions.models import (
    Comment,
    Draft,
    FollowedPost,
    FollowedTag,
    Post,
    PostHistory,
    PostType,
    Tag,
    Vote,
)
from tests import cast, written
from tests.web.visiting import client_of, text_of

pytestmark = pytest.mark.django_db(databases="__all__")

LONG = "It is *long* enough, <b>bold</b> & about the sky."
HTMX = {"HX-Request": "true"}


@pytest.fixture
def asked() -> Post:
    """Alice's question, with Bob's answer and comments by him."""
    asked = written.ask()
    given = written.answer(asked)
    written.comment(asked)
    written.comment(given)
    return asked


@pytest.fixture
def given(asked: Post) -> Post:
    return Post.objects.get(parent=asked)


def draft() -> str:
    return str(uuid4())


# Who may do what


def suspended() -> User:
    until = timezone.now() + timedelta(days=7)
    return cast.person("Sue", reputation=20_000, suspended_until=until)


def newcomer() -> User:
    return cast.person("Nina")


def privileged() -> User:
    return cast.person("Paul", reputation=25_000)


VISITORS: dict[str, Callable[[], User | None]] = {
    "a stranger": lambda: None,
    "a newcomer": newcomer,
    "who asked": cast.alice,
    "who answered": cast.bob,
    "a privileged member": privileged,
    "a moderator": cast.carol,
    "a suspended member": suspended,
}

# Addresses with {q} for the question, {a} for the answer and {c} for Bob's comment; what is sent,
# or None to get it; and the status for each visitor, in the order above.
TABLE: list[tuple[str, dict[str, str] | None, tuple[int, ...]]] = [
    ("/questions/ask", None, (302, 200, 200, 200, 200, 200, 403)),
    (
        "/questions/ask",
        {"title": "What is it that shines?", "body": LONG, "tags": "sky"},
        (403, 302, 302, 302, 302, 302, 403),
    ),
    ("/questions/similar?title=blue+sky", None, (302, 200, 200, 200, 200, 200, 200)),
    ("/questions/{q}/answers", None, (302, 200, 200, 200, 200, 200, 403)),
    ("/questions/{q}/answers", {"body": LONG}, (403, 302, 302, 302, 302, 302, 403)),
    ("/questions/{q}/following", {}, (302, 302, 302, 302, 302, 302, 403)),
    ("/questions/{q}/following/end", {}, (302, 302, 302, 302, 302, 302, 302)),
    ("/posts/{q}/edit", None, (302, 403, 200, 200, 200, 200, 403)),
    (
        "/posts/{q}/edit",
        {"title": written.TITLE, "body": LONG, "tags": "sky", "based_on": "{guid}"},
        (403, 403, 302, 302, 302, 302, 403),
    ),
    ("/posts/{a}/edit", None, (302, 403, 403, 200, 200, 200, 403)),
    ("/posts/{q}/rollback", {"revision": "{guid}"}, (302, 403, 302, 302, 302, 302, 403)),
    ("/posts/{q}/comments", None, (302, 403, 200, 200, 200, 200, 403)),
    ("/posts/{q}/comments", {"body": LONG}, (403, 403, 302, 302, 302, 302, 403)),
    ("/posts/{a}/vote", {"kind": "up"}, (302, 403, 302, 403, 302, 302, 403)),
    ("/posts/{a}/vote", {"kind": "down"}, (302, 403, 403, 403, 302, 302, 403)),
    ("/posts/{a}/vote", {"kind": "none"}, (302, 302, 302, 302, 302, 302, 403)),
    ("/posts/{a}/acceptance", {}, (302, 403, 302, 403, 403, 403, 403)),
    ("/posts/{a}/acceptance/withdrawal", {}, (302, 403, 302, 403, 403, 403, 403)),
    ("/comments/{c}/deletion", {}, (302, 403, 403, 302, 403, 302, 403)),
    ("/tags/completions?tags=s", None, (302, 200, 200, 200, 200, 200, 200)),
    ("/tags/sky/following", {}, (302, 302, 302, 302, 302, 302, 403)),
    ("/tags/sky/following/end", {}, (302, 302, 302, 302, 302, 302, 302)),
    ("/preview", {"body": LONG}, (403, 200, 200, 200, 200, 200, 200)),
    ("/drafts", {"kind": "question", "body": LONG}, (403, 302, 302, 302, 302, 302, 403)),
    ("/users/drafts", None, (302, 200, 200, 200, 200, 200, 200)),
    (f"/users/drafts/{uuid4()}/deletion", {}, (302, 302, 302, 302, 302, 302, 302)),
    ("/users/following", None, (302, 200, 200, 200, 200, 200, 200)),
]


@pytest.mark.parametrize("who", VISITORS)
def test_each_address_is_for_whom_it_is_for(asked: Post, given: Post, who: str) -> None:
    cast.bob()
    of_bob = Comment.objects.filter(user=cast.bob()).earliest("id")
    names = {"q": asked.id, "a": given.id, "c": of_bob.id, "guid": source_of(asked).revision}
    wrong = []
    for path, data, statuses in TABLE:
        client = client_of(VISITORS[who]())
        address = path.format(**names)
        if data is None:
            response = client.get(address)
        else:
            filled = {name: value.format(**names) for name, value in data.items()}
            if "based_on" in filled:
                filled["based_on"] = source_of(Post.objects.get(id=asked.id)).revision
            response = client.post(address, filled)
        expected = statuses[list(VISITORS).index(who)]
        if response.status_code != expected:
            wrong.append((path, data, response.status_code, expected))
        if who == "a stranger" and response.status_code == 302:
            assert response.headers["Location"].startswith("/users/login?next=/")
    assert wrong == []
    if who == "a stranger":
        assert Post.objects.count() == 2
        assert Comment.objects.count() == 2
        assert not Vote.objects.exists()
        assert not Draft.objects.exists()


@pytest.mark.parametrize("who", ["a stranger", "a moderator"])
def test_what_is_done_is_done_by_post(asked: Post, given: Post, who: str) -> None:
    client = client_of(VISITORS[who]())
    for path in (
        f"/posts/{given.id}/vote",
        f"/posts/{given.id}/acceptance",
        f"/posts/{given.id}/acceptance/withdrawal",
        f"/posts/{given.id}/rollback",
        f"/questions/{asked.id}/following",
        f"/questions/{asked.id}/following/end",
        "/tags/sky/following",
        "/comments/1/deletion",
        "/preview",
        "/drafts",
    ):
        assert client.get(path).status_code == 405, path
        assert client_of(cast.bob(), is_strict=True).post(path).status_code == 403, path


def test_what_is_not_there_is_not_found(asked: Post) -> None:
    client = client_of(cast.bob())
    for path in ("/questions/1/answers", "/posts/1/edit", "/posts/1/comments"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"body": LONG}).status_code == 404
    for path in ("/posts/1/vote", "/posts/1/acceptance", "/comments/1/deletion",
                 "/questions/1/following", "/tags/nosuch/following"):  # fmt: skip
        assert client.post(path).status_code == 404


def test_what_was_deleted_shows_nothing_of_it(asked: Post, given: Post) -> None:
    Post.objects.update(deleted_at=cast.NOON)
    client = client_of(cast.bob())
    for path in (f"/questions/{asked.id}/answers", f"/posts/{given.id}/edit",
                 f"/posts/{given.id}/comments"):  # fmt: skip
        for response in (client.get(path), client.post(path, {"body": LONG})):
            assert response.status_code == 410
            assert "Short waves" not in text_of(response)
        assert "It is *long* enough" in text_of(response)
        response = client.post(path, {"body": LONG}, headers=HTMX)
        assert (response.status_code, "This was deleted." in text_of(response)) == (422, True)


# Asking


def ask_with(client: Client, **changed: str) -> Any:
    form = {"title": "What is it that shines?", "body": LONG, "tags": "sky", "draft": draft()}
    return client.post("/questions/ask", {**form, **changed})


def test_who_asks_comes_to_the_question(asked: Post) -> None:
    response = ask_with(client_of(cast.alice()))
    question = Post.objects.filter(post_type=PostType.QUESTION).latest("id")
    assert response.headers["Location"] == question.get_absolute_url()
    assert (question.owner, question.title) == (cast.alice(), "What is it that shines?")
    assert "<em>long</em> enough, <b>bold</b> &amp; about" in question.body


def test_to_the_script_the_way_is_told(asked: Post) -> None:
    response = client_of(cast.alice()).post(
        "/questions/ask",
        {"title": "What is it that shines?", "body": LONG, "tags": "sky"},
        headers=HTMX,
    )
    question = Post.objects.latest("id")
    assert (response.status_code, response.headers["HX-Redirect"]) == (
        200,
        question.get_absolute_url(),
    )


def test_a_form_that_is_sent_twice_asks_once(asked: Post) -> None:
    client, token = client_of(cast.alice()), draft()
    first, second = (ask_with(client, draft=token) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Post.objects.filter(post_type=PostType.QUESTION).count() == 2


def test_twice_the_same_may_be_written_otherwise(asked: Post) -> None:
    client, token = client_of(cast.alice()), draft()
    for tags, body in (("sky", LONG), ("Sky,sky ", f"{LONG}\r\n")):
        response = ask_with(
            client, draft=token, tags=tags, body=body, title=" What is  it that shines?"
        )
        assert response.status_code == 302


def test_another_text_in_a_form_that_was_sent_is_not_lost(asked: Post) -> None:
    client, token = client_of(cast.alice()), draft()
    ask_with(client, draft=token)
    response = ask_with(client, draft=token, body="Another text, which is as long as it must be.")
    assert response.status_code == 409
    writing = response.context["writing"]
    assert "Another text" in text_of(response)
    assert str(writing.token) != token


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"title": "Too short"}, "title", "at least 15 characters"),
        ({"body": "short"}, "body", "at least 30 characters"),
        ({"tags": ""}, "tags", "at least one tag"),
        ({"tags": "a b c d e f"}, "tags", "at most 5 tags"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field(
    asked: Post, changed: dict[str, str], field: str, said: str
) -> None:
    response = ask_with(client_of(cast.alice()), **changed)
    html = text_of(response)
    assert response.status_code == 422
    fault = html.split(f'id="{field}-wrong">')[1].split("</p>")[0]
    assert said in fault
    assert html.count('aria-invalid="true"') == 1


def lost(client: Client, path: str, form: dict[str, str]) -> list[str]:
    """What of a form is not on the page that answers it."""
    html = text_of(client.post(path, form))
    parsed = html5lib.parse(html, namespaceHTMLElements=False)
    values = [each.text for each in parsed.iter("textarea")]
    values += [each.get("value") for each in parsed.iter("input")]
    kept = [(value or "").strip("\n") for value in values]
    return [name for name, value in form.items() if value not in kept]


FORM = {"title": "Why <b>?", "body": "\n  a </textarea> & text", "tags": "sky <b>"}


def test_text_is_kept_whatever_is_wrong(asked: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {name: value.strip("\n") for name, value in FORM.items()} | {"draft": draft()}
    ask = "/questions/ask"
    assert lost(client_of(cast.alice()), ask, form) == []  # it cannot stand
    assert lost(client_of(suspended()), ask, form) == []  # not allowed
    assert lost(client_of(None), ask, form) == []  # logged out
    assert lost(client_of(cast.alice(), is_strict=True), ask, form) == []  # too old a form
    assert lost(client_of(cast.alice()), "/questions/1/answers", form) == []  # nothing is there

    def away(**_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(asking, "ask", away)
    broken = client_of(cast.alice())
    broken.raise_request_exception = False
    assert lost(broken, ask, form) == []


def test_text_is_kept_by_who_writes_too_often(asked: Post) -> None:
    client = client_of(newcomer())
    for number in range(LIMITS["ask"].newcomer):
        assert ask_with(client, title=f"What is it that shines {number}?").status_code == 302
    response = ask_with(client)
    assert response.status_code == 429
    assert "You may do this 6 times a day" in text_of(response)
    assert "It is *long* enough, &lt;b&gt;" in text_of(response)


def test_a_page_that_keeps_a_text_is_sent_again_with_success(asked: Post) -> None:
    client = client_of(cast.alice(), is_strict=True)
    token = draft()
    response = ask_with(client, draft=token)
    kept = response.context["kept"]
    again = {name: text for name, _label, text in kept.texts} | dict(kept.carried)
    assert again["draft"] == token
    response = client.post(kept.path, {**again, "csrfmiddlewaretoken": kept.token})
    assert response.status_code == 302
    assert Post.objects.filter(title="What is it that shines?").exists()


def test_what_another_site_sends_is_not_offered_to_be_sent_again(asked: Post) -> None:
    client = client_of(cast.alice(), is_strict=True)
    response = client.post(
        "/questions/ask", {"body": LONG}, headers={"origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert "long" not in text_of(response)


def test_no_password_is_given_back(asked: Post) -> None:
    response = client_of(None, is_strict=True).post(
        "/questions/ask", {"body": LONG, "password": "secret-word"}
    )
    assert "secret-word" not in text_of(response)


def test_the_script_is_told_beside_the_button(asked: Post, given: Post) -> None:
    response = client_of(newcomer()).post(f"/posts/{given.id}/vote", {"kind": "up"}, headers=HTMX)
    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == "find .refusal"
    assert "You need a reputation of 15 to vote up." in text_of(response)
    russian = client_of(newcomer()).post(
        f"/posts/{given.id}/vote", {"kind": "up"}, headers={**HTMX, "accept-language": "ru"}
    )
    assert "нужна репутация не ниже 15" in text_of(russian)


def test_who_is_logged_out_is_sent_to_the_login_or_told_of_it(asked: Post, given: Post) -> None:
    here = {"HX-Current-URL": f"http://testserver{asked.get_absolute_url()}"}
    client = client_of(None)
    response = client.post(f"/posts/{given.id}/vote", {"kind": "up"}, headers={**HTMX, **here})
    assert response.headers["HX-Redirect"].endswith(f"?next={asked.get_absolute_url()}")
    response = client.post("/questions/ask", {"body": LONG}, headers=HTMX)
    assert (response.status_code, response.headers["HX-Retarget"]) == (422, "find .refusal")
    assert "Log in in another window" in text_of(response)


def test_nobody_is_led_away_from_what_they_type(asked: Post) -> None:
    client = client_of(None)
    for path in ("/questions/similar?title=blue+sky", "/tags/completions?tags=s"):
        assert client.get(path, headers=HTMX).status_code == 204
    for path in ("/drafts", "/preview"):
        response = client.post(path, {"kind": "question", "body": LONG}, headers=HTMX)
        assert response.status_code == 422
        assert "HX-Retarget" not in response.headers and "HX-Redirect" not in response.headers
        assert "You are not logged in any more." in text_of(response)


def test_similar_titles_are_shown_while_one_is_typed(asked: Post) -> None:
    written.ask(title="Why is the evening sky not blue?")
    written.ask(title="How does one bake bread well?")
    client = client_of(cast.alice())

    def found(title: str) -> list[str]:
        response = client.get("/questions/similar", {"title": title})
        return [one.title for one in response.context["questions"]]

    assert found("What makes an evening blue") == ["Why is the evening sky not blue?"]
    assert found("Baked bread recipes") == ["How does one bake bread well?"]
    assert found("a b <c> & |") == []
    assert found("") == []


def test_tags_are_completed_the_most_used_first(asked: Post) -> None:
    for name, count in (("skating", 3), ("skiing", 9), ("snow", 1)):
        Tag.objects.create(name=name, question_count=count)
    client = client_of(cast.alice())

    def completed(text: str) -> list[str]:
        response = client.get("/tags/completions", {"tags": text})
        return [text for text, _tag in response.context["completions"]]

    assert completed("snow sk") == ["snow skiing", "snow skating", "snow sky"]
    assert completed("sky sk") == ["sky skiing", "sky skating"]
    assert completed("snow ") == []


# Answering, commenting, editing


def test_who_answers_comes_to_the_answer(asked: Post) -> None:
    client, form = client_of(cast.carol()), {"body": LONG, "draft": draft()}
    first, second = (client.post(f"/questions/{asked.id}/answers", form) for _ in range(2))
    answer = Post.objects.get(owner=cast.carol())
    assert first.headers["Location"] == second.headers["Location"] == f"/a/{answer.id}"


def test_a_closed_question_takes_no_answer_and_loses_no_text(asked: Post) -> None:
    Post.objects.filter(id=asked.id).update(closed_at=cast.NOON)
    client = client_of(cast.carol())
    response = client.post(f"/questions/{asked.id}/answers", {"body": LONG})
    assert response.status_code == 409
    assert "This question is closed" in text_of(response)
    assert "It is *long* enough, &lt;b&gt;" in text_of(response)
    assert 'id="your-answer"' not in text_of(client.get(asked.get_absolute_url()))


def test_a_comment_replaces_the_comments_below_its_post(asked: Post) -> None:
    client, form = client_of(cast.alice()), {"body": LONG, "draft": draft()}
    path = f"/posts/{asked.id}/comments"
    assert 'name="body"' in text_of(client.get(path, headers=HTMX))
    for _ in range(2):
        html = text_of(client.post(path, form, headers=HTMX))
        assert html.count("<li") == 2
        assert "<em>long</em>" in html
    assert client.post(path, form).headers["Location"] == asked.get_absolute_url()


def test_a_comment_that_cannot_stand_keeps_its_form(asked: Post) -> None:
    response = client_of(cast.alice()).post(
        f"/posts/{asked.id}/comments", {"body": "short <b>"}, headers=HTMX
    )
    assert (response.status_code, response.headers["HX-Retarget"]) == (422, "this")
    assert "short &lt;b&gt;" in text_of(response)


def test_a_comment_is_deleted_once_and_twice_does_no_harm(asked: Post) -> None:
    comment = Comment.objects.get(post=asked)
    client = client_of(cast.bob())
    for _ in range(2):
        response = client.post(f"/comments/{comment.id}/deletion", {"post": str(asked.id)})
        assert response.headers["Location"] == asked.get_absolute_url()
    assert not Comment.objects.filter(post=asked).exists()


def test_a_comment_is_voted_for_in_place_and_the_vote_withdrawn(asked: Post) -> None:
    comment, client = Comment.objects.get(post=asked), client_of(cast.alice())
    path = f"/comments/{comment.id}/vote"
    for _ in range(2):
        html = text_of(client.post(path, {"kind": "up"}, headers=HTMX))
        assert "<b>1</b>" in html and 'value="none" aria-pressed="true"' in html
    page = text_of(client.get(asked.get_absolute_url()))
    assert f'id="useful-{comment.id}" name="kind" value="none" aria-pressed="true"' in page
    assert path not in text_of(client_of(cast.bob()).get(asked.get_absolute_url()))
    html = text_of(client.post(path, {"kind": "none"}, headers=HTMX))
    assert "<b></b>" in html and 'value="up" aria-pressed="false"' in html
    assert client.post(path, {"kind": "up"}).headers["Location"] == asked.get_absolute_url()


def test_a_comment_is_edited_below_itself(asked: Post) -> None:
    comment, client = written.comment(asked, now=timezone.now()), client_of(cast.bob())
    path = f"/comments/{comment.id}/edit"
    url = asked.get_absolute_url()
    assert path in text_of(client.get(url))
    assert path not in text_of(client_of(cast.alice()).get(url))
    form = {"body": LONG, "based_on": client.get(path).context["writing"].based_on}
    for _ in range(2):
        html = text_of(client.post(path, form, headers=HTMX))
        assert html.startswith(f'<li id="comment-{comment.id}">')
        assert "<em>long</em>" in html and 'title="edited 1 time"' in html
    assert client.post(path, form).headers["Location"] == url
    assert 'title="edited 1 time"' in text_of(Client().get(url))


def test_no_edit_of_a_comment_is_lost(asked: Post) -> None:
    comment = written.comment(asked, now=timezone.now())
    path, mine = f"/comments/{comment.id}/edit", {"body": "What I have to say <b>", "based_on": "0"}
    client_of(cast.carol()).post(path, {"body": LONG, "based_on": "0"})
    client = client_of(cast.bob())
    for headers, status in (({}, 409), (HTMX, 422)):
        response = client.post(path, mine, headers=headers)
        html = text_of(response)
        assert response.status_code == status
        assert "Somebody else has edited this meanwhile" in html
        assert "What I have to say &lt;b&gt;" in html and "It is *long* enough" in html
        assert 'name="based_on" value="1"' in html
    short = client.post(path, {"body": "short <b>", "based_on": "1"}, headers=HTMX)
    assert short.headers["HX-Retarget"] == "this" and "short &lt;b&gt;" in text_of(short)
    Comment.objects.filter(id=comment.id).update(created_at=cast.NOON)
    late = client.post(path, {**mine, "based_on": "1"})
    assert late.status_code == 403
    assert "changed for 5 minutes" in text_of(late) and "What I have to say" in text_of(late)
    assert client.get(path).status_code == 403
    Comment.objects.all().delete()
    gone = client.post(path, mine)
    assert gone.status_code == 404 and "What I have to say" in text_of(gone)


def edit_form(post: Post, **changed: str) -> dict[str, str]:
    source = source_of(post)
    form = {"title": source.title, "tags": source.tags, "body": source.body}
    return {**form, "based_on": source.revision, "draft": draft(), **changed}


def test_an_edit_is_saved_with_its_summary_and_twice_does_no_harm(asked: Post) -> None:
    client, form = client_of(cast.alice()), edit_form(asked, body=LONG, summary="Longer")
    for _ in range(2):
        response = client.post(f"/posts/{asked.id}/edit", form)
        assert response.headers["Location"] == asked.get_absolute_url()
    assert PostHistory.objects.filter(post=asked, comment="Longer").count() == 1


def test_who_was_slower_sees_both_texts_and_may_save_theirs(asked: Post) -> None:
    slow = edit_form(
        asked, body="What the slower one has to say of the sky.", title="A title of theirs?"
    )
    client_of(cast.bob()).post(f"/posts/{asked.id}/edit", edit_form(asked, body=LONG))
    client = client_of(cast.alice())
    response = client.post(f"/posts/{asked.id}/edit", slow)
    assert response.status_code == 409
    html = text_of(response)
    assert "Somebody else has edited this meanwhile" in html
    assert "What the slower one has to say" in html
    assert "It is *long* enough, &lt;b&gt;" in html
    html5lib.HTMLParser(strict=True).parse(html)
    again = {**slow, "based_on": response.context["writing"].based_on}
    assert client.post(f"/posts/{asked.id}/edit", again).status_code == 302
    asked.refresh_from_db()
    assert asked.title == "A title of theirs?"


def test_an_earlier_revision_can_be_had_back(asked: Post) -> None:
    first = source_of(asked)
    client = client_of(cast.alice())
    client.post(f"/posts/{asked.id}/edit", edit_form(asked, body=LONG))
    page = text_of(client.get(f"/posts/{asked.id}/revisions"))
    assert page.count("Roll back to") == 1
    response = client.post(f"/posts/{asked.id}/rollback", {"revision": first.revision})
    assert response.headers["Location"] == f"/posts/{asked.id}/revisions"
    assert source_of(asked).body == first.body
    assert client.post(f"/posts/{asked.id}/rollback", {"revision": "x"}).status_code == 409
    assert "Roll back to" not in text_of(Client().get(f"/posts/{asked.id}/revisions"))


def test_revisions_are_shown_side_by_side(asked: Post) -> None:
    client = client_of(cast.alice())
    client.post(
        f"/posts/{asked.id}/edit",
        edit_form(asked, body="It looks *green* to me, at noon at least."),
    )
    html = text_of(Client().get(f"/posts/{asked.id}/revisions?view=side"))
    left, right = html.split('<div class="two exact">')[1].split('</div><div class="diff">')
    assert "<del>blue</del>" in left and "<ins>" not in left
    assert (
        "<ins>green</ins>" in right.split("</div>")[0] and "<del>" not in right.split("</div>")[0]
    )


# Voting, accepting, following


def test_a_vote_is_shown_pressed_and_can_be_withdrawn(asked: Post, given: Post) -> None:
    client, path = client_of(cast.alice()), f"/posts/{given.id}/vote"
    for _ in range(2):
        html = text_of(client.post(path, {"kind": "up"}, headers=HTMX))
        assert "<b>1</b>" in html
    up = html.split("</button>")[0]
    assert 'value="none"' in up and 'aria-pressed="true"' in up
    assert "<b>0</b>" in text_of(client.post(path, {"kind": "none"}, headers=HTMX))
    assert client.post(path, {"kind": "up"}).headers["Location"] == f"/a/{given.id}"


def test_an_answer_is_accepted_in_place_of_another(asked: Post, given: Post) -> None:
    other = written.answer(asked, by=cast.carol())
    client = client_of(cast.alice())
    client.post(f"/posts/{given.id}/acceptance")
    html = text_of(client.post(f"/posts/{other.id}/acceptance", headers=HTMX))
    before, besides = html.split("</form>")[:2]
    assert f'id="acceptance-{other.id}"' in before and 'aria-pressed="true"' in before
    assert f'id="acceptance-{given.id}" hx-swap-oob="outerHTML"' in besides
    assert 'aria-pressed="false"' in besides
    html = text_of(client.post(f"/posts/{other.id}/acceptance/withdrawal", headers=HTMX))
    assert 'aria-pressed="false"' in html
    asked.refresh_from_db()
    assert asked.accepted_answer_id is None


def test_questions_and_tags_are_followed_and_listed(asked: Post) -> None:
    client = client_of(cast.bob())
    client.post(f"/questions/{asked.id}/following")
    response = client.post("/tags/sky/following", headers=HTMX)
    assert 'action="/tags/sky/following/end"' in text_of(response)
    html = text_of(client.get("/users/following"))
    assert asked.get_absolute_url() in html and "/questions/tagged/sky" in html
    assert 'aria-pressed="true"' in text_of(client.get("/questions/tagged/sky"))
    assert 'aria-pressed="true"' in text_of(client.get("/tags/sky/info"))
    response = client.post("/tags/sky/following/end", {"back": "list"})
    assert response.headers["Location"] == "/users/following"
    client.post(f"/questions/{asked.id}/following/end")
    assert not FollowedPost.objects.exists() and not FollowedTag.objects.exists()


def test_a_tag_of_any_letters_can_be_followed(asked: Post) -> None:
    for name in ("c++", "a/b", ".net"):
        cast.tag(name)
        response = client_of(cast.bob()).post(f"/tags/{name}/following")
        assert response.status_code == 302
        assert FollowedTag.objects.filter(tag_name=name).exists()


# Drafts and the preview


def test_a_draft_is_kept_while_one_types_and_found_again(asked: Post) -> None:
    client, token = client_of(cast.alice()), draft()
    form = {"kind": "question", "draft": token, "title": "Half a", "body": "Half <b>", "tags": "x"}
    html = text_of(client.post("/drafts", form, headers=HTMX))
    assert "Draft saved" in html
    page = client.get("/questions/ask")
    assert str(page.context["writing"].token) == token
    assert "Your draft is restored" in text_of(page) and "Half &lt;b&gt;" in text_of(page)
    assert page.headers["Cache-Control"] == "private, no-cache"
    fresh = client.get("/questions/ask?draft=new")
    assert fresh.context["writing"].is_empty
    assert f"/questions/ask?draft={token}" in text_of(client.get("/users/drafts"))
    assert client_of(cast.bob()).get("/questions/ask").context["writing"].is_empty


@pytest.mark.parametrize("kind", ["answer", "comment", "edit"])
def test_a_draft_is_found_again_where_it_was_begun(asked: Post, kind: str) -> None:
    client, token = client_of(cast.bob()), draft()
    form = {"kind": kind, "post": str(asked.id), "draft": token, "body": "Half a text"}
    client.post("/drafts", form)
    listed = text_of(client.get("/users/drafts"))
    path = listed.split('<h2><a href="')[1].split('"')[0]
    assert "Half a text" in text_of(client.get(path))
    if kind == "answer":
        assert "Half a text" in text_of(client.get(asked.get_absolute_url()))


def test_what_is_emptied_published_or_discarded_is_no_draft_any_more(asked: Post) -> None:
    client, token = client_of(cast.alice()), draft()
    form = {"kind": "question", "draft": token, "title": "", "body": "Half", "tags": ""}
    client.post("/drafts", form)
    client.post("/drafts", {**form, "body": ""})
    assert not Draft.objects.exists()
    client.post("/drafts", form)
    client.post(f"/users/drafts/{token}/deletion")
    assert not Draft.objects.exists()
    client.post("/drafts", form)
    ask_with(client, draft=token)
    assert "published already" in text_of(client.post("/drafts", form, headers=HTMX))
    assert "Nothing is begun." in text_of(client.get("/users/drafts"))


def test_an_edit_that_was_begun_before_another_is_shown_beside_it(asked: Post) -> None:
    client = client_of(cast.alice())
    page = client.get(f"/posts/{asked.id}/edit")
    token = str(page.context["writing"].token)
    form = {"kind": "edit", "post": str(asked.id), "draft": token, "title": "T", "body": "Mine"}
    client.post("/drafts", form)
    page = client.get(f"/posts/{asked.id}/edit")
    assert page.context["writing"].theirs is None and page.context["writing"].body == "Mine"
    client_of(cast.bob()).post(f"/posts/{asked.id}/edit", edit_form(asked, body=LONG))
    page = client.get(f"/posts/{asked.id}/edit")
    assert page.context["writing"].body == "Mine"
    assert page.context["writing"].theirs.body == LONG
    client.post(f"/posts/{asked.id}/edit", edit_form(asked, body=LONG + " More."))
    assert not Draft.objects.exists()


def test_each_edit_of_each_person_has_a_draft_of_its_own() -> None:
    posts = [cast.ask(), cast.ask()]  # without history
    tokens = {
        client_of(who).get(f"/posts/{post.id}/edit").context["writing"].token
        for post in posts
        for who in (cast.alice(), cast.carol())
    }
    assert len(tokens) == 4
    client = client_of(cast.alice())
    for post in posts:
        token = client.get(f"/posts/{post.id}/edit").context["writing"].token
        assert token in tokens
        form = {"kind": "edit", "post": post.id, "draft": token, "body": f"Mine {post.id}"}
        client.post("/drafts", form)
    for post in posts:
        writing = client.get(f"/posts/{post.id}/edit").context["writing"]
        assert (writing.body, writing.theirs) == (f"Mine {post.id}", None)


def test_nobody_guesses_the_token_of_an_edit(asked: Post, settings: Any) -> None:
    path, client = f"/posts/{asked.id}/edit", client_of(cast.alice())
    token = client.get(path).context["writing"].token
    settings.SECRET_KEY = "another" * 9
    client = client_of(cast.alice())
    assert client.get(path).context["writing"].token != token


def test_a_draft_of_nothing_known_is_refused(asked: Post) -> None:
    client = client_of(cast.alice())
    for form in (
        {"kind": "poem"},
        {"kind": "answer", "post": "x"},
        {"kind": "answer", "post": "1"},
    ):
        assert client.post("/drafts", {**form, "body": LONG}).status_code == 404
    response = client.post("/drafts", {"kind": "question", "body": "x" * 70_000}, headers=HTMX)
    assert response.status_code == 422
    assert "too long to be kept" in text_of(response)


def test_the_preview_is_what_will_be_shown(asked: Post) -> None:
    form = {"body": "*so*\n\n```python\ndef f(): pass\n```\n<script>alert(1)</script>"}
    html = text_of(client_of(cast.alice()).post("/preview", form))
    assert "<em>so</em>" in html
    assert '<pre><code class="language-python">def f(): pass' in html
    assert "<script" not in html
    page = text_of(client_of(cast.alice()).post("/questions/ask", {**form, "preview": "1"}))
    assert "<em>so</em>" in page and "*so*" in page


# What the pages show


def test_a_stranger_is_led_to_the_login_and_asked_for_nothing(asked: Post, given: Post) -> None:
    html = text_of(Client().get(asked.get_absolute_url()))
    assert f'href="/users/login?next={asked.get_absolute_url()}"' in html
    assert f"next=/a/{given.id}" in html and f"next=/posts/{given.id}/comments" in html
    assert '<form class="search"' in html and html.count("<form") == 1
    assert "htmx" not in html and "writing.js" not in html


def test_each_member_is_offered_what_they_may_do(asked: Post, given: Post) -> None:
    def offered(user: User) -> set[str]:
        html = text_of(client_of(user).get(asked.get_absolute_url()))
        return {
            path
            for path in (
                f"/posts/{asked.id}/edit",
                f"/posts/{given.id}/acceptance",
                f"/questions/{asked.id}/closure",
                f"/posts/{given.id}/deletion",
                f"/posts/{given.id}/flags",
            )
            if f'"{path}"' in html
        }

    assert offered(newcomer()) == set()
    assert offered(cast.alice()) == {
        f"/posts/{asked.id}/edit",
        f"/posts/{given.id}/acceptance",
        f"/posts/{given.id}/flags",
    }
    assert offered(cast.bob()) == {f"/posts/{asked.id}/edit", f"/posts/{given.id}/deletion"}
    assert offered(cast.carol()) == {
        f"/posts/{asked.id}/edit",
        f"/questions/{asked.id}/closure",
        f"/posts/{given.id}/deletion",
        f"/posts/{given.id}/flags",
    }


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_and_part_is_valid_html(asked: Post, given: Post, language: str) -> None:
    reader = {"accept-language": language}
    client = client_of(cast.carol())
    now = timezone.now()
    follow_question(person=cast.carol(), question=asked, now=now)
    follow_tag(person=cast.carol(), tag=Tag.objects.get(), now=now)
    client.post("/drafts", {"kind": "question", "draft": draft(), "title": "<b>", "body": "& <i>"})
    client.post("/drafts", {"kind": "answer", "post": str(asked.id), "body": "& <i>"})
    remark = Comment.objects.get(post=asked)
    for path in (
        f"/comments/{remark.id}/edit",
        asked.get_absolute_url(),
        "/questions/ask",
        "/questions/ask?draft=new",
        f"/questions/{asked.id}/answers",
        f"/posts/{asked.id}/edit",
        f"/posts/{given.id}/edit",
        f"/posts/{given.id}/comments",
        f"/posts/{asked.id}/revisions?view=side",
        "/users/drafts",
        "/users/following",
        "/questions/tagged/sky",
        "/tags/sky/info",
        cast.carol().get_absolute_url(),
    ):
        html = text_of(client.get(path, headers=reader))
        html5lib.HTMLParser(strict=True).parse(html)
        assert f'<html lang="{language}">' in html
        assert " style=" not in html and " onclick=" not in html and "<script>" not in html
    for path, form in (
        ("/questions/ask", {"title": "<b>", "body": LONG, "tags": "sky"}),
        (f"/questions/{asked.id}/answers", {"body": "<b>"}),
        (f"/posts/{asked.id}/comments", {"body": "<b>"}),
        (f"/posts/{asked.id}/edit", {"body": "<b>"}),
    ):
        html = text_of(client.post(path, form, headers=reader))
        html5lib.HTMLParser(strict=True).parse(html)
        fragment = text_of(client.post(path, form, headers={**reader, **HTMX}))
        html5lib.HTMLParser(strict=True).parseFragment(fragment)
    for path, form in (
        (f"/posts/{given.id}/vote", {"kind": "up"}),
        (f"/posts/{asked.id}/comments", {"body": LONG}),
        (f"/comments/{remark.id}/vote", {"kind": "up"}),
        (f"/comments/{remark.id}/edit", {"body": LONG, "based_on": "0"}),
        (f"/comments/{remark.id}/edit", {"body": "& <i>", "based_on": "0"}),
        ("/tags/sky/following", {}),
        ("/preview", {"body": LONG}),
    ):
        fragment = text_of(client.post(path, form, headers={**reader, **HTMX}))
        html5lib.HTMLParser(strict=True).parseFragment(fragment)
    strict = client_of(cast.carol(), is_strict=True)
    html5lib.HTMLParser(strict=True).parse(
        text_of(strict.post("/questions/ask", {"body": LONG}, headers=reader))
    )


def test_a_member_s_page_asks_little_more_than_a_stranger_s(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    question = written.ask()
    for number in range(20):
        given = cast.answer(question, score=number)  # type: ignore[arg-type]
        for _ in range(3):
            cast.comment(given)
    client = client_of(cast.alice())
    client.get(question.get_absolute_url())
    # Five as everybody's, session and person, and then votes, votes for comments, following, the
    # draft, what of theirs was deleted, and what they have not read in their inbox.
    with django_assert_max_num_queries(13):
        client.get(question.get_absolute_url())
