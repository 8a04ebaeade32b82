"""HTML so simple that what the cleaner makes of it is known without parsing it.

Nearly all bodies are: paragraphs, lists, quotes and code, with phrases in them. `BODY` is a grammar
of such HTML. Whatever has it is safe: there is no element, attribute or address in it that the
cleaner would not let through. And it stands as the cleaner would write it:
every element is closed in its place, and none is where a parser of HTML would move it (no paragraph
in a paragraph, no link in a link, no item outside of a list). What is deeper than the grammar, or
rare, is left to the parser.
"""

import re

# Until the next tag. It gives nothing back, so what has not the shape fails in one sweep. (Only
# single characters are repeated so: for groups, Python before 3.11.5 has it wrong.)
_TEXT = "[^<]*+"
_VALUE = '[^"<>&]*+(?:&(?:amp|#39);[^"<>&]*+)*'

# A parser of addresses may refuse a port, a user, a number (even 0x1) or a name that begins with
# "xn--", so there is none here. After the host nothing can be wrong.
_HOST = r"(?:[a-z0-9]++[.-])+[a-z]+"
_ADDRESS = f"(?:https?://{_HOST}(?:[/?#]{_VALUE})?|/{_VALUE})"

_PICTURE = (
    f'img src="{_ADDRESS}"(?: width="{_VALUE}")?(?: height="{_VALUE}")?'
    f'(?: alt="{_VALUE}")?(?: title="{_VALUE}")?( /)?'
)

# nh3 writes the first four like this in a text, and the others as the characters that they are.
_OTHER_ENTITY = re.compile("&(?!(?:amp|lt|gt|nbsp|quot|#39);)")

_LINK = re.compile('(<a href="[^"]*")(?: (?:class|rel)="[^"]*")*( title="[^"]*")?[^>]*>')


def _with(*elements: str) -> str:
    """Text that may have these elements in it."""
    return f"{_TEXT}(?:<(?:{'|'.join(elements)})>{_TEXT})*"


def _each(names: str, inside: str) -> str:
    return "|".join(f"{name}>{inside}</{name}" for name in names.split())


def _any(names: str, inside: str, *, group: str) -> str:
    """The same, but `inside` is written once. Each use in a pattern has a group of its own."""
    return f"(?P<{group}>{names.replace(' ', '|')})>{inside}</(?P={group})"


def _link(inside: str) -> str:
    left_out = '(?: (?:class|rel)="[^"<>&]*+")*'
    return f'a href="{_ADDRESS}"{left_out}(?: title="{_VALUE}"{left_out})?>{inside}</a'


def _phrases() -> str:
    plain = _each("code em strong", _TEXT)
    return "|".join(
        (
            _link(_with(plain, _PICTURE)),
            _each("em strong", _with(_link(_TEXT), plain)),
            f"code>{_TEXT}</code",
            "br( /)?",
            _each("sub sup", _with(_link(_TEXT))),
            _PICTURE,
        )
    )


def _blocks(phrases: str) -> str:
    paragraph = _each("p", _with(phrases))
    # Never text next to <pre>: a parser drops a line break there.
    leaves = f"{paragraph}|pre><code>{_TEXT}</code></pre|hr( /)?"
    items = _with(_each("li", _with(phrases, paragraph)))
    quote = _each("blockquote", _with(leaves, _any("ol ul", items, group="quoted_list")))
    heading = _any("h1 h2 h3 h4 h5 h6", _with(phrases), group="heading")
    return "|".join((leaves, _any("ol ul", items, group="list"), quote, heading))


BODY = re.compile(_with(_blocks(_phrases())))
"""What most posts are: blocks of phrases and pictures."""


def cleaned_if_simple(html: str, *, link_rel: str) -> str | None:
    """What nh3 makes of this HTML, or None if it is not as `BODY` says.

    That is an nh3 which allows the elements and attributes of `BODY`, `rel` and the classes of
    links apart, and sets `link_rel`.
    """
    # What nh3 reads as something else, or leaves out.
    if "\0" in html or "\r" in html or "\ufeff" in html:
        return None
    found = BODY.fullmatch(html)
    if not found:
        return None
    # Every "<" begins a tag now, so a ">" too many is text, which nh3 would escape.
    if html.count("<") != html.count(">"):
        return None
    if "&" in html:
        if _OTHER_ENTITY.search(html):
            return None
        html = html.replace("&quot;", '"').replace("&#39;", "'")
    # From here on, ">" does nothing but end tags.
    if "=" in html:
        html = _LINK.sub(lambda link: f'{link[1]}{link[2] or ""} rel="{link_rel}">', html)
    if found.lastindex:  # else no group took part, and every slash is one
        html = html.replace(" />", ">")
    return html.replace("\xa0", "&nbsp;")
