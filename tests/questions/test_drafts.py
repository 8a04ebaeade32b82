"""What is being written, kept by the server."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ask.questions import drafts
from ask.questions.models import Answer, Draft
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from tests import cast, written

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_as_far_as_it_is_written() -> None:
    token = uuid4()
    for body in ("What", "What if"):
        assert drafts.save(
            person=cast.alice(), token=token, kind=Draft.Kind.QUESTION, body=body, now=cast.NOON
        )
    (kept,) = drafts.of(cast.alice())
    assert (kept.token, kept.body, kept.kind) == (token, "What if", "question")
    drafts.discard(person=cast.bob(), token=token)
    assert drafts.of(cast.alice()).exists()
    drafts.discard(person=cast.alice(), token=token)
    assert not drafts.of(cast.alice()).exists()


def test_what_is_published_is_no_draft_any_more() -> None:
    question, token = written.ask(), uuid4()
    wanted = {"person": cast.bob(), "token": token, "kind": Draft.Kind.ANSWER, "post": question}
    drafts.save(**wanted, body=written.ANSWER, now=cast.NOON)  # type: ignore[arg-type]
    given = written.answer(question, draft=token)
    assert not drafts.of(cast.bob()).exists()
    # The page saved once more while the form was on its way.
    later = cast.NOON + timedelta(seconds=1)
    assert not drafts.save(**wanted, body=written.ANSWER, now=later)  # type: ignore[arg-type]
    kept = Draft.objects.get()
    assert (kept.published_id, kept.body) == (given.id, "")


def test_a_refused_text_stays_a_draft() -> None:
    token = uuid4()
    drafts.save(
        person=cast.alice(), token=token, kind=Draft.Kind.QUESTION, body="Hm", now=cast.NOON
    )
    with pytest.raises(BadText):
        written.ask(body="Hm", draft=token)
    assert drafts.of(cast.alice()).get().body == "Hm"


def test_nobody_writes_into_the_draft_of_another() -> None:
    token = uuid4()
    wanted = {"token": token, "kind": Draft.Kind.QUESTION, "now": cast.NOON}
    drafts.save(person=cast.alice(), body="Mine", **wanted)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        drafts.save(person=cast.bob(), body="Mine", **wanted)  # type: ignore[arg-type]
    assert Draft.objects.get().body == "Mine"


def test_a_book_is_no_draft() -> None:
    with pytest.raises(BadText, match="too long to be kept"):
        drafts.save(
            person=cast.alice(),
            token=uuid4(),
            kind=Draft.Kind.QUESTION,
            body="x" * 70_000,
            now=cast.NOON,
        )


def test_the_token_of_another_form_loses_nothing_and_still_writes_once() -> None:
    first, second, token = written.ask(), written.ask(), uuid4()
    said = written.comment(first, draft=token)
    given = [written.answer(question, draft=token) for question in (first, second, first, second)]
    assert [each.parent_id for each in given] == [first.id, second.id] * 2
    assert Answer.objects.count() == 2
    asked = [written.ask(by=cast.bob(), draft=token) for _ in range(2)]
    assert asked[0] == asked[1] and asked[0].owner_id == cast.bob().id
    assert written.comment(first, draft=token) == said


def test_each_form_keeps_its_own_draft_whatever_its_token() -> None:
    posts, token = [written.ask(), written.ask()], uuid4()
    for post in posts:
        for kind in (Draft.Kind.EDIT, Draft.Kind.COMMENT):
            drafts.save(
                person=cast.alice(),
                token=token,
                kind=kind,
                post=post,
                body=f"{kind} {post.id}",
                now=cast.NOON,
            )
    kept = {(one.kind, one.post_id): one.body for one in drafts.of(cast.alice())}
    assert len(kept) == 4
    assert all(body == f"{kind} {post_id}" for (kind, post_id), body in kept.items())
