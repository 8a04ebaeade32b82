"""Votes to close a question, and to open it again."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ask.core.refusal import Refusal
from ask.moderation import closing
from ask.questions.closing import DUPLICATE_CODE, OFFERED, REASONS
from ask.questions.models import Post, Question
from ask.questions.privileges import NotAllowed
from ask.web.addresses import question_at
from ask.web.live import is_htmx
from ask.web.members import member, member_form, member_page
from ask.web.refusals import done, status_of, went

MATCHES = 8
"""How many questions are offered as the original."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_form("reason", "original", "words")
def closure(request: HttpRequest, id: int) -> HttpResponse:
    """`/questions/ID/closure`: why it is to be closed, and of what it is a duplicate."""
    question = get_object_or_404(Question, id=id)
    now = timezone.now()
    if request.method == "POST":
        return _close(request, question, now=now)
    closing.require_closing(member(request), question, now=now)
    return _form(request, question, request.GET, now=now)


@require_POST
@member_page
def reopening(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /questions/ID/reopening`: vote for it."""
    question = get_object_or_404(Question, id=id)
    person, now = member(request), timezone.now()
    if closing.reopen(person=person, question=question, now=now):
        said = _("The question is open again.")
    else:
        said = _counted(request, question, now=now)
    return done(request, said, then=question.get_absolute_url())


@require_POST
@member_page
def withdrawal(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /questions/ID/closure/withdrawal`: of one's vote to close or to reopen."""
    question = get_object_or_404(Question, id=id)
    then = question.get_absolute_url()
    if closing.withdraw(person=member(request), question=question, now=timezone.now()):
        return done(request, _("Your vote is withdrawn."), then=then)
    return went(request, then)


def _close(request: HttpRequest, question: Question, *, now: datetime) -> HttpResponse:
    reason = request.POST.get("reason", "")
    original = _chosen(request.POST) if reason == DUPLICATE_CODE else None
    try:
        is_closed = closing.close(
            person=member(request), question=question, reason=reason, original=original, now=now
        )
    except Refusal as refusal:
        return _form(request, question, request.POST, refusal=refusal, now=now)
    said = _("The question is closed.") if is_closed else _counted(request, question, now=now)
    return done(request, said, then=question.get_absolute_url())


def _counted(request: HttpRequest, question: Question, *, now: datetime) -> str:
    missing = closing.ballot_of(question, person=member(request), now=now).missing
    return ngettext(
        "Your vote is counted; %(count)d more is needed.",
        "Your vote is counted; %(count)d more are needed.",
        missing,
    ) % {"count": missing}


def _form(
    request: HttpRequest,
    question: Question,
    sent: Mapping[str, str],
    *,
    now: datetime,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """What was sent, to be mended, beside how the votes stand; to a script that asks for matches,
    these alone."""
    person = member(request)
    ballot = None
    if not question.closed_at and not isinstance(refusal, NotAllowed):
        ballot = closing.ballot_of(question, person=person, now=now)
    own = ballot.own if ballot else None
    named = Counter(vote.reason for vote in ballot.votes) if ballot else Counter()
    original, words = _chosen(sent), sent.get("words", "")
    found: list[Post] = [original] if original else []
    if not found:
        found = _matches(words, question) if words.strip() else ballot.originals if ballot else []
    context = {
        "section": "questions",
        "question": question,
        "reasons": [(code, REASONS[code], named[code]) for code in OFFERED],
        "duplicate": DUPLICATE_CODE,
        "chosen": sent.get("reason", "") or (own.reason if own else ""),
        "original": original or (own.original if own else None),
        "matches": found,
        "typed": words,
        "ballot": ballot,
        "is_alone": person.keeps_order,
        "is_last": bool(ballot and ballot.missing == 1 and not own),
        "is_own": question.owner_id == person.id,
        "refusal": refusal,
    }
    template = "closure.html"
    if is_htmx(request):
        is_search = request.GET.keys() >= {"words"} and request.method == "GET"
        template = "originals.html" if is_search else "closure_form.html"
    return render(
        request, f"web/moderation/{template}", context, status=status_of(refusal, request=request)
    )


def _chosen(sent: Mapping[str, str]) -> Question | None:
    """The original that was picked among the matches, or whose address or number was written."""
    return question_at(sent.get("original", "")) or question_at(sent.get("words", ""))


def _matches(words: str, question: Question) -> list[Post]:
    found = Question.objects.titled_like(words[:200]).exclude(id=question.id).best()
    return list(found.listed()[:MATCHES])
