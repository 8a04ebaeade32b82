"""Closing a question, and opening it again."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ask.core.refusal import Refusal
from ask.moderation import closing
from ask.questions.closing import DUPLICATE_CODE, OFFERED, REASONS
from ask.questions.models import Question
from ask.web.addresses import question_at
from ask.web.live import is_htmx
from ask.web.members import member, member_form, member_page
from ask.web.refusals import done, status_of

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
    return _form(request, question, request.GET)


@require_POST
@member_page
def reopening(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /questions/ID/reopening`."""
    question = get_object_or_404(Question, id=id)
    closing.reopen(person=member(request), question=question, now=timezone.now())
    return done(request, _("The question is open again."), then=question.get_absolute_url())


def _close(request: HttpRequest, question: Question, *, now: datetime) -> HttpResponse:
    reason = request.POST.get("reason", "")
    original = _chosen(request.POST) if reason == DUPLICATE_CODE else None
    try:
        closing.close(
            person=member(request), question=question, reason=reason, original=original, now=now
        )
    except Refusal as refusal:
        return _form(request, question, request.POST, refusal=refusal)
    return done(request, _("The question is closed."), then=question.get_absolute_url())


def _form(
    request: HttpRequest,
    question: Question,
    sent: Mapping[str, str],
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """What was sent, to be mended; to a script that asks for matches, these alone."""
    original = _chosen(sent)
    words = sent.get("words", "")
    found = [original] if original else _matches(words, question)
    context = {
        "section": "questions",
        "question": question,
        "reasons": [(code, REASONS[code]) for code in OFFERED],
        "duplicate": DUPLICATE_CODE,
        "chosen": sent.get("reason", ""),
        "original": original,
        "matches": found,
        "typed": words,
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


def _matches(words: str, question: Question) -> list[Question]:
    if not words.strip():
        return []
    found = Question.objects.titled_like(words[:200]).exclude(id=question.id).best()
    return list(found.listed()[:MATCHES])
