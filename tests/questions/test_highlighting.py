"""Code in colours."""

import re
from html import escape, unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from ask.questions import highlighting
from ask.questions.highlighting import NAMES, TAGS, highlight, language_of
from ask.questions.time_limit import TookTooLongError


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize(
    ("classes", "name"),
    [
        ("lang-py prettyprint-override", "py"),
        ("lang-c++ s-code-block", "c++"),
        ("language-haskell", "haskell"),
        ("snippet-code-js lang-js", "js"),
        ("lang-vb", "vb"),
    ],
)
def test_the_language_is_read_from_the_classes(classes: str, name: str) -> None:
    html = highlight("x = 1 # one", classes=classes, language=None)
    assert html is not None
    assert html.startswith(f'<code class="highlight lang-{name}">')


def test_keywords_and_comments_are_spans_with_classes_only() -> None:
    html = highlight("if a &lt; 1:  # small", classes="lang-py", language=None)
    assert html == (
        '<code class="highlight lang-py"><span class="k">if</span> a <span class="o">&lt;</span> '
        '<span class="mi">1</span>:  <span class="c1"># small</span></code>'
    )


def test_code_without_a_language_stays_plain() -> None:
    assert highlight("if a: b", classes="prettyprint", language=None) is None


def test_the_tags_give_the_language_that_the_classes_do_not_say() -> None:
    html = highlight("if a: b", classes="lang-default", language="python")
    assert html is not None
    assert "lang-python" in html


def test_an_author_can_ask_for_no_colours() -> None:
    assert highlight("if a: b", classes="lang-none", language="python") is None


def test_an_unknown_language_stays_plain() -> None:
    assert highlight("if a: b", classes="lang-klingon", language="python") is None


def test_long_code_stays_plain() -> None:
    code = "a = 1\n" * (highlighting.LONGEST // 6 + 1)
    assert highlight(code, classes="lang-py", language=None) is None


def test_a_lexer_that_fails_or_takes_too_long_leaves_the_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> str:
        raise TookTooLongError

    monkeypatch.setattr(highlighting, "_spans", fail)
    assert highlight("a = 1", classes="lang-py", language=None) is None


def test_markup_in_code_stays_text() -> None:
    html = highlight('"&lt;script&gt;" + x', classes="lang-py", language=None)
    assert html is not None
    assert "<script>" not in html
    assert text_of(html) == '"<script>" + x'


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["py", "js", "html", "c++", "sql", "bash", "hs"]))
def test_the_text_of_the_code_is_never_changed(text: str, name: str) -> None:
    code = escape(text, quote=False)
    html = highlight(code, classes=f"lang-{name}", language=None)
    assert html is None or text_of(html) == text


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["python", "pandas"], "python"),
        (["beginner", "rust"], "rust"),
        (["html", "css"], None),
        (["visas"], None),
        ([], None),
    ],
)
def test_tags_name_a_language_only_if_they_agree(tags: list[str], language: str | None) -> None:
    assert language_of(tags) == language


@pytest.mark.parametrize("name", sorted({*TAGS.values(), *NAMES.values()}))
def test_every_named_language_has_a_lexer(name: str) -> None:
    assert get_lexer_by_name(name)
