import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask.questions.cleaning import clean
from ask.questions.markdown import is_marked, render_comment, render_post

REL = 'rel="nofollow ugc noopener"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain <3 & more", "plain &lt;3 &amp; more"),
        ("*a* **b** _c_", "<em>a</em> <strong>b</strong> <em>c</em>"),
        ("use `x < y` here", "use <code>x &lt; y</code> here"),
        ("`<b>` is <b>", "<code>&lt;b&gt;</code> is &lt;b&gt;"),
        ("snake_case_name", "snake_case_name"),
        ("1. not a list", "1. not a list"),
        ("# not a heading", "# not a heading"),
        ("> not a quote", "&gt; not a quote"),
        ("- not a list", "- not a list"),
        ("* not a list", "* not a list"),
        ("---", "---"),
        ("    not code", "not code"),
        ("[a](https://a.example/)", f'<a href="https://a.example/" {REL}>a</a>'),
        (
            "https://a.example/b_c_d",
            f'<a href="https://a.example/b_c_d" {REL}>https://a.example/b_c_d</a>',
        ),
        ("<https://a.example/>", f'<a href="https://a.example/" {REL}>https://a.example/</a>'),
        ("[](https://a.example/)", "[](https://a.example/)"),
        ("[meta-tag:bug]", f'<a href="/questions/tagged/bug" {REL}>bug</a>'),
        ("[tag:beer]", f'<a href="/questions/tagged/beer" {REL}>beer</a>'),
        ("", ""),
        ("***", "***"),
        ("*", "*"),
        ("a ![b](http://c.d/) e", f'a !<a href="http://c.d/" {REL}>b</a> e'),
        ("[x]: http://y.z/", f'[x]: <a href="http://y.z/" {REL}>http://y.z/</a>'),
        ("one\n# two\n- three", "one\n# two\n- three"),
        ("one\r\ntwo *three*", "one\ntwo <em>three</em>"),
        ("`" * 20_000, "`" * 20_000),
    ],
)
def test_a_comment_reads_as_on_stack_exchange(text: str, html: str) -> None:
    assert render_comment(text) == html


@pytest.mark.parametrize(
    "text", ["[x](javascript:alert(1))", "<javascript:alert(1)>", "[x](data:text/html,y)"]
)
def test_no_link_runs_a_script(text: str) -> None:
    assert 'href="javascript' not in render_comment(text)
    assert 'href="data' not in render_comment(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_any_comment_is_clean_html(text: str) -> None:
    html = render_comment(text)
    assert clean(html).replace("&nbsp;", "\xa0") == html.replace("&nbsp;", "\xa0")


@given(st.text(alphabet="<>&*_`[]()!#-+=~\\\n \"'atx:/.1", max_size=80))
def test_any_marks_make_clean_html(text: str) -> None:
    html = render_comment(text)
    assert clean(html).replace("&nbsp;", "\xa0") == html.replace("&nbsp;", "\xa0")


MARKED = re.compile(r"[*_`\[\\~]|://|www\.|\w@\w|&#?\w+;|^\s*(?:[-+=#>]|\d+[.)])|\n|\t|^ {4}")
MARKS = [
    *"* ** _ ` `` [ ] ( ) ![ \\ ~ ~~ < > # + - = 1. 12) : :// // . @ a@b.c a @b www. ww w.".split(),
    *"& ; &amp; &lt; &#64; &commat; &nbsp; &emsp; &quot; \" ' a b_c é 日 [tag:a] --- ]: \0".split(),
    *"http://a.b/c https://a.b ftp://a.b <http://a.b> mailto:a@b.c [a](/b) ](http://a.b/c)".split(),
    *"[a](http://a.b/~c) [a](http://www.b.c/@d) [a](http://b.c/?d&e) *a* _c_ `d` ~~e~~".split(),
    *(" ", "  ", "    ", "\t", "\n", "  \n", "\n\n", "\r\n", "\r", "\xa0", "\u2003", "\ufeff"),
    *(
        '[a](http://b.c "d")',
        "[a](/b](http://c.d/))",
        '[a](/b "](http://c.d/)")',
        "\n[a]: http://b.c/",
    ),
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(MARKS), max_size=12).map("".join),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
)


@pytest.mark.parametrize("mark", [*"*_`[\\~\n\t", "://", "www.", "a@b", "&amp;", "&#1;", "&a;"])
def test_a_mark_may_be_anywhere(mark: str) -> None:
    assert is_marked(f"a {mark} b")


@pytest.mark.parametrize("mark", ["    ", "- ", " # ", "=", "+1", ">", "1.", " 12)"])
def test_what_begins_a_block_is_a_mark_at_the_beginning(mark: str) -> None:
    assert is_marked(f"{mark}a")
    assert not is_marked(f"a {mark}a")


@pytest.mark.parametrize("text", ["@a a@ @", "A & B; &c", "a: //b", "ww w.", "1 a", "   a", ""])
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert not is_marked(text)


@given(TEXTS)
def test_a_text_is_marked_if_anything_in_it_is_a_mark(text: str) -> None:
    assert is_marked(text) is bool(MARKED.search(text))


def test_a_post_has_blocks_tables_and_html() -> None:
    blocks = ("# Head", "> said", "| a |\n|---|\n| 1 |", "```python\nx = 1\n```", "~~no~~ <b>b</b>")
    html = render_post("\n\n".join(blocks))
    assert "<h1>Head</h1>" in html
    assert "<blockquote>\n<p>said</p>\n</blockquote>" in html
    assert "<td>1</td>" in html
    assert '<pre><code class="language-python">x = 1\n</code></pre>' in html
    assert "<del>no</del> <b>b</b>" in html


def test_what_a_post_may_not_have_is_taken_out() -> None:
    text = "<iframe src=x></iframe>\n\n[a](javascript:x) <a href='data:x' onclick=y>b</a> &#1;"
    html = render_post(text)
    for bad in ("iframe", "javascript:", "data:", "onclick", "\x01"):
        assert bad not in html
    assert 'rel="nofollow ugc noopener"' in render_post("see https://a.example")


@pytest.mark.parametrize("text", [">" * 20_000, "[" * 20_000, "*a_ " * 7_000, "<b>" * 9_000])
def test_a_post_of_nothing_but_marks_takes_no_time(text: str) -> None:
    started = time.process_time()
    render_post(text)
    assert time.process_time() - started < 2


def test_a_post_that_cmark_cannot_write_is_shown_as_written() -> None:
    assert render_post("&#xFFFE; <b>") == "<p>&amp;#xFFFE; &lt;b&gt;</p>\n"
