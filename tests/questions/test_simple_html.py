"""What is known without a parser is what the parser would have made of it."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask.questions.cleaning import ATTRIBUTES, LINK_REL, TAGS
from ask.questions.simple_html import cleaned_if_simple

PARSER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: names - {"class"} for tag, names in ATTRIBUTES.items()},
    link_rel=LINK_REL,
    url_schemes={"http", "https", "mailto", "ftp"},
)


def simple(html: str) -> str | None:
    return cleaned_if_simple(html, link_rel=LINK_REL)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "A &amp; B &lt; C",
        "<p>One\ntwo<br>three</p>\n\n<p></p>\n",
        "<p><em>a <strong>b</strong> <code>c</code></em> H<sub>2</sub>O</p>",
        "<pre><code>\n&lt;b&gt; x\n</code></pre><hr>",
        "<ul>\n<li>a</li>\n<li><p>b</p>\n<p>c</p></li>\n</ul><ol><li>d</li></ol>",
        "<blockquote>\n  <p>a</p>\n <ul><li>b</li></ul></blockquote>",
        '<h2>a</h2><p><img src="https://i.example/a.png" width="1" height="2" alt="b"></p>',
        '<p>&lt;a href="javascript:x()" /&gt; isn\'t a link</p>',
    ],
)
def test_simple_html_stays_as_it_is(html: str) -> None:
    assert simple(html) == html
    assert PARSER.clean(html) == html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>&quot;a&quot; isn&#39;t &amp;quot;</p>", '<p>"a" isn\'t &amp;quot;</p>'),
        ("<p>a\xa0b&nbsp;c</p>", "<p>a&nbsp;b&nbsp;c</p>"),
        ('<hr /><p><br /><img src="/a" alt="b" /></p>', '<hr><p><br><img src="/a" alt="b"></p>'),
        (
            '<p><a href="http://a.example?b=1&amp;c=&#39;">d</a></p>',
            f'<p><a href="http://a.example?b=1&amp;c=\'" rel="{LINK_REL}">d</a></p>',
        ),
        (
            '<p><em><a href="/a" class="b" title="c" rel="d">e</a></em></p>',
            f'<p><em><a href="/a" title="c" rel="{LINK_REL}">e</a></em></p>',
        ),
    ],
)
def test_what_the_parser_writes_otherwise_is_written_so(html: str, expected: str) -> None:
    assert simple(html) == expected
    assert PARSER.clean(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>a",
        "<p>a</em></p>",
        "<p>a<p>b</p></p>",
        "<p><em>a</p></em>",
        "<p><ul><li>a</li></ul></p>",
        "<li>a</li>",
        "<ol><li>a</li></ul>",
        "<pre>\na</pre>",
        "<pre>\n<code>a</code></pre>",
        "<em><em><em>a</em></em></em>",
        "<p>1 > 0</p>",
        "<p>a & b</p>",
        "<p>a &copy; b &amp c &lt</p>",
        "<p>a\0b</p>",
        "<p>a\rb</p>",
        "\ufeff<p>a</p>",
        "<P>a</P>",
        "<p >a</p>",
        "<p onclick='x()'>a</p>",
        "<p CLASS=x>a</p>",
        "<script>x()</script>",
        "<p><!-- a --></p>",
        "<svg><p>a</p></svg>",
        '<p><a href="javascript:x()">a</a></p>',
        '<p><a href="http://1.2.3/">a</a></p>',
        '<p><a href="http://a.0x/">a</a></p>',
        '<p><a href="http://a.b@/">a</a></p>',
        '<p><a href="http://a.b:99999/">a</a></p>',
        '<p><a href="http://xn--a.example/">a</a></p>',
        '<p><a href="http://a.example/&quot; onclick=&quot;x()">a</a></p>',
        '<p><a href="/a" onclick="x()">a</a></p>',
        '<p><a href="/a">a<a href="/b">b</a></a></p>',
        '<p><a href="/a"><em><a href="/b">b</a></em></a></p>',
        '<p><a href="/a"><strong>b</a></strong></p>',
        '<p><img src="/a" onerror="x()"></p>',
        '<p><img src="javascript:x()"></p>',
        '<p><img src="/a" alt="b" alt="c"></p>',
    ],
)
def test_everything_else_is_left_to_the_parser(html: str) -> None:
    assert simple(html) is None


def test_every_character_is_as_the_parser_has_it() -> None:
    special = {*range(0xD800, 0xE000), *map(ord, '<>&"\0\r\ufeff')}
    for start in range(0, 0x110000, 0x1000):
        text = "".join(chr(c) for c in range(start, start + 0x1000) if c not in special)
        html = f'<p><a href="/{text}" title="{text}">{text}</a></p>'
        assert simple(html) == PARSER.clean(html)


TAGS_AND_TEXTS = [
    *"<p> <em> <strong> <code> <ul> <ol> <li> <blockquote> <pre><code> </code></pre> <pre>".split(),
    *"</p> </em> </strong> </code> </ul> </ol> </li> </blockquote>".split(),
    *"<h2> </h2> <sub> </sub> <br> <hr> <br/> <table> <td> <script> </a> <a> <P> </p/>".split(),
    *"&amp; &lt; &quot; &#39; &nbsp; &copy; & > < = ' \" /> a".split(),
    *(" ", "\n", " />", "\0", "\r", "\ufeff", "\xa0"),
    *('<a href="/a">', '<a href="http://a.example/?b&amp;c" rel="d" title="e">'),
    *("<a href='/a'>", '<a href="javascript:x()">', '<a href="http://a.0x/">'),
    *('<img src="/a" alt="b" />', '<img src="/a" alt="b" alt="c">', "<br />", "<hr />"),
]


@given(st.lists(st.sampled_from(TAGS_AND_TEXTS), max_size=12).map("".join))
def test_any_pieces_are_as_the_parser_has_them_or_not_simple(html: str) -> None:
    assert simple(html) in {None, PARSER.clean(html)}


PAIRS = [
    *((f"<{name}>", f"</{name}>") for name in "p em strong code ul li blockquote h3 sup".split()),
    ("<pre><code>", "</code></pre>"),
    ('<a href="/a" rel="b" title="c">', "</a>"),
]
LEAVES = ["a", "\n", '"', "&lt;b&gt;", "&quot;", "\xa0", "<br />", "<hr>", '<img src="/a" />', "="]


def around(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(PAIRS), st.lists(inside, max_size=3)).map(
        lambda drawn: "".join((drawn[0][0], *drawn[1], drawn[0][1]))
    )


@given(st.lists(st.recursive(st.sampled_from(LEAVES), around, max_leaves=8), max_size=4))
def test_any_closed_elements_are_as_the_parser_has_them_or_not_simple(elements: list[str]) -> None:
    html = "".join(elements)
    assert simple(html) in {None, PARSER.clean(html)}


HOSTS = "a b0 - -- . .. 0 0x1 255 xn--a xn-- _ % %41 @ : :80 é com [::1] A".split()
PATHS = "/ ? # \\ .. % %zz @ : &amp; &#39; { } | ^ é \u200b \U0010ffff \t \n javascript:".split(" ")


@given(
    st.lists(st.sampled_from(HOSTS), min_size=1, max_size=5).map("".join),
    st.sampled_from(["", "/", "?", "#"]),
    st.lists(st.sampled_from(PATHS), max_size=4).map("".join),
)
def test_any_address_is_as_the_parser_has_it_or_not_simple(host: str, mark: str, path: str) -> None:
    html = f'<p><a href="https://{host}.com{mark}{path}">a</a></p>'
    assert simple(html) in {None, PARSER.clean(html)}
