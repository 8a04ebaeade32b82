"""What moderators have to do, and what was done by a privilege."""

import re
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ask.core.refusal import Refusal
from ask.moderation.models import AuditAction, AuditEntry, Flag
from ask.moderation.waiting import DELETE, act, matters
from ask.questions.closing import DUPLICATE_CODE, OFFERED, REASONS
from ask.web import sidebar
from ask.web.days import midnight
from ask.web.live import is_htmx
from ask.web.members import member, moderator_page
from ask.web.paging import page_of, rows_of
from ask.web.refusals import done, status_of

FLAGS = 100
"""How many are shown at once."""

ENTRIES = 50

_NUMBER = re.compile(r"-?[0-9]{1,18}")


@require_safe
@moderator_page
def waiting(request: HttpRequest) -> HttpResponse:
    """`/moderation`: the flags that wait, the oldest first, by what was flagged."""
    return _waiting(request)


@require_POST
@moderator_page
def settlements(request: HttpRequest) -> HttpResponse:
    """`POST /moderation/settlements`: settle the flags `flag`, as `verdict` says, by a `deed`."""
    ids = [int(id) for id in request.POST.getlist("flag") if _NUMBER.fullmatch(id)]
    deed = request.POST.get("deed", "")
    flags = list(Flag.objects.filter(id__in=ids).select_related("post"))
    try:
        settled = act(
            person=member(request),
            flags=flags,
            is_helpful=bool(deed) or request.POST.get("verdict") == "helpful",
            deed=deed,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _waiting(request, refusal=refusal)
    if deed == DELETE:
        sidebar.leave_out(flags[0].post)
    said = _("It is settled.") if settled else _("Somebody else has settled this already.")
    if is_htmx(request):
        return _waiting(request, said=said)
    return done(request, said, then="/moderation")


def _waiting(
    request: HttpRequest, *, said: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    # Of posts that are there: an import keeps what is flagged, but whoever tidies by hand may not.
    found = Flag.objects.waiting().filter(post__post_type__isnull=False)
    rows = found.select_related("user", "post", "post__owner", "post__parent")
    flags, count = list(rows[:FLAGS]), found.count()
    context = {
        "section": "moderation",
        "here": "waiting",
        "matters": matters(flags),
        "count": count,
        "is_more": count > len(flags),
        "reasons": [(code, REASONS[code]) for code in OFFERED if code != DUPLICATE_CODE],
        "said": said,
        "refusal": refusal,
    }
    template = "settled.html" if is_htmx(request) else "waiting.html"
    return render(
        request, f"web/moderation/{template}", context, status=status_of(refusal, request=request)
    )


@require_safe
@moderator_page
def log(request: HttpRequest) -> HttpResponse:
    """`/moderation/log?action=&by=&person=&post=&since=&until=`: who did what, newest first."""
    wanted = {
        name: request.GET.get(name, "").strip()[:100]
        for name in ("action", "by", "person", "post", "since", "until")
    }
    found = _filtered(wanted).order_by("-done_at", "-id")
    page = page_of(found, request=request, size=ENTRIES, parameters=wanted)
    context = {
        "section": "moderation",
        "here": "log",
        "entries": rows_of(page, with_names(AuditEntry.objects.all())),
        "page": page,
        "wanted": wanted,
        "actions": AuditAction.choices,
        "is_filtered": any(wanted.values()),
    }
    return render(request, "web/moderation/log.html", context)


def with_names(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """With all that a line of the log shows."""
    return entries.select_related("user", "person", "post", "post__parent")


def _filtered(wanted: dict[str, str]) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.all()
    if wanted["action"] in AuditAction.values:
        found = found.filter(action=wanted["action"])
    if wanted["by"]:
        found = found.filter(_named("user", wanted["by"]))
    if wanted["person"]:
        found = found.filter(_named("person", wanted["person"]))
    if _NUMBER.fullmatch(wanted["post"]):
        found = found.filter(post=int(wanted["post"]))
    if since := midnight(wanted["since"]):
        found = found.filter(done_at__gte=since)
    if until := midnight(wanted["until"]):
        found = found.filter(done_at__lt=until + timedelta(days=1))
    return found


def _named(column: str, text: str) -> Q:
    """Somebody's number, or a part of a name: also of one that they had when they were removed."""
    if _NUMBER.fullmatch(text):
        return Q(**{f"{column}_id": int(text)})
    removals = AuditEntry.objects.filter(action=AuditAction.REMOVE, detail__icontains=text)
    return Q(**{f"{column}__display_name__icontains": text}) | Q(
        **{f"{column}__in": removals.values("person")}
    )
