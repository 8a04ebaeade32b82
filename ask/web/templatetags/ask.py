"""How pages write moments, numbers, people and tags.

These are functions and not templates because a page calls them hundreds of times.
"""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils.dates import MONTHS_3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from ask.accounts.models import User
from ask.questions.models import Draft, Post
from ask.web.addresses import (
    question_following_path,
    tag_following_path,
    tag_info_path,
    tag_path,
)
from ask.web.members import login_address
from ask.web.writing import form_path

register = template.Library()

HUES = 12
PATTERNS = 4


@lru_cache
def _months(language: str | None) -> list[str]:
    names = [str(MONTHS_3[month]) for month in range(1, 13)]
    return [name.title() for name in names] if language == "en" else names


@register.filter
def when(moment: datetime | None) -> str:
    """A moment of UTC, which a script makes relative: `<time …>1 May 2024, 12:00</time>`.

    Shown in UTC, as everywhere, or in the zone that a page activates.
    """
    if moment is None:
        return ""
    here = localtime(moment)
    text = f"{day(here)}, {here:%H:%M}"
    return mark_safe(f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">{text}</time>')


@register.filter
def day(moment: date) -> str:
    """A day of UTC, which stays as it is: `1 May 2024`."""
    month = _months(get_language())[moment.month - 1]
    return f"{moment.day} {month} {moment.year}"


@register.filter
def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@register.filter
def number(count: int | None) -> str:
    """`12,345`, or `12 345` in Russian, with a real minus."""
    text = f"{count or 0:,}".replace("-", "\u2212")
    return text if get_language() == "en" else text.replace(",", "\u00a0")


@register.filter
def signed(points: int) -> str:
    """`+10`, `−2`, `0`."""
    return f"+{number(points)}" if points > 0 else number(points)


@register.filter
def answers(count: int | None) -> str:
    return ngettext("answer", "answers", count or 0)


@register.filter
def questions(count: int) -> str:
    return ngettext("question", "questions", count)


@register.filter
def votes(score: int) -> str:
    return ngettext("vote", "votes", abs(score))


@register.filter
def views(count: int | None) -> str:
    return ngettext("view", "views", count or 0)


@register.filter
def edits(count: int) -> str:
    return ngettext("edit", "edits", count)


@register.filter
def awards(count: int) -> str:
    return ngettext("award", "awards", count)


@lru_cache(10_000)
def _tag_links(names: str) -> SafeString:
    links = "".join(
        f'<li><a class="tag" href="{escape(tag_path([name]))}" rel="tag">{escape(name)}</a></li>'
        for name in names.split()
    )
    return mark_safe(f'<ul class="tags">{links}</ul>' if links else "")


@register.filter
def tag_links(names: str | None) -> SafeString:
    """A question's tags, as `Post.tags` holds them."""
    return _tag_links(names or "")


@register.filter
def tag_url(name: str) -> str:
    return tag_path([name])


@register.filter
def tag_info_url(name: str) -> str:
    return tag_info_path(name)


@register.filter
def tag_following_url(name: str) -> str:
    return tag_following_path(name)


@register.filter
def question_following_url(id: int) -> str:
    return question_following_path(id)


@register.filter
def login_url(there: str) -> str:
    """Where a stranger logs in to do something, and comes back."""
    return login_address(there)


@register.filter
def score_for_strangers(post: Post) -> SafeString:
    """A post's score between the arrows, which lead to the login."""
    login = escape(login_address(post.get_absolute_url()))
    up, down = (
        f'<a class="arrow" href="{login}" rel="nofollow" aria-label="{label}">{sign}</a>'
        for label, sign in ((gettext("Vote up"), "▲"), (gettext("Vote down"), "▼"))
    )
    score = f"<b>{number(post.score)}</b><span>{votes(post.score)}</span>"
    return mark_safe(f'<div class="vote">{up}{score}{down}</div>')


@register.filter
def form_url(draft: Draft) -> str:
    """Where somebody goes on with a draft."""
    return f"{form_path(draft.kind, draft.post_id)}?draft={draft.token}"


@register.filter
def avatar(name: str | None, id: int | None = None) -> SafeString:
    """A letter on a shape and colour of the person's own: no file, no request."""
    letter = next((char for char in name or "" if char.isalnum()), "?").upper()
    look = f"hue{id % HUES} shape{id // HUES % PATTERNS}" if id is not None else "nobody"
    return mark_safe(f'<span class="avatar {look}" aria-hidden="true">{escape(letter)}</span>')


@register.filter
def person(user: User | None, name: str | None = None) -> SafeString:
    """A link to somebody's profile; for whoever is gone, the name that was left."""
    if user is None:
        return mark_safe(f'<span class="gone">{escape(name or gettext("somebody"))}</span>')
    url, shown = escape(user.get_absolute_url()), escape(user.display_name)
    return mark_safe(f'<a href="{url}">{shown}</a>{diamond(user)}')


@register.filter
def diamond(user: User) -> str:
    """The mark of a moderator, which nobody may have in their name."""
    return _diamond(get_language()) if user.is_moderator else ""


@lru_cache
def _diamond(language: str | None) -> SafeString:
    text = escape(gettext("moderator"))
    return mark_safe(
        f' <span title="{text}"><span aria-hidden="true">♦</span>'
        f'<span class="aside">{text}</span></span>'
    )


@register.filter
def card(user: User | None, name: str | None = None) -> SafeString:
    """Picture, name, reputation and medals; of whoever is gone, picture and name."""
    if user is None:
        return mark_safe(f"{avatar(name)}<div>{person(None, name)}</div>")
    return mark_safe(
        f"{avatar(user.display_name, user.id)}<div><b>{person(user)}</b><br>"
        f"{number(user.reputation)}{medals(user)}</div>"
    )


@register.filter
def medals(user: User) -> SafeString:
    """How many badges of gold, silver and bronze."""
    return _medals(get_language(), user.gold_count, user.silver_count, user.bronze_count)


@lru_cache(10_000)
def _medals(language: str | None, gold: int, silver: int, bronze: int) -> SafeString:
    kinds = (
        ("gold", gold, gettext("gold badges")),
        ("silver", silver, gettext("silver badges")),
        ("bronze", bronze, gettext("bronze badges")),
    )
    return mark_safe(
        "".join(
            f'<span class="medal {kind}" title="{escape(label)}">'
            f'<span class="aside">{escape(label)}: </span>{number(count)}</span>'
            for kind, count, label in kinds
            if count
        )
    )
