"""What somebody sent that could not be taken: the page that says so gives it back."""

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TEXTS: Final[dict[str, Promise]] = {
    "title": _("Title"),
    "body": _("Text"),
    "tags": _("Tags"),
    "summary": _("What you changed, and why"),
    "text": _("What you said"),
    "reason": _("Reason"),
    "display_name": pgettext_lazy("of a person", "Name"),
    "location": _("Place"),
    "website_url": _("Website"),
    "about": _("About you"),
}
"""Fields that somebody typed, by name."""

CARRIED: Final = ("draft", "based_on", "kind", "post")
"""Fields that go along unseen. No others are given back: a password may be among them."""


@dataclass(frozen=True)
class Kept:
    """A form that was sent, to be sent again or copied."""

    path: str
    token: str
    texts: list[tuple[str, Promise, str]]
    """Name, label and what was typed."""
    carried: list[tuple[str, str]]


def kept(request: HttpRequest) -> Kept | None:
    """What was sent with a request, if it was typed by somebody. Needs no database."""
    try:
        sent = request.POST
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return None
    texts = [(name, label, sent[name]) for name, label in TEXTS.items() if name in sent]
    if not any(text.strip() for _name, _label, text in texts):
        return None
    return Kept(
        path=request.path,
        token=get_token(request),
        texts=texts,
        carried=[(name, sent[name]) for name in CARRIED if name in sent],
    )
