"""Lists of questions: home, all of them, those with tags."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ask.questions.cached import totals
from ask.questions.excerpts import excerpt
from ask.questions.following import follows_tag
from ask.questions.models import Question, QuestionQuerySet, Tag
from ask.web.addresses import tag_path, tags_at
from ask.web.members import member
from ask.web.paging import address, page_of, rows_of

HOME_LENGTH = 30
SIZES = (15, 30, 50)


@dataclass(frozen=True, slots=True)
class Tab:
    """One order of a list."""

    name: str
    label: Promise
    ordered: Callable[[QuestionQuerySet], QuestionQuerySet]


TABS = {
    tab.name: tab
    for tab in (
        Tab("newest", _("Newest"), lambda found: found.newest()),
        Tab("active", _("Active"), lambda found: found.active()),
        Tab("hot", _("Hot"), lambda found: found.best()),
        Tab("score", _("Score"), lambda found: found.highest()),
        Tab("unanswered", _("Unanswered"), lambda found: found.unanswered().highest()),
    )
}
FILTERS: dict[str, tuple[Promise, Callable[[QuestionQuerySet], QuestionQuerySet]]] = {
    "noanswers": (_("No answers"), lambda found: found.without_answers()),
    "noaccepted": (_("No accepted answer"), lambda found: found.without_accepted()),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is hot now."""
    questions = Question.objects.listed().best()[:HOME_LENGTH]
    context = {"questions": questions, "totals": totals.get(), "path": "/"}
    return render(request, "web/home.html", context)


@require_safe
def all_questions(request: HttpRequest) -> HttpResponse:
    """`/questions`, by tab, filters and words of the title."""
    return _list(request, [])


@require_safe
def tagged(request: HttpRequest, names: str) -> HttpResponse:
    """`/questions/tagged/a+b`."""
    return _list(request, tags_at(names))


def _list(request: HttpRequest, tags: list[Tag]) -> HttpResponse:
    tab = TABS.get(request.GET.get("tab", ""), TABS["newest"])
    filters = [name for name in request.GET.get("filters", "").split(",") if name in FILTERS]
    words = request.GET.get("q", "").strip()[:200]
    wanted = request.GET.get("pagesize", "")
    size = int(wanted) if wanted in {str(size) for size in SIZES} else SIZES[0]
    parameters = {
        "q": words,
        "tab": tab.name if tab.name != "newest" else None,
        "filters": ",".join(sorted(filters)),
        "pagesize": size if size != SIZES[0] else None,
    }

    found = tab.ordered(Question.objects.tagged(tags).titled_like(words))
    for name in filters:
        found = FILTERS[name][1](found)
    total = _total(tab, tags) if not filters and not words else None
    page = page_of(found, request=request, size=size, parameters=parameters, total=total)

    path = tag_path(tag.name for tag in tags) if tags else "/questions"
    context = {
        "section": "questions",
        "page": page,
        "questions": rows_of(page, Question.objects.listed()),
        "total": total,
        "tab": tab,
        "tabs": [
            (one.label, address(path, {**parameters, "tab": one.name}), one is tab)
            for one in TABS.values()
        ],
        "filters": [
            (
                label,
                address(path, {**parameters, "filters": _toggled(filters, name)}),
                name in filters,
            )
            for name, (label, _apply) in FILTERS.items()
        ],
        "sizes": [
            (one, address(path, {**parameters, "pagesize": one}), one == size) for one in SIZES
        ],
        "words": words,
        "tags": tags,
        "excerpt": _excerpt(tags),
        "path": page.url(page.number) if tags else address(path, {"page": request.GET.get("page")}),
        "is_following": request.user.is_authenticated
        and len(tags) == 1
        and follows_tag(person=member(request), tag=tags[0]),
        "feed": f"/feeds/tag/{path.rpartition('/')[2]}" if tags else "/feeds",
    }
    return render(request, "web/questions.html", context)


def _toggled(filters: list[str], name: str) -> str:
    return ",".join(sorted({*filters} ^ {name}))


def _total(tab: Tab, tags: list[Tag]) -> int | None:
    """How many there are, where somebody counted; a page does not."""
    is_unanswered = tab.name == "unanswered"
    if not tags:
        return totals.get()["unanswered" if is_unanswered else "questions"]
    return tags[0].question_count if len(tags) == 1 and not is_unanswered else None


def _excerpt(tags: list[Tag]) -> str:
    post = tags[0].excerpt_post if len(tags) == 1 else None
    return excerpt(post.body, length=600) if post else ""
