"""Asking a question: its form, and what helps while it is typed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ask.core.refusal import Refusal
from ask.questions import asking
from ask.questions.editing import source_of
from ask.questions.models import Draft, Tag
from ask.questions.privileges import require
from ask.questions.similar import similar
from ask.web.members import member, member_page, member_part
from ask.web.refusals import went
from ask.web.writing import begun, require_same, sent, shown

PAGE = "web/writing/ask.html"
SIMILAR = 6
COMPLETIONS = 10


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def ask(request: HttpRequest) -> HttpResponse:
    """`/questions/ask?draft=TOKEN`: the form, with the latest draft; `draft=new` is empty."""
    person, now = member(request), timezone.now()
    if request.method != "POST":
        require(person, "ask", now=now)
        wanted = request.GET.get("draft", "")
        return shown(request, begun(person, Draft.Kind.QUESTION, wanted=wanted), page=PAGE)
    writing = sent(request, Draft.Kind.QUESTION)
    if "preview" in request.POST:
        return shown(request, writing, page=PAGE)
    try:
        question = asking.ask(
            person=person,
            title=writing.title,
            body=writing.body,
            tags=writing.tags,
            draft=writing.token,
            now=now,
        )
        if question.created_at != now:
            require_same(writing, made=source_of(question))
    except Refusal as refusal:
        writing.refusal = refusal
        return shown(request, writing, page=PAGE)
    return went(request, question.get_absolute_url())


@require_safe
@member_part
def similar_titles(request: HttpRequest) -> HttpResponse:
    """`/questions/similar?title=…`: questions with titles like it."""
    found = similar(request.GET.get("title", "")[:300], most=SIMILAR)
    return render(request, "web/writing/similar.html", {"questions": found})


@require_safe
@member_part
def tag_completions(request: HttpRequest) -> HttpResponse:
    """`/tags/completions?tags=sky+li`: what the field may become, its last word completed."""
    before, _blank, last = request.GET.get("tags", "")[:300].lower().rpartition(" ")
    beginning = Tag.objects.filter(name__startswith=last).exclude(name__in=before.split())
    found = beginning.best()[:COMPLETIONS] if last else []
    context = {"completions": [(f"{before} {tag.name}".strip(), tag) for tag in found]}
    return render(request, "web/writing/completions.html", context)
