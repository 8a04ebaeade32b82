"""The job `render_posts`."""

from io import StringIO

import pytest
from django.core.management import call_command

from ask.questions import rendering_due
from ask.questions.models import Post
from ask.stackexchange.models import Source
from tests import cast

pytestmark = pytest.mark.django_db

CODE = '<pre class="lang-py"><code>pass</code></pre>'


def render_posts(*arguments: str) -> str:
    out = StringIO()
    call_command("render_posts", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_code_and_formulas_are_rendered_and_a_second_run_has_nothing_to_do() -> None:
    question = cast.ask(body=CODE + r"<p>$\alpha$</p>", is_rendering_due=True)
    assert render_posts() == "Rendered 1 posts, of which 1 changed; 0 wait."
    html = Post.objects.get(id=question.id).html
    assert '<span class="k">pass</span>' in html
    assert "<math" in html
    assert render_posts() == "Rendered 0 posts, of which 0 changed; 0 wait."


def test_links_to_the_source_stay_here() -> None:
    Source.objects.create(name="Beer", url="https://beer.stackexchange.com", imported_at=cast.NOON)
    question = cast.ask()
    body = f'<p><a href="http://beer.stackexchange.com/q/{question.id}">this</a></p>'
    answer = cast.answer(question, body=body, is_rendering_due=True)
    render_posts()
    assert Post.objects.get(id=answer.id).html == f'<p><a href="/q/{question.id}">this</a></p>'


def test_a_limited_run_says_how_many_wait() -> None:
    for number in range(3):
        cast.ask(f"Question {number}?", body=CODE, is_rendering_due=True)
    assert render_posts("--limit", "2") == "Rendered 2 posts, of which 2 changed; 1 wait."


def test_posts_that_come_while_others_are_rendered_are_counted_as_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = cast.ask(body=CODE, is_rendering_due=True)
    answer = cast.answer(question, body=CODE, is_rendering_due=True)
    rendered: list[str] = []

    def edit_meanwhile(body: str, **_: object) -> str:
        rendered.append(body)
        Post.objects.filter(id=answer.id).update(body=f"<p>{len(rendered)}</p>")
        return body + "rendered"

    monkeypatch.setattr(rendering_due, "render", edit_meanwhile)
    assert render_posts() == "Rendered 1 posts, of which 1 changed; 1 wait."
    assert len(rendered) == 3
