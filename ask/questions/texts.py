"""What may be written: titles, bodies, comments and summaries, put in order and measured."""

import re
import unicodedata
from html import unescape

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ask.core.characters import seen, shows_something
from ask.core.refusal import Refusal

TITLE = range(15, 151)
BODY = range(30, 30_001)
COMMENT = range(15, 601)
SUMMARY = range(301)
"""Characters."""

_NEVER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no page and no feed may have, and halves of characters, which cannot be stored."""


_TAG = re.compile(r"<[^>]*>")

_UNCOUNTED = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What only changes how the character before it looks."""


class BadText(Refusal):
    """Something of what was written cannot stand; `field` says which: `title`, `body`, `tags`."""

    def __init__(self, sentence: Promise | str, *, field: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field


def title(text: str) -> str:
    """In one line, less what cannot be seen, such as marks that turn it around: whoever pasted
    them would not find them. Raises BadText."""
    line = " ".join(unicodedata.normalize("NFC", _NEVER.sub("", text)).split())
    line = _measured(" ".join(seen(line).split()), allowed=TITLE, field="title")
    if not any(char.isalnum() for char in line):
        raise BadText(_("A title needs a letter or a digit."), field="title")
    return line


def body(text: str) -> str:
    """Markdown of a post, with `\\n` at the ends of lines. Raises BadText."""
    return _measured(in_order(text), allowed=BODY, field="body")


def comment(text: str) -> str:
    """Markdown of a comment. Raises BadText."""
    return _measured(in_order(text), allowed=COMMENT, field="body")


def summary(text: str) -> str:
    """Why something was edited, or flagged. Raises BadText."""
    return _measured(" ".join(_NEVER.sub("", text).split()), allowed=SUMMARY, field="summary")


def visible(html: str) -> str:
    """The HTML of a body or a comment, if there is something to see. Raises BadText."""
    if "<img " not in html and not shows_something(unescape(_TAG.sub("", html))):
        raise BadText(_("Nothing of this can be seen."), field="body")
    return html


def in_order(text: str) -> str:
    """Less what cannot be stored or shown, and less what nobody sees at its ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NEVER.sub("", lines).strip("\n").rstrip()


def _measured(text: str, *, allowed: range, field: str) -> str:
    # Blanks are no content.
    length = len(_UNCOUNTED.sub("", text).strip())
    if length < allowed.start:
        raise BadText(
            ngettext_lazy(
                "This needs at least %(least)d character; it has %(length)d.",
                "This needs at least %(least)d characters; it has %(length)d.",
                "least",
            ),
            field=field,
            least=allowed.start,
            length=length,
        )
    if len(text) >= allowed.stop:
        raise BadText(
            _("This may have at most %(most)d characters; it has %(length)d."),
            field=field,
            most=allowed.stop - 1,
            length=len(text),
        )
    return text
