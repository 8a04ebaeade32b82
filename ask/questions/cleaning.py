"""Untrusted HTML made safe, once, on its way in."""

import re
from urllib.parse import urlsplit

import nh3
from django.conf import settings

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

_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>|<img\b[^>]*>')
_ALT = re.compile(r'\balt="([^"]*)"')


def clean(html: str) -> str:
    """HTML that is safe to show: known tags and attributes, links with `LINK_REL`.

    A picture from a host that `IMAGE_HOSTS` does not name becomes a link to it.
    """
    if "<" not in html and "&" not in html:
        return html
    # The attribute filter calls Python for every attribute, so it runs only where it may matter.
    if "class=" not in html and "<img" not in html.lower():
        return _PLAIN.clean(html)
    cleaned = _FULL.clean(html)
    if "<img" not in cleaned:
        return cleaned
    return _IMAGE.sub(lambda found: _image(found, cleaned), cleaned)


def _image(found: re.Match[str], html: str) -> str:
    source = found[1] or ""
    if _is_allowed(source):
        return found[0]
    alt = _ALT.search(found[0])
    text = (alt and alt[1]) or source
    before = html[: found.start()]
    if not source or before.rfind("<a ") > before.rfind("</a>"):
        return text  # a link inside a link is no HTML
    return f'<a href="{source}" rel="{LINK_REL}">{text}</a>'


def _is_allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https", ""} and parts.hostname in settings.IMAGE_HOSTS
