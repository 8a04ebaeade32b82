"""Changing what was written, and going back to what it was."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ask.core.refusal import Refusal
from ask.questions import drafts, editing
from ask.questions.editing import source_of
from ask.questions.models import Draft
from ask.questions.privileges import require
from ask.questions.threads import Conflict
from ask.web.members import member, member_page
from ask.web.refusals import went
from ask.web.views.errors import gone
from ask.web.writing import begun, sent, shown, thread_post

PAGE = "web/writing/edit.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def edit(request: HttpRequest, id: int) -> HttpResponse:
    """`/posts/ID/edit`: the form with the present text, or with what somebody made of it so far."""
    post, person, now = thread_post(id), member(request), timezone.now()
    if post.deleted_at:
        return gone(request)
    if request.method != "POST":
        require(person, "edit", now=now, post=post)
        wanted = request.GET.get("draft", "")
        writing = begun(person, Draft.Kind.EDIT, wanted=wanted, post=post)
        writing.begin_with(source_of(post), person=person)
        return shown(request, writing, page=PAGE)
    writing = sent(request, Draft.Kind.EDIT, post=post)
    if "preview" in request.POST:
        return shown(request, writing, page=PAGE)
    try:
        editing.edit(
            person=person,
            post=post,
            title=writing.title,
            tags=writing.tags,
            body=writing.body,
            summary=writing.summary,
            based_on=writing.based_on,
            now=now,
        )
    except Refusal as refusal:
        theirs = source_of(thread_post(id))
        # Who presses twice meets what they wrote themselves.
        if not (isinstance(refusal, Conflict) and writing.is_in(theirs)):
            writing.refuse(refusal, theirs=theirs)
            return shown(request, writing, page=PAGE)
    drafts.of(person).filter(kind=Draft.Kind.EDIT, post=post).delete()
    return went(request, post.get_absolute_url())


@require_POST
@member_page
def roll_back(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /posts/ID/rollback`: write the text of an earlier `revision` again."""
    post = thread_post(id)
    editing.roll_back(
        person=member(request),
        post=post,
        revision=request.POST.get("revision", ""),
        now=timezone.now(),
    )
    return went(request, f"/posts/{id}/revisions")
