"""A body as a page shows it."""

import re
from html import unescape

import html5lib
import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ask.questions.mathematics import Delimiter
from ask.questions.rendering import needs_rendering, render
from ask.questions.source_links import SourceLinks

NOWHERE = SourceLinks(host="")
BEER = SourceLinks(host="beer.stackexchange.com", post_ids=frozenset({7}))


def show(html: str, *, language: str | None = None, links: SourceLinks = NOWHERE) -> str:
    return render(html, language=language, delimiter=Delimiter.DOLLAR, links=links)


def test_code_is_highlighted_by_the_class_of_pre_or_code() -> None:
    expected = '<code class="highlight lang-py"><span class="k">pass</span>\n</code></pre>'
    assert (
        show('<pre class="lang-py prettyprint-override"><code>pass\n</code></pre>')
        == f'<pre class="lang-py prettyprint-override">{expected}'
    )
    assert show('<pre><code class="lang-py">pass\n</code></pre>') == f"<pre>{expected}"


def test_code_in_a_line_and_code_with_elements_stay_plain() -> None:
    for html in ("<p><code>pass</code></p>", "<pre><code>a <b>pass</b></code></pre>"):
        assert show(html, language="python") == html


def test_formulas_stand_only_outside_code_and_links() -> None:
    for html in (
        "<pre><code>$x$ $y$</code></pre>",
        "<pre>$x$</pre>",
        "<p><code>$x$</code></p>",
        '<p><a href="/x">$x$</a></p>',
        "<kbd>$x$</kbd>",
        '<p title="$x$">word</p>',
    ):
        assert show(html) == html
    assert "<math" in show("<p><code>a</code> and $x$</p>")


def test_without_mathematics_dollars_stay() -> None:
    html = "<p>$x$ and $$y$$</p>"
    assert render(html, language=None, delimiter=None, links=NOWHERE) == html


def test_a_link_to_the_source_stays_here() -> None:
    html = (
        '<p><a href="https://beer.stackexchange.com/q/7?a=1&amp;b=2" rel="nofollow ugc noopener">'
        'ale</a> <a href="https://beer.stackexchange.com/q/8" rel="nofollow">gone</a></p>'
    )
    assert show(html, links=BEER) == (
        '<p><a href="/q/7?a=1&amp;b=2">ale</a> '
        '<a href="https://beer.stackexchange.com/q/8" rel="nofollow">gone</a></p>'
    )


def test_a_body_with_nothing_to_render_is_the_same() -> None:
    html = "<p>Un caf&eacute; &amp; <br> <img src=\"a.png\" alt='>'> 1 < 2 &nbsp; <unclosed"
    assert show(html) == html


ELEMENTS = (
    '<p>|</p>|<pre><code>|</code></pre>|<b>|</b>|<a href="//x/q/7">|</a>|$|$$|x^2|\\(|\\)|&lt;'
    '|&amp;|\n| |<|>|"|if|5'
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(ELEMENTS.split("|")), max_size=25))
def test_only_formulas_code_and_links_are_changed(pieces: list[str]) -> None:
    cleaned = nh3.clean("".join(pieces))
    shown = show(cleaned, links=SourceLinks(host="x", post_ids=frozenset({7})))
    html5lib.HTMLParser(strict=True).parseFragment(shown)
    if "<math" not in shown and "href" not in shown:
        assert shown == cleaned


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=100))
def test_the_words_of_a_body_are_kept(text: str) -> None:
    cleaned = nh3.clean_text(text)
    shown = render(f"<p>{cleaned}</p>", language="python", delimiter=None, links=BEER)
    assert unescape(re.sub(r"<[^>]*>", "", shown)) == unescape(cleaned)


@pytest.mark.parametrize(
    ("body", "is_needed"),
    [
        ("<p>plain</p>", False),
        ("<p>inline <code>code</code></p>", False),
        ("<pre><code>x</code></pre>", True),
        ("<p>$5</p>", True),
        (r"<p>\(x\)</p>", True),
        (r"<p>\[x\]</p>", True),
        ('<a href="https://beer.stackexchange.com/q/1">', True),
        ('<a href="https://wine.stackexchange.com/q/1">', False),
    ],
)
def test_a_body_waits_only_if_something_in_it_may_be_rendered(body: str, is_needed: bool) -> None:
    assert needs_rendering(body, "beer.stackexchange.com") is is_needed


def test_without_a_source_no_link_waits() -> None:
    assert not needs_rendering('<a href="https://beer.stackexchange.com/q/1">', "")


MARKS = ("<pre", "$", "\\(", "\\[", "\\begin{", "//a.example/")


@given(
    st.lists(st.sampled_from([*MARKS, *"\\ ( [ begin { < pre / //a.example a".split()])).map(
        "".join
    )
)
def test_a_body_waits_if_any_mark_is_in_it(body: str) -> None:
    assert needs_rendering(body, "a.example") is any(mark in body for mark in MARKS)
