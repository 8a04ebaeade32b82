"""Whose content this is, for every page's footer and every post's attribution."""

from typing import TypedDict

from django.conf import settings

from ask.caching.cached_value import CachedValue
from ask.core.content import LOCAL_IDS
from ask.stackexchange.models import Source


class SourceSite(TypedDict):
    name: str
    url: str


def _source_site() -> SourceSite | None:
    source = Source.objects.order_by("-id").first()
    return SourceSite(name=source.name, url=source.url) if source else None


source_site = CachedValue("source_site", _source_site)


def site_name(source: SourceSite | None) -> str:
    """`SITE_NAME` if it was chosen, else the source's name."""
    return source["name"] if source and settings.SITE_NAME == "Ask" else settings.SITE_NAME


def original_url(post_id: int, *, source: SourceSite | None) -> str | None:
    """Where an imported post stands at its source; None for what was written here."""
    return _at(source, "questions", post_id)


def original_author_url(user_id: int, *, source: SourceSite | None) -> str | None:
    """Where an imported person stands at the source; None for who signed up here."""
    return _at(source, "users", user_id)


def _at(source: SourceSite | None, folder: str, id: int) -> str | None:
    if source is None or not source["url"] or id >= LOCAL_IDS:
        return None
    return f"{source['url']}/{folder}/{id}"
