import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask.questions.cleaning import clean
from ask.questions.markdown import render_comment

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
        ("[tag:beer]", f'<a href="/questions/tagged/beer" {REL}>beer</a>'),
        ("", ""),
        ("***", "***"),
        ("*", "*"),
        ("a ![b](http://c.d/) e", f'a !<a href="http://c.d/" {REL}>b</a> e'),
        ("[x]: http://y.z/", f'[x]: <a href="http://y.z/" {REL}>http://y.z/</a>'),
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
