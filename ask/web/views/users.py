"""People: their list, and a profile with its tabs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ask.accounts.models import User
from ask.questions.cached import totals
from ask.questions.models import Answer, Comment, Post, PostTag, PostType, Question
from ask.ratings.models import Badge, BadgeClass
from ask.stackexchange.cached import original_author_url, source_site
from ask.web.excerpts import excerpt
from ask.web.paging import address, page_of, rows_of

SIZE = 36
POSTS = 30
TOP = 5
TAGS = 60
EVENTS = 30

TABS = {
    "reputation": (_("Reputation"), User.objects.best),
    "new": (_("New users"), User.objects.newest),
}


@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """`/users?tab=reputation|new&filter=part of a name`."""
    name = request.GET.get("tab", "")
    name = name if name in TABS else "reputation"
    wanted = request.GET.get("filter", "").strip()[:100]
    parameters = {"filter": wanted, "tab": name if name != "reputation" else None}
    found = TABS[name][1]()
    if wanted:
        found = found.named_like(wanted)
    total = None if wanted else totals.get()["users"]
    page = page_of(found, request=request, size=SIZE, parameters=parameters, total=total)
    context = {
        "section": "users",
        "page": page,
        "people": rows_of(page, User.objects.only(*SHOWN)),
        "total": total,
        "tabs": [
            (label, address("/users", {**parameters, "tab": one}), one == name)
            for one, (label, _ordered) in TABS.items()
        ],
        "tab": name,
        "wanted": wanted,
        "path": "/users",
    }
    return render(request, "web/users.html", context)


SHOWN = (
    "display_name",
    "location",
    "reputation",
    "created_at",
    "gold_count",
    "silver_count",
    "bronze_count",
)


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
        "tab": tab,
        "tabs": [
            (label, address(path, {"tab": name if name != "profile" else None}), name == tab)
            for name, (label, _shown) in PROFILE_TABS.items()
        ],
        "is_web_address": (found.website_url or "").startswith(("http://", "https://")),
        "original": original_author_url(found.id, source=source_site.get()),
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


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did."""

    at: datetime
    what: Promise
    text: str
    url: str = ""


def _activity(request: HttpRequest, user: User) -> dict[str, object]:
    posts = Post.objects.filter(owner=user, deleted_at=None).with_titles().order_by("-id")[:EVENTS]
    comments = Comment.objects.filter(user=user).with_titles().order_by("-id")[:EVENTS]
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
            for comment in comments
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
    "activity": (_("Activity"), _activity),
}
