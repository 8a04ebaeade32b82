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


def site_name() -> str:
    """`SITE_NAME` if it was chosen, else the source's name."""
    source = source_site.get()
    return source["name"] if source and settings.SITE_NAME == "Ask" else settings.SITE_NAME


def original_url(post_id: int) -> str | None:
    """Where an imported post stands at its source; None for what was written here."""
    source = source_site.get()
    if not source or not source["url"] or post_id >= LOCAL_IDS:
        return None
    return f"{source['url']}/questions/{post_id}"
