"""Formulas: where they stand in a text, and TeX as MathML."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from ask.questions.time_limit import time_limit

LONGEST = 4_000
"""Characters of a formula; a longer one stays as it was."""

MOST_OPENINGS = 500
"""A text in which more formulas begin has none: it was made to keep the search busy."""

SECONDS = 0.5
"""How long one formula may compute; an average one takes a third of a millisecond."""

SHARE = 0.02
"""The part of a site's best questions that have formulas if it uses mathematics."""


class Delimiter(StrEnum):
    """What stands around a formula in a line. Sites on which dollars are also amounts or parts of
    a circuit or of code (electronics, codereview, codegolf) write a backslash before them."""

    DOLLAR = "$"
    ESCAPED_DOLLAR = r"\$"


_DISPLAYED = (
    r"(?<!\\)\$\$(?P<dollars>(?:[^$\\]|\\.)+)\$\$"
    r"|\\\[(?P<brackets>.{1,4000}?)\\\]"
    r"|(?P<environment>\\begin\{(?P<name>(?:align|equation|gather|eqnarray)\*?)\}"
    r".{1,4000}?\\end\{(?P=name)\})"
)
# The rule of pandoc's extension `tex_math_dollars`: a formula neither begins nor ends with a space,
# and no digit follows it, so that "$5 and $10" are amounts. Stricter: no letter or digit stands
# before it ("US$5") and it has no empty line.
_INLINE = {
    Delimiter.DOLLAR: (
        r"\\\((?P<parentheses>.{1,4000}?)\\\)"
        r"|(?<![\\$\w])\$(?![\s$])(?P<inline>(?:[^$\\]|\\.)+)(?<!\s)\$(?![\d$])"
    ),
    Delimiter.ESCAPED_DOLLAR: (
        r"\\\((?P<parentheses>.{1,4000}?)\\\)"
        r"|(?<![\\\w])\\\$(?!\s)(?P<inline>(?:[^$\\]|\\[^$])+)(?<!\s)\\\$(?!\d)"
    ),
}
_FORMULA = {
    delimiter: re.compile(f"{_DISPLAYED}|{inline}", re.DOTALL)
    for delimiter, inline in _INLINE.items()
}
_CONTENTS = ("dollars", "brackets", "environment", "parentheses", "inline")
_CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
_TEX = re.compile(r"\\[a-zA-Z]{2}|[\^_]")
_PROSE = re.compile(r"\d[^\\^_={}]*\s[^\W\d_]{2,}")
_EMPTY_LINE = re.compile(r"\n\s*\n")
_COMMAND = re.compile(r"\\[a-zA-Z@]")

_TAG_NAMES = (
    "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms"
    " mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
_ATTRIBUTE_NAMES = (
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form"
    " height largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize"
    " minsize movablelimits notation rowlines rowspacing rspace scriptlevel separator stretchy"
    " symmetric voffset width"
)
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_VALUE = re.compile(r"[\w\s.,#%+-]*")


def used_delimiter(bodies: Iterable[str]) -> Delimiter | None:
    """How the authors of these bodies write formulas; None if (almost) none of them does."""
    counts = dict.fromkeys(Delimiter, 0)
    total = 0
    for body in bodies:
        total += 1
        text = _CODE.sub(" ", body)
        for delimiter in Delimiter:
            counts[delimiter] += any(
                _TEX.search(_tex(formula)) for formula in _formulas(text, delimiter=delimiter)
            )
    best = max(Delimiter, key=lambda delimiter: counts[delimiter])
    return best if counts[best] and counts[best] >= SHARE * total else None


def with_formulas(text: str, *, delimiter: Delimiter) -> str:
    """HTML of a text without elements, its formulas as MathML. A bad formula stays as it was."""
    return text if _is_crowded(text) else _FORMULA[delimiter].sub(_formula, text)


def _formulas(text: str, *, delimiter: Delimiter) -> Iterator[re.Match[str]]:
    return iter(()) if _is_crowded(text) else _FORMULA[delimiter].finditer(text)


def _is_crowded(text: str) -> bool:
    return sum(map(text.count, ("\\(", "\\[", "\\begin{"))) > MOST_OPENINGS


def _tex(found: re.Match[str]) -> str:
    name = next(name for name in _CONTENTS if found[name] is not None)
    return found[name]


def _formula(found: re.Match[str]) -> str:
    tex = _tex(found)
    if len(tex) > LONGEST or not tex.strip():
        return found[0]
    if found["inline"] and (_PROSE.match(tex) or _EMPTY_LINE.search(tex)):
        return found[0]
    is_displayed = not (found["inline"] or found["parentheses"])
    return mathml(unescape(tex), is_displayed=is_displayed) or found[0]


@lru_cache(maxsize=1024)
def mathml(tex: str, *, is_displayed: bool) -> str | None:
    """A formula as MathML; None if it is none that latex2mathml understands in full.

    The library's own text form is not safe (`\\text{<script>}` comes out as it went in) and lets a
    formula set links and styles, so the elements are written here: known names only, everything
    escaped.
    """
    try:
        with time_limit(SECONDS):
            display = "block" if is_displayed else "inline"
            element = Converter(display=display).convert_to_element(tex.strip())
            parts: list[str] = []
            is_understood = _write(element, parts)
    except Exception:  # the library raises whatever its walk over a bad formula meets
        return None
    return "".join(parts) if is_understood else None


def _write(element: Element, parts: list[str]) -> bool:
    if element.tag not in _TAGS:
        return False
    # Texts hold character references of the library's own.
    text = unescape(element.text or "")
    if _COMMAND.match(text):
        return False  # a command that the library does not know
    attributes = "".join(
        f' {name}="{escape(value)}"'
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _VALUE.fullmatch(value)
    )
    parts.append(f"<{element.tag}{attributes}>{escape(text, quote=False)}")
    if not all(_write(child, parts) for child in element):
        return False
    parts.append(f"</{element.tag}>")
    return True
