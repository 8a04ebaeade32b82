"""One person for moderators: what they did and what was done to them; suspending and removing."""

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.moderation import suspending
from ask.moderation.models import WAITING, AuditEntry, Flag
from ask.questions.models import Comment, Post
from ask.questions.texts import BadText
from ask.web import sidebar
from ask.web.days import midnight
from ask.web.members import member, member_page, moderator_page
from ask.web.refusals import done, status_of
from ask.web.views.moderation import with_names

ROWS = 50
USUAL = timedelta(days=7)


@require_safe
@moderator_page
def person(request: HttpRequest, id: int) -> HttpResponse:
    """`/moderation/people/ID`."""
    whom = get_object_or_404(User, id=id)
    now = timezone.now()
    return _page(request, whom, until=f"{now + USUAL:%Y-%m-%d}", now=now)


@require_POST
@moderator_page
def suspension(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /moderation/people/ID/suspension`: until the beginning of a day, for a reason."""
    whom = get_object_or_404(User, id=id)
    now = timezone.now()
    until, reason = request.POST.get("until", ""), request.POST.get("reason", "")
    try:
        ends_at = midnight(until)
        if ends_at is None:
            raise BadText(_("This is no day."), field="until")
        suspending.suspend(person=member(request), whom=whom, until=ends_at, reason=reason, now=now)
    except Refusal as refusal:
        return _page(request, whom, until=until, reason=reason, refusal=refusal, now=now)
    said = _("%(name)s is suspended.") % {"name": whom.display_name}
    return done(request, said, then=page_of_person(whom))


@require_POST
@moderator_page
def release(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /moderation/people/ID/release`: the end of a suspension."""
    whom = get_object_or_404(User, id=id)
    suspending.lift(person=member(request), whom=whom, now=timezone.now())
    said = _("%(name)s is not suspended any more.") % {"name": whom.display_name}
    return done(request, said, then=page_of_person(whom))


@require_POST
@moderator_page
def removal(request: HttpRequest, id: int) -> HttpResponse:
    """`POST /moderation/people/ID/removal`: of a spammer, with everything, if `is_sure`."""
    whom = get_object_or_404(User, id=id)
    now = timezone.now()
    try:
        if not request.POST.get("is_sure"):
            raise BadText(_("Say that you are sure."), field="is_sure")
        count = suspending.remove_spammer(person=member(request), whom=whom, now=now)
    except Refusal as refusal:
        return _page(request, whom, until=f"{now + USUAL:%Y-%m-%d}", refusal=refusal, now=now)
    sidebar.renew()
    said = ngettext(
        "The account is closed, and %(count)d post is deleted.",
        "The account is closed, and %(count)d posts are deleted.",
        count,
    )
    return done(request, said % {"count": count}, then=page_of_person(whom))


@require_safe
@member_page
def own_suspension(request: HttpRequest) -> HttpResponse:
    """`/users/suspension`: why one may not write, and until when."""
    who = member(request)
    is_suspended = who.is_suspended(timezone.now())
    context = {
        "suspended_until": None,  # this page says it itself
        "ends_at": who.suspended_until if is_suspended else None,
        "reason": suspending.reason_of_suspension(who) if is_suspended else "",
    }
    return render(request, "web/suspension.html", context)


def page_of_person(whom: User) -> str:
    return f"/moderation/people/{whom.id}"


def _page(
    request: HttpRequest,
    whom: User,
    *,
    now: datetime,
    until: str,
    reason: str = "",
    refusal: Refusal | None = None,
) -> HttpResponse:
    raised = Flag.objects.filter(user=whom)
    own_comments = Comment.objects.filter(user=whom)
    concerned = Flag.objects.filter(
        Q(post__owner=whom, comment_id=None) | Q(comment_id__in=own_comments.values("id"))
    )
    context = {
        "section": "moderation",
        "here": "people",
        "person": whom,
        "is_suspended": whom.is_suspended(now),
        "reason_of_suspension": suspending.reason_of_suspension(whom),
        "may_be_suspended": not whom.keeps_order and whom.id > 0,
        "done_to": with_names(AuditEntry.objects.filter(person=whom)).order_by("-done_at")[:ROWS],
        "done_by": with_names(AuditEntry.objects.filter(user=whom)).order_by("-done_at")[:ROWS],
        "raised": raised.aggregate(
            waiting=Count("id", filter=WAITING),
            helpful=Count("id", filter=Q(is_helpful=True)),
            declined=Count("id", filter=Q(is_helpful=False)),
        ),
        "flags": concerned.select_related("user", "post", "post__parent").order_by("-id")[:ROWS],
        "counts": {
            "posts": Post.objects.filter(owner=whom, deleted_at=None).count(),
            "deleted": Post.objects.filter(owner=whom, deleted_at__isnull=False).count(),
            "comments": own_comments.count(),
        },
        "until": until,
        "reason": reason,
        "refusal": refusal,
    }
    return render(
        request, "web/moderation/person.html", context, status=status_of(refusal, request=request)
    )
