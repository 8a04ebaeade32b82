"""Which language a visitor reads."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from ask.cron.words import Language

LANGUAGES = {code for code, _ in settings.LANGUAGES}


def language_of(request: HttpRequest) -> str:
    """The cookie `lang`, else `ru` if `Accept-Language` begins with it, else `en`.

    A cache in front of Django can apply the same rule without reading anything else.
    """
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in LANGUAGES:
        return chosen
    return "ru" if request.headers.get("Accept-Language", "").lower().startswith("ru") else "en"


def language_of_words() -> Language:
    """The language of the page that is being made, for what the clock says in words."""
    return "ru" if translation.get_language() == "ru" else "en"


class LanguageMiddleware:
    """Activates `language_of` the request for its duration."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        # For caches that are not ours: an address has a page per language and, for whoever is
        # logged in, one of their own. Our own cache knows the rule above and needs no `Vary`.
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response
