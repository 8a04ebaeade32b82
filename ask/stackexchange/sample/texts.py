"""The form in which the sample's texts are kept: subjects, topics, pieces with slots.

A topic is one problem that people of a subject have. Its question and its answers are written in
stages (one paragraph or block after another); each stage offers several variants. In the source
a line `=` begins the next stage, a line `=?` a stage that may be left out, and a line `~` the
next variant. `{flour}` is a slot, `{Flour}` the same with a capital, `{flour:gen}` another form of
it (a Russian case, or `a` for the English word with its article).
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ask.stackexchange.sample.rendering import render

LANGUAGES = ("en", "ru")

Values = Mapping[str, str]

_SLOT = re.compile(r"\{([A-Za-z][a-z]{2,}(?::[a-z]+)?)\}")
_NOT_PROSE = re.compile(r"[-#>|]|\d+\. |\$\$")
_UNSAFE_IN_SLOTS = frozenset('&<>"%*_`[]\\')
_CASES = ("gen", "dat", "acc", "ins", "pre")


@dataclass(frozen=True, slots=True)
class Option:
    """One way to fill a slot, in all its forms, and the tags that it brings."""

    forms: Values
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, ready for `piece.html % values` within an XML attribute."""

    markdown: str
    html: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Variants of one part of a text, of which one is taken."""

    variants: tuple[Piece, ...]
    may_be_left_out: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """One problem: what is asked, what is answered, and what fills the slots of both."""

    titles: tuple[str, ...]
    tags: tuple[str, ...]
    slots: tuple[tuple[Option, ...], ...]
    question: tuple[Stage, ...]
    answer: tuple[Stage, ...]
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A field of the community: its topics, and its tags with what their wikis say."""

    language: str
    tags: Values
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is said on every subject in one language."""

    thanks: tuple[Piece, ...]
    updates: tuple[Piece, ...]
    see_also: tuple[Piece, ...]
    see_also_answer: tuple[Piece, ...]
    endings: tuple[Piece, ...]
    comments: tuple[str, ...]
    replies: tuple[str, ...]
    comments_with_link: tuple[str, ...]
    edit_summaries: tuple[str, ...]
    wiki: Piece
    scope: Piece
    first_names: tuple[tuple[str, str], ...]
    surnames: tuple[tuple[str, str], ...]
    nicknames: tuple[str, ...]
    places: tuple[str, ...]
    trades: tuple[str, ...]
    abouts: tuple[Piece, ...]


def escape_attribute(text: str, *, newline: str = "&#xA;") -> str:
    """Escape a text for a double-quoted XML attribute, as the real dumps do it."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("\t", "&#x9;")
        .replace("\n", newline)
    )


def _as_format(text: str) -> str:
    return _SLOT.sub(r"%(\1)s", text.replace("%", "%%"))


def line(text: str) -> str:
    """Make a one-line text (a title, a comment) ready for `line % values`."""
    return _as_format(escape_attribute(text))


def _unwrapped(text: str) -> str:
    """Join the lines of each paragraph: in the source they are wrapped, people do not wrap."""
    if "```" in text:
        return text
    return "\n\n".join(
        block if _NOT_PROSE.match(block) else block.replace("\n", " ")
        for block in text.split("\n\n")
    )


def piece(text: str) -> Piece:
    """Make a markdown text ready, as markdown and as the HTML that it renders to."""
    text = _unwrapped(textwrap.dedent(text).strip("\n"))
    return Piece(
        markdown=_as_format(escape_attribute(text, newline="&#xD;&#xA;")),
        html=_as_format(escape_attribute(render(text))),
    )


def pieces(text: str) -> tuple[Piece, ...]:
    """Read variants separated by lines of `~`."""
    return tuple(piece(part) for part in re.split(r"^~$", textwrap.dedent(text), flags=re.M))


def lines(text: str) -> tuple[str, ...]:
    """Read one-line texts, one a line."""
    return tuple(line(part) for part in textwrap.dedent(text).strip().splitlines())


def _stages(text: str) -> tuple[Stage, ...]:
    found = []
    may_be_left_out = False
    for part in re.split(r"^(=\??)$", textwrap.dedent(text), flags=re.M):
        if part.startswith("="):
            may_be_left_out = part == "=?"
        else:
            found.append(Stage(variants=pieces(part), may_be_left_out=may_be_left_out))
    return tuple(found)


def _article(word: str) -> str:
    """Return the word with its article, by its letter but for the words listed here."""
    spoken = word.startswith(("uncle", "ultra", "umbrella", "LED", "SSD", "SD", "MQTT", "8"))
    silent = word.startswith(("one", "uni", "eu"))
    return f"an {word}" if (word[0].lower() in "aeio" or spoken) and not silent else f"a {word}"


def _options(*, name: str, text: str, language: str) -> tuple[Option, ...]:
    """Read a slot: a line an option, `first form / other forms # tags`.

    The other forms of a Russian word are its cases in the order genitive, dative, accusative,
    instrumental, prepositional; as many as the topic needs. A line that begins with `/` goes on
    with the one above.
    """
    options = []
    for row in re.sub(r"\n\s*/ ", " / ", text).strip().splitlines():
        words, _, tags = row.partition("#")
        first, *others = (form.strip() for form in words.split(" / "))
        if _UNSAFE_IN_SLOTS.intersection(words):
            raise ValueError(f"a slot must be plain text: {row!r}")
        forms = {name: first}
        if language == "en":
            forms[f"{name}:a"] = _article(first)
        forms |= {f"{name}:{case}": form for case, form in zip(_CASES, others, strict=False)}
        forms |= {key.capitalize(): form[0].upper() + form[1:] for key, form in forms.items()}
        options.append(Option(forms=forms, tags=tuple(tags.split())))
    return tuple(options)


def topic(
    *,
    language: str,
    tags: str,
    titles: str,
    question: str,
    answer: str,
    comments: str = "",
    slots: Mapping[str, str] | None = None,
) -> Topic:
    """Read a topic as it is written down (see the module's docstring)."""
    return Topic(
        titles=lines(titles),
        tags=tuple(tags.split()),
        slots=tuple(
            _options(name=name, text=text, language=language)
            for name, text in (slots or {}).items()
        ),
        question=_stages(question),
        answer=_stages(answer),
        comments=lines(comments) if comments else (),
    )


def subject(*, language: str, tags: str, topics: Sequence[Topic]) -> Subject:
    """Read a subject; `tags` has a line for each: the name, a space, what its wiki says."""
    rows = (row.split(" ", 1) for row in textwrap.dedent(tags).strip().splitlines())
    known = {name: (rest[0] if rest else "") for name, *rest in rows}
    used = {tag for item in topics for tag in item.tags}
    options = (option for item in topics for slot in item.slots for option in slot)
    used |= {tag for option in options for tag in option.tags}
    if missing := used - known.keys():
        raise ValueError(f"tags without a line in {language}: {sorted(missing)}")
    return Subject(language=language, tags=known, topics=tuple(topics))
