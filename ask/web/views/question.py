"""A question with its answers, and the short addresses that lead to it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ask.questions.closing import REASONS
from ask.questions.excerpts import excerpt
from ask.questions.licences import Licence, licence
from ask.questions.models import (
    Answer,
    AnswerQuerySet,
    Comment,
    LinkType,
    Post,
    PostType,
    Question,
    Vote,
)
from ask.stackexchange.cached import (
    SourceSite,
    original_author_url,
    original_url,
    source_site,
)
from ask.web import structured
from ask.web.paging import Page, address, page_number
from ask.web.views.errors import gone

ANSWERS = 30
"""How many stand on a page."""

COMMENTS = 5
"""How many are shown at once."""

LINKS = 10

# Put together once: each step of building a query takes longer than SQLite takes to answer it.
SHOWN = Question.objects.shown().with_closure()

ORDERS: dict[str, tuple[Promise, Callable[[AnswerQuerySet], AnswerQuerySet]]] = {
    "scoredesc": (_("Score"), lambda found: found.highest()),
    "modifieddesc": (_("Date modified"), lambda found: found.active()),
    "createdasc": (_("Date created"), lambda found: found.oldest()),
}


@dataclass(slots=True)
class ShownPost:
    """A question or an answer as its page shows it."""

    post: Post
    licence: Licence
    original: str | None
    author: str | None
    """Where the author stands at the source."""
    is_accepted: bool = False
    has_other_editor: bool = False
    """Whether somebody else than the author edited it last."""
    bounty: int = 0
    """Offered for an answer, or won by this one."""
    comments: list[Comment] = field(default_factory=list)
    more_comments: list[Comment] = field(default_factory=list)


@dataclass(slots=True)
class Links:
    """What is linked with a question, both ways."""

    originals: list[Post] = field(default_factory=list)
    """What it is a duplicate of."""
    duplicates: list[Post] = field(default_factory=list)
    linked: list[Post] = field(default_factory=list)


@require_safe
def question(request: HttpRequest, id: int, slug: str = "") -> HttpResponse:
    """`/questions/ID/slug`; without the right slug, a redirect."""
    now = timezone.now()
    found = SHOWN.filter(id=id).first()
    if found is None:
        return _elsewhere(request, id)
    if slug != found.slug:
        query = request.META.get("QUERY_STRING", "")
        path = found.get_absolute_url()
        return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)

    answers, page, order = _answers(request, found)
    posts: list[Post] = [found, *answers]
    source = source_site.get()
    shown = [_shown(post, question=found, source=source) for post in posts]
    ids = [post.id for post in posts]
    bounties = Vote.objects.bounties(ids, now=now)
    for one in shown:
        one.bounty = bounties.get(one.post.id, 0)
    _hand_out(Comment.objects.below(ids), shown)
    links = _links(found)
    summary = excerpt(found.html, length=200)
    context = {
        "section": "questions",
        "question": found,
        "asked": shown[0],
        "answers": shown[1:],
        "page": page,
        "orders": [
            (label, address(request.path, {"answertab": name}) + "#answers", name == order)
            for name, (label, _ordered) in ORDERS.items()
        ],
        "links": links,
        "reason": REASONS.get(found.closure or "") if found.closed_at else None,
        "summary": summary,
        "path": page.url(page.number) if page.number > 1 else request.path,
        "structured": structured.question_page(found, answers),
    }
    return render(request, "web/question.html", context)


def _elsewhere(request: HttpRequest, id: int) -> HttpResponse:
    """No question has this id: it may be an answer's, or a deleted post's."""
    post = Post.objects.filter(id=id).only("post_type", "deleted_at", "parent_id").first()
    if post is None:
        raise Http404
    if post.deleted_at:
        return gone(request)
    if post.post_type != PostType.ANSWER:
        raise Http404
    return _to_answer(request, id)


def _answers(request: HttpRequest, question: Question) -> tuple[list[Post], Page, str]:
    """One page of a question's answers, the accepted one first; the page; the order's name."""
    order = request.GET.get("answertab", "")
    order = order if order in ORDERS else "scoredesc"
    number = page_number(request)
    start = (number - 1) * ANSWERS
    found = ORDERS[order][1](Answer.objects.to(question).shown())
    answers = list(found.accepted_first(question)[start : start + ANSWERS + 1])
    if not answers and number > 1:
        raise Http404
    page = Page(
        number=number,
        size=ANSWERS,
        ids=[answer.id for answer in answers[:ANSWERS]],
        has_next=len(answers) > ANSWERS,
        path=request.path,
        parameters={"answertab": order if order != "scoredesc" else None},
        total=question.answer_count,
    )
    return answers[:ANSWERS], page, order


def _shown(post: Post, *, question: Question, source: SourceSite | None) -> ShownPost:
    return ShownPost(
        post=post,
        licence=licence(post.content_license, created_at=post.created_at),
        original=original_url(post.id, source=source),
        author=original_author_url(post.owner_id, source=source) if post.owner_id else None,
        is_accepted=post is not question and post.id == question.accepted_answer_id,
        has_other_editor=bool(post.last_editor or post.last_editor_display_name)
        and post.last_editor_id != post.owner_id,
    )


def _hand_out(comments: Iterable[Comment], posts: list[ShownPost]) -> None:
    below: dict[int, list[Comment]] = defaultdict(list)
    for comment in comments:
        below[comment.post_id].append(comment)
    for shown in posts:
        own = below[shown.post.id]
        # To hide a single one would take the room that it needs.
        end = len(own) if len(own) <= COMMENTS + 1 else COMMENTS
        shown.comments, shown.more_comments = own[:end], own[end:]


def _links(question: Question) -> Links:
    links = Links()
    seen = {question.id}
    found = Question.objects.linked_with(question)
    # A duplicate may mention its original as well: it is listed once, as the duplicate.
    for other in sorted(found, key=lambda other: other.link_type != LinkType.DUPLICATE):
        if other.id in seen:
            continue
        seen.add(other.id)
        if other.link_type != LinkType.DUPLICATE:
            links.linked.append(other)
        elif other.is_mentioned:
            links.originals.append(other)
        else:
            links.duplicates.append(other)
    links.linked = links.linked[:LINKS]
    links.duplicates = links.duplicates[:LINKS]
    return links


@require_safe
def question_by_id(request: HttpRequest, id: int, rest: str = "") -> HttpResponse:
    """`/q/ID[/…]`, the address that old links share; `…` is the sharer's id."""
    found = Question.objects.filter(id=id).only("post_type", "title").first()
    if found is None:
        return _elsewhere(request, id)
    return HttpResponsePermanentRedirect(found.get_absolute_url())


@require_safe
def answer(request: HttpRequest, id: int, rest: str = "") -> HttpResponse:
    """`/a/ID[/…]`: the answer on its question's page."""
    return _to_answer(request, id)


@require_safe
def answer_of(request: HttpRequest, id: int, slug: str, answer_id: int) -> HttpResponse:
    """`/questions/ID/slug/ANSWERID`: the same by the question's address."""
    return _to_answer(request, answer_id)


def _to_answer(request: HttpRequest, id: int) -> HttpResponse:
    post = Post.objects.filter(id=id, post_type=PostType.ANSWER).first()
    if post is None:
        raise Http404
    # The database does not hold the reference: the question may be deleted, or not in the dump.
    question = Question.objects.filter(id=post.parent_id).first()
    if post.deleted_at or question is None:
        return gone(request)
    number = 1
    if (question.answer_count or 0) > ANSWERS and id != question.accepted_answer_id:
        before = Answer.objects.to(question).above(post, question=question).count()
        number = before // ANSWERS + 1
    path = question.get_absolute_url()
    if number > 1:  # not for ever: a vote may move it to another page
        return HttpResponseRedirect(f"{path}?page={number}#{id}")
    return HttpResponsePermanentRedirect(f"{path}#{id}")
