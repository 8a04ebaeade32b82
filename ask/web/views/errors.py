"""Pages for what is not there, and for our own mistakes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language


def too_many(request: HttpRequest) -> HttpResponse:
    """Of somebody who tries too often."""
    response = render(request, "web/429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "web/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Who asks is known, and may not."""
    return render(request, "web/403.html", status=403)


def gone(request: HttpRequest) -> HttpResponse:
    """Of what was deleted: it was here, and will not come back."""
    return render(request, "web/410.html", status=410)


def failed(request: HttpRequest) -> HttpResponse:
    """Without the database, the cache and the static files' manifest: any of them may be why."""
    context = {
        "language": get_language() or settings.LANGUAGE_CODE,
        "site_name": settings.SITE_NAME,
        "static": settings.STATIC_URL,
    }
    return HttpResponse(render_to_string("web/500.html", context), status=500)
