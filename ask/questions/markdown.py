"""Markdown of comments, as HTML: Stack Exchange's small dialect, one paragraph without blocks."""

import html
import re

import cmarkgfm
import nh3

from ask.questions.cleaning import LINK_REL, without_controls

_CLEANER = nh3.Cleaner(
    tags={"a", "br", "code", "del", "em", "strong"},
    attributes={"a": {"href", "title"}},
    link_rel=LINK_REL,
    url_schemes={"http", "https", "mailto", "ftp"},
)

# Without any of these a comment is plain text, and most are.
_MARKED = re.compile(r"[*_`\[\\~]|://|www\.|\w@\w|&#?\w+;|^\s*(?:[-+=#>]|\d+[.)])|\n|\t|^ {4}")
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


def render_comment(text: str) -> str:
    """Safe HTML of a comment: emphasis, code and links; anything else is shown as written."""
    text = without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST or not _MARKED.search(text):
        return html.escape(text, quote=False)
    parts: list[str] = []
    at = 0
    for code in _CODE.finditer(text):
        parts += [_outside_code(text[at : code.start()]), code[0]]
        at = code.end()
    parts.append(_outside_code(text[at:]))
    source = "".join(parts).strip()
    try:
        marked = cmarkgfm.markdown_to_html_with_extensions(
            _BLOCK.sub(_escape_block, source), extensions=["autolink", "strikethrough"]
        )
    except UnicodeDecodeError:  # cmark writes &#xFFFE; and &#xFFFF; as no UTF-8 at all
        marked = html.escape(source, quote=False)
    rendered = without_controls(_CLEANER.clean(marked)).strip()
    # Marks alone, such as `***`, are a rule or nothing to markdown.
    return rendered if _ELEMENT.sub("", rendered) else html.escape(source, quote=False)


def _outside_code(text: str) -> str:
    text = _POINTED.sub(r"\1", text).replace("<", "&lt;")
    text = text.replace("![", "\\![")  # a comment has no pictures, only links to them
    return _TAG.sub(r"[\1](/questions/tagged/\1)", text)


def _escape_block(found: re.Match[str]) -> str:
    """A comment has no headings, quotes or lists: what would begin one is text."""
    mark = found[2]
    # Emphasis may begin a line; a bullet is followed by a space.
    if mark == "*" and found.string[found.end() : found.end() + 1] not in {" ", "\t"}:
        return mark
    return f"{mark}\\" if mark[0].isdigit() else f"\\{mark}"
