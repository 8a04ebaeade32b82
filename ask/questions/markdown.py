"""Markdown as HTML: of posts, with blocks and HTML; of comments, Stack Exchange's small dialect,
one paragraph without blocks."""

import html
import re

import nh3

from ask.questions import cmark
from ask.questions.cleaning import LINK_REL, clean, without_controls

_CLEANER = nh3.Cleaner(
    tags={"a", "br", "code", "del", "em", "strong"},
    attributes={"a": {"href", "title"}},
    link_rel=LINK_REL,
    url_schemes={"http", "https", "mailto", "ftp"},
)

# These begin with a character that most comments have not: a search leaps from one to the next.
_ADDRESS_OF_MAIL = re.compile(r"@(?<=\w@)\w")
_ENTITY = re.compile(r"&#?\w+;")
_BLOCK_BEGIN = re.compile(r" {4}|\s*(?:[-+=#>]|\d+[.)])")

LONGEST = 5_000
"""Characters of a comment that is rendered; Stack Exchange allows 600. A longer one is shown as
written: looking for pairs of marks takes long in a text of nothing else."""

_ELEMENT = re.compile(r"<[^>]*>")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_BLOCK = re.compile(
    r"^(\s*)([-+*=#>|]|~(?=~~)|_(?=\s*_)|\[(?=[^\]\n]*\]:)|\d+(?=[.)]))", re.MULTILINE
)
_POINTED = re.compile(r"<((?:https?|ftp)://[^\s<>]+)>")
_TAG = re.compile(r"\[(?:meta-)?tag:([^\]\s\[]+)\]")


def render_post(text: str) -> str:
    """Safe HTML of a question or an answer. HTML may stand in it, as far as `clean` knows it."""
    try:
        html_of_text = cmark.to_html(
            text, extensions=("table", "strikethrough", "autolink"), lets_html_through=True
        )
    except UnicodeDecodeError:
        html_of_text = f"<p>{html.escape(text, quote=False)}</p>\n"
    cleaned = clean(html_of_text)
    return without_controls(cleaned) if "&#" in text else cleaned


def render_comment(text: str) -> str:
    """Safe HTML of a comment: emphasis, code and links; anything else is shown as written."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST or not is_marked(text):
        return html.escape(text, quote=False)
    source = _source(text)
    escaped = _BLOCK.sub(_escape_block, source)
    try:
        marked = cmark.to_html(escaped, extensions=("autolink", "strikethrough"))
    except UnicodeDecodeError:
        marked = html.escape(source, quote=False)
    rendered = _CLEANER.clean(marked).strip()
    if "&#" in text:
        rendered = without_controls(rendered)
    # Marks alone, such as `***`, are a rule or nothing to markdown.
    return rendered if _ELEMENT.sub("", rendered) else html.escape(source, quote=False)


def is_marked(text: str) -> bool:
    """Whether this may be more than plain text. Most comments are not."""
    # A sweep for each mark takes a fraction of what one regular expression of them all does.
    return (
        "*" in text
        or "_" in text
        or "`" in text
        or "[" in text
        or "\\" in text
        or "~" in text
        or "\n" in text
        or "\t" in text
        or "://" in text
        or "www." in text
        or ("@" in text and bool(_ADDRESS_OF_MAIL.search(text)))
        or ("&" in text and bool(_ENTITY.search(text)))
        or bool(_BLOCK_BEGIN.match(text))
    )


def _source(text: str) -> str:
    """The markdown of a comment, in which nothing but its code is HTML or a picture."""
    if "`" not in text:
        return _outside_code(text).strip()
    parts: list[str] = []
    at = 0
    for code in _CODE.finditer(text):
        parts += [_outside_code(text[at : code.start()]), code[0]]
        at = code.end()
    parts.append(_outside_code(text[at:]))
    return "".join(parts).strip()


def _outside_code(text: str) -> str:
    if "<" in text:
        text = _POINTED.sub(r"\1", text).replace("<", "&lt;")
    text = text.replace("![", "\\![")  # a comment has no pictures, only links to them
    if "tag:" in text:
        text = _TAG.sub(r"[\1](/questions/tagged/\1)", text)
    return text


def _escape_block(found: re.Match[str]) -> str:
    """A comment has no headings, quotes or lists: what would begin one is text."""
    mark = found[2]
    # Emphasis may begin a line; a bullet is followed by a space.
    if mark == "*" and found.string[found.end() : found.end() + 1] not in {" ", "\t"}:
        return mark
    return f"{mark}\\" if mark[0].isdigit() else f"\\{mark}"
