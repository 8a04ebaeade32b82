"""What somebody chose for how pages look, in the cookies `lang` and `theme` of their browser.

So no page asks the database for it, and a cache in front of Django sees the language.
"""

from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ask.accounts.models import Preferences, Theme

THEME_COOKIE = "theme"
YEAR = 365 * 86_400


def keep(response: HttpResponse, *, name: str, value: str) -> None:
    """Let the browser keep a choice for a year."""
    samesite: Literal["Lax"] = "Lax"
    response.set_cookie(
        name, value, max_age=YEAR, samesite=samesite, secure=settings.HTTPS, httponly=True
    )


def remember(response: HttpResponse, preferences: Preferences) -> None:
    """Let this browser look as somebody chose."""
    if preferences.language:
        keep(response, name=settings.LANGUAGE_COOKIE_NAME, value=preferences.language)
    if preferences.theme != Theme.AUTO:
        keep(response, name=THEME_COOKIE, value=preferences.theme)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")


def theme_of(request: HttpRequest) -> str:
    """`light`, `dark`, or nothing: as the device prefers.

    A stranger's page is the same for all strangers, so that it can be kept.
    """
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    is_known = chosen in {Theme.LIGHT, Theme.DARK}
    return chosen if is_known and request.user.is_authenticated else ""
