"""Tags: their list, and what each is about."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ask.core.content import LOCAL_IDS
from ask.questions.cached import totals
from ask.questions.excerpts import excerpt
from ask.questions.following import follows_tag
from ask.questions.licences import licence
from ask.questions.models import Question, Tag
from ask.ratings.models import TopAnswerer
from ask.stackexchange.cached import source_site
from ask.web.addresses import tag_info_path
from ask.web.members import member
from ask.web.paging import address, page_of, rows_of

SIZE = 36
QUESTIONS = 10

TABS = {
    "popular": (_("Popular"), ("-question_count", "name")),
    "name": (_("Name"), ("name",)),
    "new": (_("New"), ("-id",)),
}


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """`/tags?tab=popular|name|new&filter=part`."""
    name = request.GET.get("tab", "")
    name = name if name in TABS else "popular"
    wanted = request.GET.get("filter", "").strip()[:100]
    parameters = {"filter": wanted, "tab": name if name != "popular" else None}
    found = Tag.objects.order_by(*TABS[name][1])
    if wanted:
        found = found.named_like(wanted)
    total = None if wanted else totals.get()["tags"]
    page = page_of(found, request=request, size=SIZE, parameters=parameters, total=total)
    context = {
        "section": "tags",
        "page": page,
        "tags": [
            (tag, excerpt(tag.excerpt_post.body, length=140) if tag.excerpt_post else "")
            for tag in rows_of(page, Tag.objects.select_related("excerpt_post"))
        ],
        "tabs": [
            (label, address("/tags", {**parameters, "tab": one}), one == name)
            for one, (label, _order) in TABS.items()
        ],
        "tab": name,
        "wanted": wanted,
        "path": "/tags",
    }
    return render(request, "web/tags.html", context)


@require_safe
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """`/tags/TAG/info`: the excerpt, the wiki, the best answerers and the best questions."""
    named = Tag.objects.filter(name__in={name, name.lower()})
    # A dump's names may have capitals, and then there may be two.
    known = {tag.name: tag for tag in named.select_related("excerpt_post", "wiki_post")}
    found = known.get(name) or known.get(name.lower())
    if found is None:
        raise Http404
    best = list(Question.objects.tagged([found]).highest().values_list("pk", flat=True)[:QUESTIONS])
    questions = {
        question.pk: question for question in Question.objects.listed().filter(pk__in=best)
    }
    source = source_site.get()
    context = {
        "section": "tags",
        "tag": found,
        "excerpt": found.excerpt_post,
        "wiki": found.wiki_post,
        "licences": {
            licence(post.content_license, created_at=post.created_at)
            for post in (found.excerpt_post, found.wiki_post)
            if post
        },
        "original": f"{source['url']}/tags/{quote(found.name, safe='')}/info"
        if source and source["url"] and found.id < LOCAL_IDS
        else None,
        "answerers": TopAnswerer.objects.under(found),
        "questions": [questions[id] for id in best],
        "path": tag_info_path(found.name),
        "is_following": request.user.is_authenticated
        and follows_tag(person=member(request), tag=found),
    }
    return render(request, "web/tag.html", context)
