"""Pages for whoever is logged in: everybody else is asked to, and finds again what they wrote."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.web.kept import kept
from ask.web.live import is_htmx
from ask.web.paging import address
from ask.web.refusals import SHOWN, beside_button, refused

View = Callable[..., HttpResponseBase]


def member_page(view: View) -> View:
    """A view for members. Strangers are led to the login and back to where they were.

    What the house refuses is said on a page, or to htmx beside the button.
    """
    return member_form()(view)


def member_form(*fields: str) -> Callable[[View], View]:
    """The same for a form that shows these fields of its query: text outlives a lost session."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request, fields)
            try:
                response = view(request, **named)
            except Refusal as refusal:
                response = refused(request, refusal, back=_page_before(request))
                if is_htmx(request) and request.method == "POST":
                    beside_button(response)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return checked

    return decorate


def moderator_page(view: View) -> View:
    """A view for who keeps order; other members get a 403."""

    @wraps(view)
    def checked(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if not member(request).keeps_order:
            raise PermissionDenied
        return view(request, **named)

    return member_page(checked)


def member_part(view: View) -> View:
    """A view for what a page asks for by itself while somebody types: see `member_page`.

    Nobody is led away from what they type. What is wrong is said where the answer would stand.
    """
    checked = member_page(view)

    @wraps(view)
    def stays(request: HttpRequest, **named: Any) -> HttpResponseBase:
        response = checked(request, **named)
        if "HX-Redirect" in response.headers:
            return HttpResponse(status=204)
        del response.headers["HX-Retarget"], response.headers["HX-Reswap"]
        return response

    return stays


def member(request: HttpRequest) -> User:
    """Who asks, within a `member_page`."""
    return cast(User, request.user)


def login_address(there: str) -> str:
    """Where a stranger logs in, to go on `there`."""
    return f"{settings.LOGIN_URL}?next={quote(there)}"


def _to_login(request: HttpRequest, fields: tuple[str, ...]) -> HttpResponseBase:
    if not fields and (written := kept(request)):
        # No link can carry a long text through the login: it waits in the form.
        context = {"kept": written, "login": login_address(_page_before(request))}
        if is_htmx(request):
            line = render(request, "web/logged_out_line.html", context, status=SHOWN)
            return beside_button(line)
        return render(request, "web/logged_out.html", context, status=403)
    answer = redirect_to_login(_after_login(request, fields))
    return HttpResponseClientRedirect(answer.url) if is_htmx(request) else answer


def _after_login(request: HttpRequest, fields: tuple[str, ...]) -> str:
    if request.method in ("GET", "HEAD"):
        if not is_htmx(request):
            return request.get_full_path()
    elif fields:
        return address(request.path, {name: request.POST.get(name) for name in fields})
    # What is sent or shown in part cannot be had by a link: the page around it can.
    return _page_before(request)


def _page_before(request: HttpRequest) -> str:
    before = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}):
        return "/"
    return urlsplit(before)._replace(scheme="", netloc="").geturl() or "/"
