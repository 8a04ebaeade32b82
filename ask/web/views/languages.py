"""The switch of language: a link, so that it needs no script, form or session."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from ask.web.chosen import keep
from ask.web.language import LANGUAGES


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """`/language/ru?next=/path`: remember the language and go back."""
    if code not in LANGUAGES:
        raise Http404
    back = request.GET.get("next", "/")
    # Only paths: no host is allowed, not even ours.
    is_path = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = HttpResponseRedirect(back if is_path else "/")
    keep(response, name=settings.LANGUAGE_COOKIE_NAME, value=code)
    return response
