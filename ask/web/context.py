"""What every page knows."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from ask.stackexchange.cached import site_name, source_site
from ask.web.chosen import theme_of
from ask.web.language import language_of


def site(request: HttpRequest) -> dict[str, object]:
    source = source_site.get()
    language = language_of(request)
    return {
        "site_name": site_name(source),
        "site_url": settings.SITE_URL,
        "source": source,
        "language": language,
        # Only pages of accounts have names, and from those nobody wants to come back to them.
        "back": ""
        if request.resolver_match and request.resolver_match.url_name
        else request.get_full_path(),
        "theme": theme_of(request),
        "suspended_until": _suspended_until(request),
        "other_languages": [one for one in settings.LANGUAGES if one[0] != language],
    }


def _suspended_until(request: HttpRequest) -> datetime | None:
    """Of whoever asks, if they may not write."""
    ends_at: datetime | None = getattr(request.user, "suspended_until", None)
    return ends_at if ends_at and ends_at > timezone.now() else None
