"""From a cleaned body to what a page shows: highlighted code, MathML, links that stay here."""

import re
from html import escape, unescape

from ask.questions.highlighting import highlight
from ask.questions.mathematics import Delimiter, with_formulas
from ask.questions.source_links import SourceLinks

VERBATIM = frozenset({"a", "code", "kbd", "pre", "samp", "tt", "var"})
"""Elements whose text is never a formula."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\"[^\"]*\"|[^\">])*+)>")
_BLOCK = re.compile(
    r"<pre((?:\"[^\"]*\"|[^\">])*+)>\s*<code((?:\"[^\"]*\"|[^\">])*+)>([^<]*)</code>\s*</pre>"
)
_CLASS = re.compile(r"\bclass=\"([^\"]*)\"")
_HREF = re.compile(r"\bhref=\"([^\"]*)\"")
_REL = re.compile(r"\s*\brel=\"[^\"]*\"")


def needs_rendering(body: str, source_host: str) -> bool:
    """Whether `render` could change this cleaned body: a cheap test with false alarms.

    `source_host` is the host of the site that the content came from ("travel.stackexchange.com"),
    empty if there is none.
    """
    # What every block of code and every formula has. Single characters first: they are found
    # fastest, and most bodies have none.
    if "$" in body or ("\\" in body and _begins_formula(body)) or "<pre" in body:
        return True
    return bool(source_host) and f"//{source_host}/" in body


def may_need_rendering(body: str) -> bool:
    """The same of what is written here, where nobody asks which site the content came from."""
    return needs_rendering(body, "") or "<a href=" in body


def _begins_formula(body: str) -> bool:
    return "\\(" in body or "\\[" in body or "\\begin{" in body


def render(
    html: str,
    *,
    language: str | None,
    delimiter: Delimiter | None,
    links: SourceLinks,
    is_coloured: bool = True,
) -> str:
    """The body as a page shows it.

    `html` has been cleaned: its elements are closed and its attributes stand in double quotes, so
    it is cut at its tags and everything that is not changed stays as it was, to the byte. Code is
    in `language` if it does not say another, and coloured unless that may not take long;
    `delimiter` stands around formulas (None: there are none).
    """
    parts: list[str] = []
    verbatim = 0
    position = 0
    while tag := _TAG.search(html, position):
        parts.append(_text(html[position : tag.start()], delimiter, verbatim=verbatim > 0))
        position = tag.end()
        name = tag[2].lower()
        if name == "pre" and (block := _BLOCK.match(html, tag.start())):
            parts.append(_code(block, language) if is_coloured else block[0])
            position = block.end()
            continue
        if name in VERBATIM:
            verbatim += -1 if tag[1] else 1
        parts.append(_link(tag[0], links) if name == "a" and not tag[1] else tag[0])
    parts.append(_text(html[position:], delimiter, verbatim=verbatim > 0))
    return "".join(parts)


def _text(text: str, delimiter: Delimiter | None, *, verbatim: bool) -> str:
    if delimiter is None or verbatim or not any(mark in text for mark in "$\\"):
        return text
    return with_formulas(text, delimiter=delimiter)


def _code(block: re.Match[str], language: str | None) -> str:
    around, of_code, code = block.groups()
    classes = " ".join(_CLASS.findall(of_code) + _CLASS.findall(around))
    highlighted = highlight(code, classes=classes, language=language)
    return f"<pre{around}>{highlighted}</pre>" if highlighted else block[0]


def _link(tag: str, links: SourceLinks) -> str:
    found = _HREF.search(tag)
    path = links.path(unescape(found[1])) if found else None
    if not found or path is None:
        return tag
    # What a cleaned link says of a stranger's page (nofollow) does not hold for one of this site.
    before, after = tag[: found.start()], tag[found.end() :]
    return f'{_REL.sub("", before)}href="{escape(path)}"{_REL.sub("", after)}'
