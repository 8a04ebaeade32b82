"""Answering a question."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ask.core.refusal import Refusal
from ask.questions import answering
from ask.questions.editing import source_of
from ask.questions.models import Draft, Post, PostType
from ask.questions.privileges import require
from ask.web.members import member, member_page
from ask.web.refusals import went
from ask.web.views.errors import gone
from ask.web.writing import begun, require_same, sent, shown

PAGE = "web/writing/answer.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def answers(request: HttpRequest, id: int) -> HttpResponse:
    """`/questions/ID/answers`: the form that stands below the question too, on its own page."""
    question = get_object_or_404(Post, id=id, post_type=PostType.QUESTION)
    person, now = member(request), timezone.now()
    if question.deleted_at:
        return gone(request)
    if request.method != "POST":
        require(person, "answer", now=now)
        wanted = request.GET.get("draft", "")
        writing = begun(person, Draft.Kind.ANSWER, wanted=wanted, post=question)
        return shown(request, writing, page=PAGE, question=question)
    writing = sent(request, Draft.Kind.ANSWER, post=question)
    if "preview" in request.POST:
        return shown(request, writing, page=PAGE, question=question)
    try:
        answer = answering.answer(
            person=person, question=question, body=writing.body, draft=writing.token, now=now
        )
        if answer.created_at != now:
            require_same(writing, made=source_of(answer))
    except Refusal as refusal:
        writing.refusal = refusal
        return shown(request, writing, page=PAGE, question=question)
    return went(request, answer.get_absolute_url())
