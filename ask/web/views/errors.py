"""Pages for what is not there, and for our own mistakes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ask.web.kept import kept
from ask.web.live import is_htmx
from ask.web.refusals import SHOWN, beside_button


def too_many(request: HttpRequest) -> HttpResponse:
    """Of somebody who tries too often."""
    response = render(request, "web/429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def not_a_text(request: HttpRequest) -> HttpResponse:
    """Of an address or a form with a character in it that no text has."""
    return render(request, "web/400.html", {"kept": kept(request)}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "web/404.html", {"kept": kept(request)}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Who asks is known, and may not."""
    return render(request, "web/403.html", {"kept": kept(request)}, status=403)


def gone(request: HttpRequest) -> HttpResponse:
    """Of what was deleted: it was here, and will not come back."""
    if is_htmx(request):
        context = {"text": _("This was deleted."), "is_refusal": True}
        return beside_button(render(request, "web/said.html", context, status=SHOWN))
    return render(request, "web/410.html", {"kept": kept(request)}, status=410)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Of a form whose token does not fit: it waited too long, or somebody logged in meanwhile.

    What was written can be sent again, unless another site sent it.
    """
    context: dict[str, object] = {
        "text": _("This form was too old: try again."),
        "is_refusal": True,
    }
    if request.headers.get("Origin", _own(request)) == _own(request):
        get_token(request)
        context["kept"] = kept(request)
    if is_htmx(request):
        return beside_button(render(request, "web/said.html", context, status=SHOWN))
    return render(request, "web/refused.html", context, status=403)


def _own(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def failed(request: HttpRequest) -> HttpResponse:
    """Without the database, the cache and the static files' manifest: any of them may be why."""
    context = {
        "language": get_language() or settings.LANGUAGE_CODE,
        "site_name": settings.SITE_NAME,
        "static": settings.STATIC_URL,
        "kept": kept(request),
    }
    return HttpResponse(render_to_string("web/500.html", context), status=500)
