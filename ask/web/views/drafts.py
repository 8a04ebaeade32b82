"""What somebody has begun to write: kept while they type, listed, shown as it will look."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ask.questions import drafts
from ask.questions.models import Draft
from ask.web.deleted import may_see
from ask.web.live import is_htmx
from ask.web.members import member, member_page, member_part
from ask.web.refusals import went
from ask.web.writing import id_in, preview_of, sent, thread_post

LIST = "/users/drafts"
SHOWN = 100


@require_POST
@member_part
def save(request: HttpRequest) -> HttpResponse:
    """`POST /drafts`: what a form holds by now; `kind` and `post` say which form it is."""
    kind = request.POST.get("kind", "")
    if kind not in Draft.Kind.values:
        raise Http404
    about = request.POST.get("post", "")
    writing = sent(request, Draft.Kind(kind), post=thread_post(id_in(about)) if about else None)
    person, now = member(request), timezone.now()
    is_kept = True
    if writing.is_empty:
        drafts.discard(person=person, token=writing.token)
    else:
        is_kept = drafts.save(
            person=person,
            token=writing.token,
            kind=writing.kind,
            post=writing.post,
            title=writing.title,
            tags=writing.tags,
            body=writing.body,
            now=now,
        )
    if not is_htmx(request):
        return went(request, LIST)
    context = {"writing": writing, "is_kept": is_kept, "now": now}
    return render(request, "web/writing/draft_saved.html", context)


@require_safe
@member_page
def all_drafts(request: HttpRequest) -> HttpResponse:
    """`/users/drafts`: what is not published, the latest first."""
    found = list(drafts.of(member(request)).select_related("post__parent")[:SHOWN])
    for draft in found:
        if draft.post and draft.post.deleted_at and not may_see(request, draft.post):
            draft.post.title = None  # it is not for everybody any more
            draft.post.parent = None
    return render(request, "web/writing/drafts.html", {"drafts": found})


@require_POST
@member_page
def discard(request: HttpRequest, token: UUID) -> HttpResponse:
    """`POST /users/drafts/TOKEN/deletion`."""
    drafts.discard(person=member(request), token=token)
    return went(request, LIST)


@require_POST
@member_part
def preview(request: HttpRequest) -> HttpResponse:
    """`POST /preview`: the `body` of a form as a page would show it."""
    return render(request, "web/writing/preview.html", {"html": preview_of(request)})
