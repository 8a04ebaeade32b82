"""A question with its answers, and the short addresses that lead to it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

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

from ask.accounts.models import User
from ask.moderation.closing import ballot_of
from ask.moderation.deleting import deletions
from ask.questions.closing import REASONS
from ask.questions.excerpts import excerpt
from ask.questions.following import follows_question
from ask.questions.licences import Licence, licence
from ask.questions.models import (
    Answer,
    AnswerQuerySet,
    Comment,
    Draft,
    LinkType,
    Post,
    PostType,
    Question,
    Vote,
)
from ask.questions.privileges import NotAllowed, require
from ask.stackexchange.cached import (
    SourceSite,
    original_author_url,
    original_url,
    source_site,
)
from ask.web import structured
from ask.web.addresses import question_following_path
from ask.web.deleted import deleted_answers, deleted_question, may_see
from ask.web.members import member
from ask.web.offers import Offer, offers_of
from ask.web.paging import Page, address, page_number
from ask.web.views.errors import gone
from ask.web.writing import begun

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
    offer: Offer | None = None
    """What a member may do with it."""

    @property
    def comments_path(self) -> str:
        return f"/posts/{self.post.id}/comments"


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
    found = SHOWN.filter(id=id).first() or deleted_question(request, id)
    if found is None:
        return _elsewhere(request, id)
    if slug != found.slug:
        query = request.META.get("QUERY_STRING", "")
        path = found.get_absolute_url()
        return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)

    answers, page, order = _answers(request, found)
    hidden = deleted_answers(request, found) if page.number == 1 else []
    posts: list[Post] = [found, *answers, *hidden]
    source = source_site.get()
    shown = [_shown(post, question=found, source=source) for post in posts]
    ids = [post.id for post in posts]
    bounties = Vote.objects.bounties(ids, now=now)
    for one in shown:
        one.bounty = bounties.get(one.post.id, 0)
    comments = list(Comment.objects.below(ids))
    _hand_out(comments, shown)
    links = _links(found)
    summary = excerpt(found.html, length=200)
    context: dict[str, object] = {
        "section": "questions",
        "question": found,
        "asked": shown[0],
        "answers": shown[1 : 1 + len(answers)],
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
        "answer_path": f"{found.get_absolute_url()}#your-answer",
        "following_path": question_following_path(id),
    }
    if request.user.is_authenticated:
        context |= _for_member(member(request), found, shown, comments=comments, now=now)
    if hidden or found.deleted_at:
        known = deletions([post.id for post in posts if post.deleted_at])
        context["deletion"] = known.get(found.id)
        context["hidden"] = [(one, known.get(one.post.id)) for one in shown[1 + len(answers) :]]
        return render(request, "web/question_with_deleted.html", context)
    return render(request, "web/question.html", context)


def _for_member(
    person: User,
    question: Question,
    shown: list[ShownPost],
    *,
    comments: list[Comment],
    now: datetime,
) -> dict[str, object]:
    """What is different for each member: their votes and buttons, what they follow and write."""
    for one in shown[1:]:
        one.post.parent = question
    offers = offers_of(person, [one.post for one in shown], comments=comments, now=now)
    for one in shown:
        one.offer = offers[one.post.id]
    found: dict[str, object] = {"is_following": follows_question(person=person, question=question)}
    if offers[question.id].may_close:
        found["ballot"] = ballot_of(question, person=person, now=now)
    try:
        require(person, "answer", now=now)
    except NotAllowed as refusal:
        return {**found, "may_not_answer": refusal}
    if not question.closed_at and not question.deleted_at:
        found["writing"] = begun(person, Draft.Kind.ANSWER, post=question)
    return found


def _elsewhere(request: HttpRequest, id: int) -> HttpResponse:
    """No question has this id: it may be an answer's, or a deleted post's."""
    post = Post.objects.filter(id=id).only("post_type", "deleted_at", "parent_id").first()
    if post is not None and post.post_type == PostType.ANSWER:
        return _to_answer(request, id)
    if post is None or not post.deleted_at:
        raise Http404
    if (hidden := deleted_question(request, id)) is not None:
        return HttpResponseRedirect(hidden.get_absolute_url())
    return gone(request)


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
    asked = post.parent_id
    if asked is None:
        return gone(request)
    question = Question.objects.filter(id=asked).first() or deleted_question(request, asked)
    if question is None or (post.deleted_at and not may_see(request, post)):
        return gone(request)
    if post.deleted_at:
        return HttpResponseRedirect(f"{question.get_absolute_url()}#{id}")
    number = 1
    if (question.answer_count or 0) > ANSWERS and id != question.accepted_answer_id:
        before = Answer.objects.to(question).above(post, question=question).count()
        number = before // ANSWERS + 1
    path = question.get_absolute_url()
    if number > 1:  # not for ever: a vote may move it to another page
        return HttpResponseRedirect(f"{path}?page={number}#{id}")
    return HttpResponsePermanentRedirect(f"{path}#{id}")
