"""Links to the site that the content came from, turned into links to the same page here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from ask.accounts.models import User
from ask.questions.models import Post, Tag

_POST = re.compile(r"/(?:questions|q|a)/(\d{1,18})(?:/[^?#]*)?$")
_USER = re.compile(r"/users/(-?\d{1,18})(?:/[^?#]*)?$")
_TAGGED = re.compile(r"/questions/tagged/([^/?#]+)$")
_TAG = re.compile(r"/tags/([^/?#]+)(?:/info)?$")


@dataclass(frozen=True, kw_only=True)
class SourceLinks:
    """What this site has of that at `host`, as far as some bodies mention it."""

    host: str
    """Empty: the content came from nowhere."""
    post_ids: frozenset[int] = field(default_factory=frozenset)
    user_ids: frozenset[int] = field(default_factory=frozenset)
    tags: frozenset[str] = field(default_factory=frozenset)

    def path(self, url: str) -> str | None:
        """The address here of a page there; None if it is elsewhere, or not a page that is here."""
        path = _path(url, host=self.host)
        if path is None or not self._has(path):
            return None
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        return f"{path}{query}{anchor}"

    def _has(self, path: str) -> bool:
        if found := _POST.match(path):
            return int(found[1]) in self.post_ids
        if found := _USER.match(path):
            return int(found[1]) in self.user_ids
        return bool(names := _tag_names(path)) and names <= self.tags


def links_in(bodies: Iterable[str], *, host: str) -> SourceLinks:
    """Find in three queries what is here of all that these bodies link to."""
    if not host:
        return SourceLinks(host="")
    post_ids: set[int] = set()
    user_ids: set[int] = set()
    tags: set[str] = set()
    address = re.compile(rf'//{re.escape(host)}(/[^"\s<>?#]*)', re.IGNORECASE)
    for body in bodies:
        for path in address.findall(body):
            if found := _POST.match(path):
                post_ids.add(int(found[1]))
            elif found := _USER.match(path):
                user_ids.add(int(found[1]))
            else:
                tags |= _tag_names(path)
    posts = Post.objects.filter(id__in=post_ids, deleted_at=None)
    return SourceLinks(
        host=host,
        post_ids=frozenset(posts.values_list("id", flat=True)),
        user_ids=frozenset(User.objects.filter(id__in=user_ids).values_list("id", flat=True)),
        tags=frozenset(Tag.objects.filter(name__in=tags).values_list("name", flat=True)),
    )


def _path(url: str, *, host: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_there = parts.scheme in {"http", "https", ""} and parts.hostname == host.lower()
    except ValueError:
        return None
    return parts.path if is_there else None


def _tag_names(path: str) -> set[str]:
    found = _TAGGED.match(path) or _TAG.match(path)
    # The names of a page of several tags have a plus between, and c++ is written c%2b%2b.
    return {unquote(name).lower() for name in found[1].split("+") if name} if found else set()
