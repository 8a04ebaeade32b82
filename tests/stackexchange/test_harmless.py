"""What a hostile dump says is shown, and nothing in it acts: no script, style, form or frame."""

import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import html5lib
import pytest
from django.core.management import call_command
from django.test import Client
from lxml import etree

from ask.questions.models import Post, Question
from tests.stackexchange.dumps import answer, question, row, small, user, vote

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

MOMENT = "2014-01-22T10:00:00.000"

TEXTS = (
    "<script>hostile()</script>",
    "</title></textarea></style></script><script>hostile()</script>",
    "\"><img src=x onerror=hostile()><b x='",
    "' onmouseover='hostile()",
    "<svg onload=hostile()><animate onbegin=hostile()>",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
    "<iframe src=//evil.example></iframe><object data=//evil.example></object><embed src=//e.com>",
    "<form action=//evil.example><input name=password><button>Log in</button></form>",
    "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example'>",
    '<p style="position:fixed" class="bar" id="main" onclick="hostile()">p</p>',
    '<a href="javascript:hostile()">a</a><a href=" java&#9;script:hostile()">b</a>',
    '<a href="data:text/html,<script>hostile()</script>">a</a><a href="vbscript:x">b</a>',
    '<a href="&#1;javascript:hostile()">a</a><a href="JAVASCRIPT&colon;hostile()">b</a>',
    '<img src="javascript:hostile()"><img src="data:image/svg+xml,<svg onload=hostile()>">',
    "<img src='https://evil.example/\" onerror=\"hostile()' alt='\" onerror=\"hostile()'>",
    '<noscript><p title="</noscript><img src=x onerror=hostile()>"></noscript>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x "
    "onerror=hostile()&gt;'>",
    "<svg><title><![CDATA[</title><script>hostile()</script>]]></svg>",
    "<!--><script>hostile()</script>--><!-- --!><script>hostile()</script>",
    "<template><script>hostile()</script></template><xmp><script>hostile()</script></xmp>",
    "&lt;script&gt;hostile()&lt;/script&gt; &amp;lt;script&amp;gt;",
    "<pre class='lang-html hostile'><code>&lt;script&gt;hostile()&lt;/script&gt;</code></pre>",
    "$\\href{javascript:hostile()}{x}$ $$\\text{<script>hostile()</script>}$$ $\\style{x}{y}$",
    "[a](javascript:hostile()) [b](data:text/html,x) ![c](javascript:hostile()) <javascript:x>",
    '[a](https://e.com "\\" onclick=\\"hostile()") `<script>` [tag:"><script>hostile()</script>]',
    '*<b onclick=hostile()>* http://e.com/"onclick="hostile() [<script>](<a" onclick=\'h()\'>)',
    "{{ request }}{% debug %}<% hostile %>${hostile}",
    "]]>--><!--",
    "\u202eemit \u2066\u200f\u2028 😀👩‍👩‍👧 \U000e0001 e\u0301\u0301\u0301 \ufdd0 \x85\x9b31m",
    "",
    " ",
    "/",
    "..",
    "a/b",
    "a//",
    "?a=b&c#d%00%2f+",
    "+",
    "C++",
    "Ünïcode.тег",
    "x" * 255,
)
ADDRESSES = (
    "javascript:hostile()",
    "JaVaScRiPt:hostile()",
    " javascript:hostile()",
    "data:text/html,<script>hostile()</script>",
    "//evil.example",
    'https://evil.example/" onclick="hostile()',
    "https://[",
    "http://",
    "https://evil.example/\njavascript:hostile()",
)
CLOSINGS = ("1", "101", "", "none", "-1", "1e9", '{"OriginalQuestionIds":[1]}', "<script>", "²")
JSON = (
    '{"OriginalQuestionIds":["<script>hostile()</script>"],"Voters":[{"Id":1}]}',
    "[]",
    "{",
    "null",
    "<script>hostile()</script>",
)


def hostile_dump(folder: Path) -> Path:
    """Every text in every field that a page shows."""
    tags = [text for text in TEXTS if text]
    history = [
        *((1, text, "", "a") for text in TEXTS),
        *((2, text, "", "b") for text in TEXTS),
        *((3, text, "", "c") for text in TEXTS),
        *((5, text, text, f"d{n}") for n, text in enumerate(TEXTS)),
        *(
            (10, text, comment, f"e{text[:9]}{comment[:9]}")
            for text in JSON
            for comment in CLOSINGS
        ),
        *((kind, text, text, "") for kind in (4, 17, 25, 33, 35, 99) for text in JSON),
    ]
    return small(
        folder,
        Users=[
            user(
                n,
                text,
                Location=text,
                AboutMe=text,
                WebsiteUrl=ADDRESSES[n % len(ADDRESSES)],
                ProfileImageUrl=ADDRESSES[n % len(ADDRESSES)],
            )
            for n, text in enumerate(TEXTS, start=1)
        ],
        Tags=[
            row(Id=n, TagName=text, Count=1, ExcerptPostId=300 + n, WikiPostId=300 + n)
            for n, text in enumerate(tags, start=1)
        ],
        Posts=[
            *(
                question(
                    n,
                    Title=text,
                    Body=text,
                    Tags=f"|{text}|",
                    OwnerUserId=n,
                    AnswerCount=1,
                    ContentLicense=text[:20],
                    AcceptedAnswerId=100 + n,
                    ClosedDate=MOMENT,
                    LastEditDate=MOMENT,
                    LastEditorDisplayName=text,
                )
                for n, text in enumerate(TEXTS, start=1)
            ),
            *(
                answer(100 + n, to=n, Body=text, OwnerDisplayName=text, OwnerUserId="-99")
                for n, text in enumerate(TEXTS, start=1)
            ),
            *(
                row(
                    Id=300 + n,
                    PostTypeId=5,
                    CreationDate=MOMENT,
                    Body=text,
                    ContentLicense=text[:20],
                )
                for n, text in enumerate(TEXTS, start=1)
            ),
        ],
        Comments=[
            row(Id=n, PostId=n, Text=text, CreationDate=MOMENT, UserDisplayName=text)
            for n, text in enumerate(TEXTS, start=1)
        ],
        PostHistory=[
            row(
                Id=n,
                PostId=1,
                PostHistoryTypeId=kind,
                RevisionGUID=guid,
                CreationDate=MOMENT,
                UserDisplayName=TEXTS[n % len(TEXTS)],
                Comment=comment,
                Text=text,
            )
            for n, (kind, text, comment, guid) in enumerate(history, start=1)
        ],
        PostLinks=[
            row(Id=n, PostId=1, RelatedPostId=n, LinkTypeId=n % 4, CreationDate=MOMENT)
            for n in range(1, len(TEXTS))
        ],
        Badges=[
            row(Id=n, UserId=n, Name=text, Class=n % 5, Date=MOMENT, TagBased=n % 2 == 0)
            for n, text in enumerate(TEXTS, start=1)
        ],
    )


def odd_dump(folder: Path) -> Path:
    """Posts that refer to what is not there, to themselves, or in a circle."""
    nobody = {"OwnerUserId": 77, "LastEditorUserId": 78, "LastEditDate": MOMENT}
    return small(
        folder,
        Users=[user(-1, "Community"), user(-5, ""), user(1, "Alice"), user(2, "")],
        Tags=[row(Id=3, TagName="beer", ExcerptPostId=999, WikiPostId=1)],
        Posts=[
            answer(10, to=20),
            answer(11, to=999),
            answer(12, to=13),
            answer(13, to=12),
            answer(14, to=14, OwnerUserId=1),
            answer(15, to=20, **nobody),
            question(20, AcceptedAnswerId=20, ParentId=20, AnswerCount=3, **nobody),
            question(21, AcceptedAnswerId=10, ClosedDate=MOMENT),
            question(22, AcceptedAnswerId=999, AnswerCount=-5, Score=-(2**31), ViewCount=-1),
            row(Id=23, PostTypeId=1, CreationDate="0001-01-01T00:00:00"),
            row(Id=24, PostTypeId=1, CreationDate="9999-12-31T23:59:59.999", Title="", Body=""),
            row(Id=25, PostTypeId=2, CreationDate=MOMENT, ParentId=24, Score=2**31 - 1),
            row(Id=26, PostTypeId=2, CreationDate=MOMENT),
            row(Id=27, PostTypeId=-3, CreationDate=MOMENT),
            row(Id=28, PostTypeId=5, CreationDate=MOMENT),
            question(0, Title="Zero"),
        ],
        Comments=[
            row(Id=n, PostId=post, UserId=person, Text="", CreationDate=MOMENT, Score=-1)
            for n, (post, person) in enumerate(
                ((20, 1), (20, 77), (999, 1), (26, 1), (27, 2), (0, -1)), start=1
            )
        ],
        Votes=[
            vote(n, post=post, type=kind, BountyAmount=-(2**31), UserId=77)
            for n, (post, kind) in enumerate(
                ((20, 8), (20, 9), (999, 9), (26, 1), (20, 99), (20, -1), (0, 2)), start=1
            )
        ],
        Badges=[
            row(Id=n, UserId=person, Name="", Class=-7, Date=MOMENT)
            for n, person in enumerate((1, 77, -5), start=1)
        ],
        PostHistory=[
            row(Id=n, PostId=post, PostHistoryTypeId=n, CreationDate=MOMENT, UserId=77)
            for n, post in enumerate([20] * 40 + [999, 26, 27, 0], start=1)
        ],
        PostLinks=[
            row(Id=n, PostId=a, RelatedPostId=b, LinkTypeId=n, CreationDate=MOMENT)
            for n, (a, b) in enumerate(
                ((20, 20), (20, 21), (21, 20), (20, 999), (999, 20)), start=1
            )
        ],
    )


ELEMENTS = frozenset(
    "html head title meta link body header footer nav main aside section article div span p a b i u"
    " em strong small s strike del ins sub sup code kbd pre samp tt var q dfn abbr br hr img h1 h2"
    " h3 h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td"
    " blockquote details summary time svg path circle".split()
)
"""What is no more than text, its order and its looks."""

MATHEMATICS = frozenset("math mrow mi mo mn mtext mspace mstyle msup msub semantics".split())
ADDRESSED = frozenset("action background cite data formaction href longdesc poster src".split())
SCHEMES = frozenset({"http", "https", "mailto", "ftp"})


def assert_harmless(html: str) -> list[str]:
    """No element, attribute or address in a page does anything that the site did not mean.

    Returns where its links lead.
    """
    links: list[str] = []
    document = html5lib.parse(html, treebuilder="lxml", namespaceHTMLElements=False)
    for element in document.iter(etree.Element):
        name = etree.QName(element).localname
        attributes = {etree.QName(key).localname: str(value) for key, value in element.items()}
        written = f"<{name} {attributes}>"
        if name == "script":
            is_own = attributes in ({"src": "/static/web/ask.js", "defer": ""}, DATA)
            assert is_own, written
        elif name == "form":
            assert attributes["action"] in {"/questions", "/tags", "/users"}, written
        elif name in {"input", "button"}:
            assert any(above.tag == "form" for above in element.iterancestors()), written
        else:
            assert name in ELEMENTS | MATHEMATICS, written
        assert "http-equiv" not in attributes, written
        for attribute, value in attributes.items():
            assert not attribute.startswith("on"), written
            assert attribute not in {"style", "srcdoc", "srcset"}, written
            if attribute in ADDRESSED:
                assert_leads_nowhere_else(value)
        if name == "a":
            links.append(attributes.get("href", ""))
    return links


DATA = {"type": "application/ld+json"}


def assert_leads_nowhere_else(address: str) -> None:
    """As browsers read an address: without controls around it and line breaks in it."""
    read = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(33)))))
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", read)
    assert not scheme or scheme[1].lower() in SCHEMES, address


def assert_feed_is_harmless(content: bytes) -> None:
    feed = etree.fromstring(content)
    for element in feed.iter(etree.Element):
        for name, value in element.items():
            if name == "href":
                assert_leads_nowhere_else(str(value))
        if element.get("type") == "html":
            assert_harmless(f"<!doctype html><title>a</title>{element.text or ''}")


BEGINNINGS = (
    "/",
    "/questions",
    "/questions?q=hostile",
    "/questions?tab=unanswered&pagesize=50",
    "/tags",
    "/tags?filter=a",
    "/tags?filter=%3Cscript%3E",
    "/users",
    "/users?search=hostile",
    "/users?tab=voters",
    "/users?tab=editors",
    "/users?tab=new",
    "/badges",
    "/about",
    "/feeds",
    "/sitemap.xml",
    "/sitemap-0.xml",
    "/opensearch.xml",
)


def is_to_follow(link: str) -> bool:
    """Orders and filters of lists, which are many, lead to nothing else than the lists do; the way
    in shows nothing of a dump."""
    path, _, query = link.partition("?")
    if path in {"/users/login", "/users/signup"}:
        return False
    is_ours = path.startswith("/") and not path.startswith(("//", "/language/"))
    return is_ours and (not query or path.startswith("/users/"))


def visit(client: Client, addresses: Iterable[str], *, is_following: bool = True) -> dict[str, int]:
    """Every page from these on, as far as links lead: the status of each."""
    waiting = list(addresses)
    seen: dict[str, int] = {}
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen:
            continue
        response = client.get(address)
        seen[address] = response.status_code
        # What /status/ answers is about the clock, which knows no dump.
        assert response.status_code in {200, 301, 302, 404, 410} or address == "/status/", address
        if response.has_header("Location"):
            # What is for members leads a stranger to the way in.
            if is_to_follow(response["Location"].partition("?")[0]):
                waiting.append(response["Location"])
        elif response["Content-Type"].startswith("text/html"):
            links = assert_harmless(response.content.decode())
            waiting += filter(is_to_follow, links) if is_following else ()
        elif "xml" in response["Content-Type"]:
            assert_feed_is_harmless(response.content)
    return seen


def import_and_visit(client: Client, dump: Path) -> dict[str, int]:
    call_command(
        "import_dump",
        str(dump),
        "--site-url=https://hostile.example",
        "--site-name=</title><script>hostile()</script>",
        stdout=StringIO(),
        stderr=StringIO(),
    )
    posts = [
        f"/{folder}/{id}{page}"
        for id in Post.objects.values_list("id", flat=True)
        for folder, page in (
            ("questions", ""),
            ("posts", ""),
            ("posts", "/revisions"),
            ("posts", "/timeline"),
        )
    ]
    posts += [f"/feeds/question/{id}" for id in Question.objects.values_list("id", flat=True)]
    return visit(client, [*BEGINNINGS, *posts])


def test_nothing_in_a_dump_acts(tmp_path: Path, client: Client) -> None:
    seen = import_and_visit(client, hostile_dump(tmp_path))
    lost = {address for address, status in seen.items() if status in {404, 410}}
    # Wikis are no questions, a name that ends with a slash has no address, and a comment may speak
    # of a tag that is none.
    expected = re.compile(r"/questions/3\d\d$|/$|%2F$|/tagged/%22%3E%3Cscript")
    assert {address for address in lost if not expected.search(address)} == set()
    assert len(seen) > 700


def test_nothing_in_rendered_texts_acts(tmp_path: Path, client: Client) -> None:
    dump = hostile_dump(tmp_path)
    call_command(
        "import_dump",
        str(dump),
        "--site-url=https://hostile.example",
        stdout=StringIO(),
        stderr=StringIO(),
    )
    call_command("render_posts", stdout=StringIO(), stderr=StringIO())
    assert Post.objects.exclude(rendered_body=None).exists()
    visit(client, [f"/questions/{number}" for number in range(1, len(TEXTS))], is_following=False)


def test_what_refers_to_nothing_or_to_itself_is_shown(tmp_path: Path, client: Client) -> None:
    seen = import_and_visit(client, odd_dump(tmp_path))
    questions = (0, 20, 21, 22, 23, 24)
    for id in (*questions, 10, 15):
        assert seen[f"/questions/{id}"] == 301, id
    for id in (0, *range(10, 16), *range(20, 29)):
        assert seen[f"/posts/{id}/revisions"] == 200, id
        assert seen[f"/posts/{id}/timeline"] == 200, id
    for id in (11, 12, 13, 14, 26):
        assert seen[f"/a/{id}"] == 410, id
    assert seen["/users/-1/community"] == 200
