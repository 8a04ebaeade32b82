"""Pages that keep themselves up to date: a part of them asks for itself again and again."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from ask.web.paging import address

BUSY, QUIET = 1, 5
"""Seconds between two questions, while something goes on and otherwise."""


def live(
    request: HttpRequest,
    *,
    page: str,
    part: str,
    context: dict[str, Any],
    is_busy: bool,
    status: int = 200,
) -> HttpResponse:
    """The page, or to htmx only its part; nothing (204) where that has not changed.

    `page` and `part` are templates; the page puts `live` where the part stands. What has not
    changed is not replaced, so that a selection and the focus stay.
    """
    token = get_token(request)
    html = render_to_string(part, {**context, "csrf_token": token}, request)
    # The token is written otherwise each time.
    digest = hashlib.sha256(html.replace(token, "").encode()).hexdigest()[:16]
    if is_htmx(request) and request.GET.get("seen") == digest:
        return HttpResponse(status=204)
    query = {name: value for name, value in request.GET.items() if name != "seen"}
    around = {
        "html": html,
        "url": address(request.path, {**query, "seen": digest}),
        "seconds": BUSY if is_busy else QUIET,
    }
    whole = render_to_string("web/jobs/live.html", around)
    if is_htmx(request):
        return HttpResponse(whole, status=status)
    return render(request, page, {**context, "live": whole}, status=status)


def is_htmx(request: HttpRequest) -> bool:
    """Whether the page's script asks, and not the visitor."""
    return bool(getattr(request, "htmx", False))
