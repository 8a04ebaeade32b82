"""Remarks below posts: the form, changing one, and taking one away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ask.core.refusal import Refusal
from ask.moderation.deleting import delete_comment
from ask.moderation.editing import edit_comment, require_editing
from ask.questions import commenting
from ask.questions.models import Comment, Draft, Post
from ask.questions.privileges import require
from ask.web.deleted import may_see
from ask.web.live import is_htmx
from ask.web.members import member, member_page
from ask.web.offers import offer_of
from ask.web.refusals import went
from ask.web.views.errors import gone
from ask.web.writing import begun, id_in, require_same, sent, shown, thread_post

PAGE = "web/writing/comment.html"
FORM = "web/writing/comment_form.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def comments(request: HttpRequest, id: int) -> HttpResponse:
    """`/posts/ID/comments`: a form for one more, which htmx puts below the post."""
    post = thread_post(id)
    person, now = member(request), timezone.now()
    if post.deleted_at:
        return gone(request)
    if request.method != "POST":
        require(person, "comment", now=now, post=post)
        writing = begun(person, Draft.Kind.COMMENT, wanted=request.GET.get("draft", ""), post=post)
        return shown(request, writing, page=PAGE, part=FORM)
    writing = sent(request, Draft.Kind.COMMENT, post=post)
    try:
        written = commenting.comment(
            person=person, post=post, text=writing.body, draft=writing.token, now=now
        )
        if written.created_at != now:
            require_same(writing, made=commenting.source_of(written))
    except Refusal as refusal:
        writing.refusal = refusal
        return shown(request, writing, page=PAGE, part=FORM)
    return _below(request, post)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def edit(request: HttpRequest, id: int) -> HttpResponse:
    """`/comments/ID/edit`: a form with what it says, which htmx puts below the comment."""
    found = get_object_or_404(Comment.objects.select_related("post__parent"), id=id)
    person, post, now = member(request), found.post, timezone.now()
    if post.deleted_at:
        return gone(request)
    writing = sent(request, Draft.Kind.COMMENT, post=post)
    writing.comment = found
    if request.method != "POST":
        require_editing(person, found, now=now)
        source = commenting.source_of(found)
        writing.body, writing.based_on = source.body, source.revision
        return shown(request, writing, page=PAGE, part=FORM)
    try:
        edit_comment(
            person=person, comment=found, text=writing.body, based_on=writing.based_on, now=now
        )
    except Refusal as refusal:
        present = Comment.objects.filter(id=id).first() or found
        writing.refuse(refusal, theirs=commenting.source_of(present))
        return shown(request, writing, page=PAGE, part=FORM)
    if not is_htmx(request):
        return went(request, post.get_absolute_url())
    comment = get_object_or_404(Comment.objects.below([post.id]), id=id)
    offer = offer_of(person, post, comments=[comment], now=now)
    return render(request, "web/comment.html", {"comment": comment, "offer": offer})


@require_POST
@member_page
def delete(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /comments/ID/deletion`, with the `post` below which it stands."""
    found = Comment.objects.select_related("post__parent").filter(id=id).first()
    # Who presses twice finds it gone, as they wanted.
    post = found.post if found else thread_post(id_in(request.POST.get("post", "")))
    if found:
        delete_comment(person=member(request), comment=found, now=timezone.now())
    return _below(request, post)


def _below(request: HttpRequest, post: Post) -> HttpResponse:
    """The comments of a post as they are now; without htmx, the page of the post."""
    if post.deleted_at and not may_see(request, post):
        return gone(request)
    if not is_htmx(request):
        return went(request, post.get_absolute_url())
    found = list(Comment.objects.below([post.id]))
    offer = offer_of(member(request), post, comments=found, now=timezone.now())
    context = {"shown": {"post": post, "comments": found}, "offer": offer, "is_new": True}
    return render(request, "web/comments.html", context)
