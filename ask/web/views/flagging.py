"""Telling moderators that something is wrong with a post or a comment."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ask.core.refusal import Refusal
from ask.moderation.flagging import flag, reasons, require_flagging
from ask.questions.models import Comment, Post
from ask.web.live import is_htmx
from ask.web.members import member, member_form
from ask.web.refusals import done, status_of
from ask.web.views.deleting import IS_POST
from ask.web.views.errors import gone


@require_http_methods(["GET", "HEAD", "POST"])
@member_form("reason", "text")
def of_post(request: HttpRequest, id: int) -> HttpResponse:
    """`/posts/ID/flags`: why a moderator should look at a question or an answer."""
    return _answer(request, get_object_or_404(Post, IS_POST, id=id))


@require_http_methods(["GET", "HEAD", "POST"])
@member_form("reason", "text")
def of_comment(request: HttpRequest, id: int) -> HttpResponse:
    """`/comments/ID/flags`: why a moderator should look at a comment."""
    comment = get_object_or_404(Comment.objects.select_related("post", "user"), id=id)
    return _answer(request, comment.post, comment=comment)


def _answer(request: HttpRequest, post: Post, *, comment: Comment | None = None) -> HttpResponse:
    if post.deleted_at:
        return gone(request)
    person, now = member(request), timezone.now()
    if request.method != "POST":
        require_flagging(person, post, comment=comment, now=now)
        return _form(request, post, request.GET, comment=comment)
    reason, text = request.POST.get("reason", ""), request.POST.get("text", "")
    try:
        flag(person=person, post=post, comment=comment, reason=reason, text=text, now=now)
    except Refusal as refusal:
        return _form(request, post, request.POST, comment=comment, refusal=refusal)
    said = _("Thank you: a moderator will look at it.")
    if is_htmx(request):
        return render(request, "web/said.html", {"text": said, "is_focused": True})
    return done(request, said, then=post.get_absolute_url())


def _form(
    request: HttpRequest,
    post: Post,
    sent: Mapping[str, str],
    *,
    comment: Comment | None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """What was sent, to be mended; to a script the form alone, which it puts below the post."""
    context = {
        "section": "questions",
        "post": post,
        "comment": comment,
        "reasons": [(one.value, one.label) for one in reasons(post, comment)],
        "chosen": sent.get("reason", ""),
        "text": sent.get("text", ""),
        "refusal": refusal,
    }
    template = "flag_form.html" if is_htmx(request) else "flag.html"
    return render(
        request, f"web/moderation/{template}", context, status=status_of(refusal, request=request)
    )
