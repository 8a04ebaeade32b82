"""What a page answers when the house does something, and when it refuses to."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django_htmx.http import HttpResponseClientRedirect

from ask.core.refusal import Refusal
from ask.questions.limits import TooOften
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from ask.questions.threads import Conflict
from ask.web.kept import kept
from ask.web.live import is_htmx

STATUSES: Final[dict[type[Refusal], int]] = {
    NotAllowed: 403,
    Conflict: 409,
    BadText: 422,
    TooOften: 429,
}

SHOWN: Final = 422


def status_of(refusal: Refusal | None, *, request: HttpRequest) -> int:
    """The status of an answer that says why something was not done; 200 where nothing was refused.

    To htmx it is always the one that it shows: see `web/writing/scripts.html`.
    """
    if refusal is None:
        return 200
    if is_htmx(request):
        return SHOWN
    return next((code for kind, code in STATUSES.items() if isinstance(refusal, kind)), 409)


def refused(request: HttpRequest, refusal: Refusal, *, back: str) -> HttpResponse:
    """Say why: to htmx in a line for where the button says, else on a page that leads `back`."""
    template = "web/said.html" if is_htmx(request) else "web/refused.html"
    context = {"text": str(refusal), "is_refusal": True, "back": back, "kept": kept(request)}
    return render(request, template, context, status=status_of(refusal, request=request))


def beside_button(response: HttpResponse) -> HttpResponse:
    """Let htmx show a refusal within the form that was sent, and leave the form as it is."""
    response.headers["HX-Retarget"] = "find .refusal"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def went(request: HttpRequest, there: str) -> HttpResponse:
    """Go to the page that shows what was done, where it is seen without words."""
    return HttpResponseClientRedirect(there) if is_htmx(request) else redirect(there)


def done(request: HttpRequest, text: Promise | str, *, then: str) -> HttpResponse:
    """Go to the page that shows what was done, and say it there."""
    messages.success(request, str(text))
    return HttpResponseClientRedirect(then) if is_htmx(request) else redirect(then)
