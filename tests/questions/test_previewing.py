"""What a text will look like."""

import pytest

from ask.caching import guarded
from ask.questions.previewing import preview
from ask.questions.texts import BODY
from tests.cast import ask

pytestmark = pytest.mark.django_db


def test_it_is_rendered_and_cleaned() -> None:
    html = preview("*so*\n\n    def f(): pass\n\n<script>x</script>", source_host="")
    assert "<em>so</em>" in html
    assert "<code>def f(): pass" in html
    assert "<script" not in html


def test_no_lexer_gets_to_think_about_it() -> None:
    # Pygments would take seconds for this, and nothing could stop it in a thread of the server.
    code = "a" + "\t" * 600 + "b"
    html = preview(f"```systemd\n{code}\n```\n\n[a](b)", source_host="")
    assert f">{code}\n</code>" in html


def test_formulas_are_shown_where_the_site_has_them() -> None:
    assert "<math" not in preview("It is $x^2$.", source_host="")
    guarded.forget_everything()
    ask(body="<p>$\\frac{1}{2}$</p>")
    assert "<math" in preview("It is $x^2$.", source_host="")


def test_links_to_the_source_lead_to_what_is_here() -> None:
    here = ask()
    text = f"[this](https://sky.example/questions/{here.id}/why)"
    assert f'href="/questions/{here.id}' in preview(text, source_host="sky.example")


def test_what_is_too_long_to_be_published_is_cut() -> None:
    assert len(preview("x" * (3 * BODY.stop), source_host="")) < BODY.stop + 100
