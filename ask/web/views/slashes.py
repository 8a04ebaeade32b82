"""Addresses with a final slash, which these pages do not have."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils.http import escape_leading_slashes
from django.views.decorators.http import require_safe


@require_safe
def without_slash(request: HttpRequest, path: str) -> HttpResponse:
    """Redirects to the same address without it, if something stands there."""
    target = f"/{path.rstrip('/')}"
    try:
        resolve(target)
    except Resolver404:
        raise Http404 from None
    query = request.META.get("QUERY_STRING", "")
    target = escape_leading_slashes(target)
    return HttpResponsePermanentRedirect(f"{target}?{query}" if query else target)
