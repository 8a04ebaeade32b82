"""Votes for and against posts, for comments, and the answer that helped who asked."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ask.questions import comment_votes
from ask.questions.models import Comment, Post, VoteType
from ask.ratings import accepting, voting
from ask.web.live import is_htmx
from ask.web.members import member, member_page
from ask.web.offers import offer_of
from ask.web.refusals import went
from ask.web.writing import thread_post

KINDS: Final = {"up": VoteType.UP, "down": VoteType.DOWN}


@require_POST
@member_page
def vote(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /posts/ID/vote` with a `kind`: `up`, `down`, or another to withdraw it."""
    post = thread_post(id)
    kind = KINDS.get(request.POST.get("kind", ""))
    person, now = member(request), timezone.now()
    post.score = voting.vote(person=person, post=post, kind=kind, now=now)
    if not is_htmx(request):
        return went(request, post.get_absolute_url())
    context = {"post": post, "offer": offer_of(person, post, now=now)}
    return render(request, "web/vote.html", context)


@require_POST
@member_page
def vote_for_comment(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /comments/ID/vote` with a `kind`: `up`, or another to withdraw it."""
    comment = get_object_or_404(Comment.objects.select_related("post"), id=id)
    person, now = member(request), timezone.now()
    is_useful = request.POST.get("kind") == "up"
    comment.score = comment_votes.vote(person=person, comment=comment, is_useful=is_useful, now=now)
    if not is_htmx(request):
        return went(request, comment.post.get_absolute_url())
    offer = offer_of(person, comment.post, comments=[comment], now=now)
    context = {"comment": comment, "offer": offer}
    return render(request, "web/comment_vote.html", context)


@require_POST
@member_page
def accept(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /posts/ID/acceptance`: of an answer, by who asked."""
    post = thread_post(id)
    before = post.parent.accepted_answer_id if post.parent else None
    accepting.accept(person=member(request), answer=post, now=timezone.now())
    return _judged(request, post, besides=before)


@require_POST
@member_page
def withdraw(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /posts/ID/acceptance/withdrawal`: it is accepted no more."""
    post = thread_post(id)
    accepting.withdraw(person=member(request), answer=post, now=timezone.now())
    return _judged(request, post)


def _judged(request: HttpRequest, answer: Post, *, besides: int | None = None) -> HttpResponse:
    """Whether an answer is accepted now, and that another is so no more; without htmx, its page."""
    if not is_htmx(request):
        return went(request, answer.get_absolute_url())
    answer = thread_post(answer.id)
    is_accepted = answer.parent is not None and answer.parent.accepted_answer_id == answer.id
    other = besides if besides != answer.id else None
    context = {"id": answer.id, "is_accepted": is_accepted, "other": other}
    return render(request, "web/acceptance.html", context)
