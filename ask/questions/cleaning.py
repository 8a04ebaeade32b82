"""Untrusted HTML made safe, once, on its way in."""

import re
from html import escape
from urllib.parse import urlsplit

import nh3
from django.conf import settings

from ask.questions.simple_html import cleaned_if_simple

LINK_REL = "nofollow ugc noopener"

TAGS = frozenset(
    "a abbr b blockquote br caption code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr"
    " i img ins kbd li ol p pre q s samp small span strike strong sub sup table tbody td tfoot th"
    " thead tr tt u ul var".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "blockquote": {"cite", "class"},
    "code": {"class"},
    "div": {"class"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "pre": {"class"},
    "span": {"class"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
}
CLASSES = re.compile(r"(lang(uage)?-[\w+#.-]+|prettyprint\S*|snippet\S*|spoiler|hljs)$")

_PLAIN = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: names - {"class"} for tag, names in ATTRIBUTES.items() if tag != "img"},
    link_rel=LINK_REL,
    url_schemes={"http", "https", "mailto", "ftp"},
)


def _keep_known(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if CLASSES.match(name)) or None
    return value


_FULL = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_keep_known,
    link_rel=LINK_REL,
    url_schemes={"http", "https", "mailto", "ftp"},
)

_IMAGE = re.compile(r'<img\b(?:[^>]*?\bsrc="([^"]*)")?[^>]*>|<(/?)a[ >]')
_ALT = re.compile(r'\balt="([^"]*)"')


MANY = 1_000
LONG = 200_000
"""Tags, or characters, up to which any HTML is soon parsed."""

LONGEST = 1_000_000
"""Characters of HTML that is parsed at all, which takes 36 times as much memory. Stack Exchange
allows 30,000."""

DEEPEST = 100
"""How deep elements nest in longer HTML."""

GROWTH = 15
"""How many times as long HTML may become by being put in order; `<a>` gets a long `rel`."""

VOID = frozenset({"br", "col", "hr", "img"})
_ORDERLY_TAG = re.compile(
    r"<(/?)([a-z][a-z0-9]*+)(?:\s++[a-z]++(?:=\"[^\"<]*+\")?+){0,20}+\s*+/?>", re.IGNORECASE
)
_IMAGE_BEGIN = re.compile("<img", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def clean(html: str) -> str:
    """HTML that is safe to show: known tags and attributes, links with `LINK_REL`.

    A picture from a host that `IMAGE_HOSTS` does not name becomes a link to it. What would take a
    parser for ever, or become far longer by being put in order, is shown as it was written.
    """
    if "<" not in html and "&" not in html:
        return html
    is_large = html.count("<") > MANY or len(html) > LONG
    if is_large and (len(html) > LONGEST or not _is_orderly(html)):
        return escape(html, quote=False)
    cleaned = None if is_large else cleaned_if_simple(html, link_rel=LINK_REL)
    if cleaned is None:
        cleaned = _parsed(html)
    return _with_links_to_images(cleaned) if "<img" in cleaned else cleaned


def _parsed(html: str) -> str:
    # The attribute filter calls Python for every attribute, so it runs only where it may matter.
    if "class=" not in html and not _IMAGE_BEGIN.search(html):
        cleaned = _PLAIN.clean(html)
    else:
        cleaned = _FULL.clean(html)
    if len(cleaned) > GROWTH * len(html):
        return escape(html, quote=False)
    return without_controls(cleaned) if "&#" in html else cleaned  # XML has none as they are


def without_controls(html: str) -> str:
    """Less the characters that no page and no feed may have: a reference such as `&#1;` makes them
    of what was fine to read."""
    return _CONTROLS.sub("", html)


def _is_orderly(html: str) -> bool:
    """Whether it is HTML as programs write it: every element known, closed in order, not too deep.

    Only then does a parser need no more than some time for each character.
    """
    open_tags: list[str] = []
    count = 0
    for found in _ORDERLY_TAG.finditer(html):
        count += 1
        name = found[2].lower()
        if name not in TAGS:
            return False
        if name in VOID:
            continue
        if not found[1]:
            open_tags.append(name)
            if len(open_tags) > DEEPEST:
                return False
        elif not open_tags or open_tags.pop() != name:
            return False
    return count == html.count("<")


def _with_links_to_images(html: str) -> str:
    """Cleaned HTML with links instead of the pictures that may not be shown."""
    is_inside_link = False

    def replaced(found: re.Match[str]) -> str:
        nonlocal is_inside_link
        if found[2] is not None:
            is_inside_link = not found[2]
            return found[0]
        source = found[1] or ""
        if _is_allowed(source):
            return found[0]
        alt = _ALT.search(found[0])
        text = (alt and alt[1]) or source
        if not source or is_inside_link:
            return text  # a link inside a link is no HTML
        return f'<a href="{source}" rel="{LINK_REL}">{text}</a>'

    return _IMAGE.sub(replaced, html)


def _is_allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https", ""} and parts.hostname in settings.IMAGE_HOSTS
