"""People: their list, and a profile with its tabs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ask.accounts.models import User
from ask.questions.cached import totals
from ask.questions.excerpts import excerpt
from ask.questions.models import Answer, Comment, Post, PostTag, PostType, Question
from ask.ratings.cached import Rankings, board_key, rankings
from ask.ratings.models import Badge, BadgeClass, Board, Period, ReputationDay, Standing
from ask.ratings.standings import starts_at
from ask.stackexchange.cached import original_author_url, source_site
from ask.web.bars import picture
from ask.web.paging import address, page_of, rows_of

SIZE = 36
POSTS = 30
TOP = 5
TAGS = 60
EVENTS = 30
DAYS = 30
CHARTED = 90
"""Days in the picture of what somebody gained."""

TABS: dict[str, tuple[Promise, Board | None]] = {
    "reputation": (_("Reputation"), Board.REPUTATION),
    "new": (_("New users"), None),
    "voters": (_("Voters"), Board.VOTERS),
    "editors": (_("Editors"), Board.EDITORS),
}

PERIODS: dict[str, tuple[Promise, Period]] = {
    "week": (pgettext_lazy("period", "Week"), Period.WEEK),
    "month": (pgettext_lazy("period", "Month"), Period.MONTH),
    "quarter": (pgettext_lazy("period", "Quarter"), Period.QUARTER),
    "year": (pgettext_lazy("period", "Year"), Period.YEAR),
    "all": (pgettext_lazy("period", "All"), Period.ALL),
}

SHOWN = (
    "display_name",
    "is_moderator",
    "location",
    "reputation",
    "created_at",
    "gold_count",
    "silver_count",
    "bronze_count",
)


@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """`/users?tab=reputation|new|voters|editors&filter=week|month|…|all&search=part of a name`."""
    tab = request.GET.get("tab", "").lower()
    tab = tab if tab in TABS else "reputation"
    chosen = request.GET.get("filter", "").lower()
    wanted = request.GET.get("search", "")
    if chosen not in PERIODS:
        # Until there were periods, this was the name of what `search` is now.
        wanted, chosen = wanted or request.GET.get("filter", ""), "all"
    if tab == "voters":
        chosen = "all"
    wanted = wanted.strip()[:100]
    parameters = {"tab": tab, "filter": chosen if chosen != "all" else None, "search": wanted}
    board, period = TABS[tab][1], PERIODS[chosen][1]
    known = rankings.get()
    ends_at = datetime.fromisoformat(known["ends_at"]) if known["ends_at"] else timezone.now()
    since = None if period == Period.ALL else starts_at(period, ends_at=ends_at)
    found, key, total = _ranked(board, period, since=since, ends_at=ends_at, known=known)
    if wanted:
        found, total = found.named_like(wanted), None
    page = page_of(found, request=request, size=SIZE, parameters=parameters, total=total, key=key)
    people = rows_of(page, User.objects.listed().only(*SHOWN))
    points: dict[int, int] = {}
    if key != "pk":
        points = dict(found.filter(user__in=page.ids).values_list("user_id", "points"))
    context = {
        "section": "users",
        "page": page,
        "people": [(user, points.get(user.pk)) for user in people],
        "total": total,
        "tabs": [
            (label, address("/users", {**parameters, "tab": one}), one == tab)
            for one, (label, _board) in TABS.items()
        ],
        "periods": [
            (label, address("/users", {**parameters, "filter": one}), one == chosen)
            for one, (label, _period) in PERIODS.items()
        ],
        "tab": tab,
        "period": chosen,
        "since": since,
        "ends_at": ends_at,
        "wanted": wanted,
        "path": "/users",
    }
    return render(request, "web/users.html", context)


def _ranked(
    board: Board | None,
    period: Period,
    *,
    since: datetime | None,
    ends_at: datetime,
    known: Rankings,
) -> tuple[Any, str, int | None]:
    """Who stands on a board, in order; the column of their ids; and how many they are."""
    if board is None and since:
        found = User.objects.newest().joined_within(since, ends_at)
        return found, "pk", known["new"].get(period.name)
    if board is None or (board == Board.REPUTATION and period == Period.ALL):
        found = User.objects.best() if board else User.objects.newest()
        return found, "pk", totals.get()["users"]
    total = known["ranked"].get(board_key(board, period), 0)
    return Standing.objects.best(board=board, period=period), "user_id", total


@require_safe
def user(request: HttpRequest, id: int, slug: str = "") -> HttpResponse:
    """`/users/ID/name?tab=…`; without the right name, a redirect."""
    found = User.objects.filter(id=id).first()
    if found is None:
        raise Http404
    path = found.get_absolute_url()
    if slug != path.rpartition("/")[2]:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
    tab = request.GET.get("tab", "")
    tab = tab if tab in PROFILE_TABS else "profile"
    context = {
        "section": "users",
        "person": found,
        "is_suspended": found.is_suspended(timezone.now()),
        "tab": tab,
        "tabs": [
            (label, address(path, {"tab": name if name != "profile" else None}), name == tab)
            for name, (label, _shown) in PROFILE_TABS.items()
        ],
        "is_web_address": (found.website_url or "").startswith(("http://", "https://")),
        "original": not found.deleted_at
        and original_author_url(found.id, source=source_site.get()),
        "path": path,
        **PROFILE_TABS[tab][1](request, found),
    }
    return render(request, "web/user.html", context)


def _profile(request: HttpRequest, user: User) -> dict[str, object]:
    return {
        "description": excerpt(user.about or "", length=200),
        "best_questions": Question.objects.filter(owner=user).listed().highest()[:TOP],
        "best_answers": Answer.objects.filter(owner=user)
        .with_titles()
        .order_by("-score", "-id")[:TOP],
    }


def _questions(request: HttpRequest, user: User) -> dict[str, object]:
    found = Question.objects.filter(owner=user).highest()
    page = page_of(found, request=request, size=POSTS, parameters={"tab": "questions"})
    return {"page": page, "questions": rows_of(page, Question.objects.listed())}


def _answers(request: HttpRequest, user: User) -> dict[str, object]:
    found = Answer.objects.filter(owner=user).order_by("-score", "-id")
    page = page_of(found, request=request, size=POSTS, parameters={"tab": "answers"})
    return {"page": page, "answers": rows_of(page, Answer.objects.with_titles())}


def _tags(request: HttpRequest, user: User) -> dict[str, object]:
    asked = Question.objects.filter(owner=user).values("id")
    answered = Answer.objects.filter(owner=user).values("parent_id")
    counts: dict[str, list[int]] = {}
    for place, posts in enumerate((asked, answered)):
        found = (
            PostTag.objects.filter(post_id__in=posts)
            .values_list("tag__name")
            .annotate(count=Count("post_id"))
            .order_by("-count", "tag__name")[:TAGS]
        )
        for name, count in found:
            counts.setdefault(name, [0, 0])[place] = count
    best = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
    return {"tag_counts": [(name, asked, answered) for name, (asked, answered) in best[:TAGS]]}


def _badges(request: HttpRequest, user: User) -> dict[str, object]:
    found = (
        Badge.objects.filter(user=user)
        .values("name", "badge_class")
        .annotate(count=Count("id"), last_at=Max("awarded_at"))
        .order_by("badge_class", "-last_at")
    )
    return {"badges": [{**badge, "metal": METALS.get(badge["badge_class"], "")} for badge in found]}


METALS: dict[int, str] = {
    BadgeClass.GOLD: "gold",
    BadgeClass.SILVER: "silver",
    BadgeClass.BRONZE: "bronze",
}


def _reputation(request: HttpRequest, user: User) -> dict[str, object]:
    found = ReputationDay.objects.of(user)
    page = page_of(found, request=request, size=DAYS, parameters={"tab": "reputation"})
    today = timezone.now().date()
    latest = found.filter(gained_on__gt=today - timedelta(days=CHARTED))
    return {
        "page": page,
        "days": rows_of(page, ReputationDay.objects.all()),
        "picture": picture(
            {day.gained_on: day.points for day in latest}, today=today, count=CHARTED
        ),
        "charted": CHARTED,
    }


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did."""

    at: datetime
    what: Promise
    text: str
    url: str = ""


def _activity(request: HttpRequest, user: User) -> dict[str, object]:
    posts = Post.objects.filter(owner=user, deleted_at=None).with_titles().order_by("-id")[:EVENTS]
    comments = Comment.objects.filter(user=user, post__deleted_at=None).with_titles()
    badges = Badge.objects.filter(user=user).order_by("-id")[:EVENTS]
    events = [
        *(
            Event(post.created_at, DONE[post.post_type], post.heading, post.get_absolute_url())
            for post in posts
            if post.post_type in DONE
        ),
        *(
            Event(
                comment.created_at,
                _("commented"),
                excerpt(comment.html, length=120),
                f"{comment.post.get_absolute_url()}#comment-{comment.id}",
            )
            for comment in comments.order_by("-id")[:EVENTS]
        ),
        *(Event(badge.awarded_at, _("got the badge"), badge.name) for badge in badges),
    ]
    return {"events": sorted(events, key=lambda event: event.at, reverse=True)[:EVENTS]}


DONE: dict[int, Promise] = {
    PostType.QUESTION: pgettext_lazy("activity", "asked"),
    PostType.ANSWER: _("answered"),
}


PROFILE_TABS: dict[str, tuple[Promise, Callable[[HttpRequest, User], dict[str, object]]]] = {
    "profile": (_("Profile"), _profile),
    "questions": (_("Questions"), _questions),
    "answers": (_("Answers"), _answers),
    "tags": (_("Tags"), _tags),
    "badges": (_("Badges"), _badges),
    "reputation": (_("Reputation"), _reputation),
    "activity": (_("Activity"), _activity),
}
