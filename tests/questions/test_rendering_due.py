"""The queue of posts that wait to be rendered."""

from collections.abc import Callable

import pytest

from ask.questions import rendering_due
from ask.questions.mathematics import Delimiter
from ask.questions.models import Post
from ask.questions.rendering_due import Rendered, due_count, render_due, site_delimiter
from tests import cast

CODE = '<pre class="lang-py"><code>pass</code></pre>'
pytestmark = pytest.mark.django_db


def render(
    *, limit: int | None = None, advanced: Callable[[int], None] = lambda count: None
) -> Rendered:
    return render_due(source_host="", delimiter=None, limit=limit, advanced=advanced)


def waiting() -> set[int]:
    return set(Post.objects.filter(is_rendering_due=True).values_list("id", flat=True))


def test_a_post_that_waits_is_rendered_once() -> None:
    question = cast.ask(body=CODE, is_rendering_due=True)
    assert render() == Rendered(post_count=1, changed_count=1)
    question.refresh_from_db()
    assert '<span class="k">pass</span>' in (question.rendered_body or "")
    assert question.body == CODE
    assert render() == Rendered()


def test_a_body_that_does_not_change_is_not_kept_twice() -> None:
    question = cast.ask(body="<p>for $5</p>", is_rendering_due=True)
    assert render() == Rendered(post_count=1, changed_count=0)
    question.refresh_from_db()
    assert question.rendered_body is None
    assert not question.is_rendering_due


def test_the_most_viewed_question_comes_first_with_its_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendering_due, "BATCH", 1)
    quiet = cast.ask("Quiet?", body=CODE, view_count=1, is_rendering_due=True)
    loud = cast.ask("Loud?", body=CODE, view_count=9, is_rendering_due=True)
    plain = cast.ask("Plain?", view_count=99)
    of_plain = cast.answer(plain, body=CODE, is_rendering_due=True)
    of_quiet = cast.answer(quiet, body=CODE, is_rendering_due=True)
    of_loud = cast.answer(loud, body=CODE, is_rendering_due=True)
    render(limit=2)
    assert waiting() == {quiet.id, of_quiet.id, of_plain.id}
    render(limit=2)
    assert waiting() == {of_plain.id}
    render()
    assert waiting() == set()
    assert Post.objects.filter(id=of_loud.id, rendered_body__contains="span").exists()


def test_an_answer_that_came_with_its_question_does_not_come_again() -> None:
    question = cast.ask(body=CODE, is_rendering_due=True)
    cast.answer(question, body=CODE, is_rendering_due=True)
    assert render() == Rendered(post_count=2, changed_count=2)


def test_an_answer_is_in_the_language_of_its_questions_tags() -> None:
    question = cast.ask(tags="python django")
    answer = cast.answer(question, body="<pre><code>pass</code></pre>", is_rendering_due=True)
    render()
    answer.refresh_from_db()
    assert "lang-python" in (answer.rendered_body or "")


def test_a_killed_run_loses_one_batch_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendering_due, "BATCH", 2)
    for number in range(5):
        cast.ask(f"Question {number}?", body=CODE, is_rendering_due=True)

    def die(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(advanced=die)
    assert due_count() == 3
    assert render().post_count == 3
    assert due_count() == 0


def test_a_body_that_changes_while_it_is_rendered_waits_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = cast.ask(body=CODE, is_rendering_due=True)

    def edit_meanwhile(body: str, **_: object) -> str:
        Post.objects.filter(id=question.id).update(body="<p>new</p>")
        return body + "rendered"

    monkeypatch.setattr(rendering_due, "render", edit_meanwhile)
    assert render() == Rendered()
    question.refresh_from_db()
    assert question.rendered_body is None
    assert question.is_rendering_due


def test_the_best_questions_tell_how_formulas_are_written() -> None:
    assert site_delimiter() is None
    cast.ask(body=r"<p>$\alpha$</p>")
    assert site_delimiter() == Delimiter.DOLLAR
