"""Mail on the site: the end of a subscription, the inbox, and the log for staff."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ask.accounts.models import User
from ask.digests import pausing
from ask.digests.explaining import explain
from ask.digests.inbox import items, mark_read
from ask.digests.models import DeadAddress, Mail, MailKind, MailState, Notice
from ask.digests.unsubscribing import ALL, Subscription
from ask.moderation import audit
from ask.moderation.models import AuditAction
from ask.web.members import member
from ask.web.paging import page_of, rows_of
from ask.web.staff import may, person, staff_page
from ask.web.views.settings import person_of

ON_A_PAGE = 50
LONGEST_REASON = 500
LOG = "/mail/log"


@csrf_exempt  # a mail program sends it, without cookies; the link is signed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """`/mail/unsubscribe/TOKEN`: a POST ends these mails; a GET only asks whether to."""
    try:
        subscription = Subscription.read(token)
    except BadSignature:
        raise Http404 from None
    # Who deleted their account is nobody.
    reader = User.objects.filter(pk=subscription.user, deleted_at=None).first()
    is_done = request.method == "POST"
    if is_done:
        subscription.end()
    context = {
        "is_done": is_done,
        "scope": subscription.scope,
        "reader": reader,
        "everything": Subscription(user=subscription.user, scope=ALL).path,
    }
    return render(request, "web/mail/unsubscribe.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """`/users/inbox`: what was written that concerns somebody; a POST marks all as read."""
    user = person_of(request)
    if request.method == "POST":
        until = request.POST.get("until", "")
        is_number = until.isascii() and until.isdigit() and len(until) < 19
        mark_read(user, now=timezone.now(), until=int(until) if is_number else None)
        return redirect("/users/inbox")
    notices = Notice.objects.filter(user=user)
    page = page_of(notices.order_by("-id"), request=request, size=ON_A_PAGE)
    found = items(rows_of(page, Notice.objects.all()))
    context = {"items": found, "page": page, "newest": page.ids[0] if page.ids else 0}
    return render(request, "web/mail/inbox.html", context)


@never_cache
@login_required
@require_safe
def notice(request: HttpRequest, id: int) -> HttpResponse:
    """`/users/inbox/ID`: leads to what an entry tells of, which is read by that."""
    found = get_object_or_404(Notice, pk=id, user_id=request.user.pk)
    Notice.objects.unread().filter(pk=found.pk).update(read_at=timezone.now())
    (item,) = items([found])
    return redirect(_path(item.entry.url) if item.entry else "/users/inbox")


def _path(url: str) -> str:
    """On the host that was asked, whatever mails name."""
    return url.removeprefix(settings.SITE_URL)


@require_safe
@staff_page("digests.view_mail")
def log(request: HttpRequest) -> HttpResponse:
    """`/mail/log?q=&state=&kind=`: mails, newest first; of one person also why they got none."""
    wanted = {name: request.GET.get(name, "").strip() for name in ("q", "state", "kind")}
    people = _people(wanted["q"])
    page = page_of(
        _chosen(wanted, people=people).order_by("-id"),
        request=request,
        size=ON_A_PAGE,
        parameters=wanted,
    )
    reader = people[0] if len(people) == 1 else None
    context = {
        "mails": rows_of(page, Mail.objects.select_related("user").defer("content")),
        "page": page,
        "wanted": wanted,
        "is_filtered": any(wanted.values()),
        "states": MailState.choices,
        "kinds": [(str(value), label) for value, label in MailKind.choices],
        "pause": pausing.present_pause(),
        "dead": DeadAddress.objects.order_by("-since")[:ON_A_PAGE],
        "reader": reader,
        "reasons": explain(reader, now=timezone.now()) if reader else [],
        "may_pause": may(request, "digests.pause_mail"),
        "section": "jobs",
    }
    return render(request, "web/mail/log.html", context)


def _people(text: str) -> list[User]:
    """Who is called so or has that address, up to a few."""
    if not text:
        return []
    known = User.objects.people().filter(
        Q(username=text.lower()) | Q(email=text.lower()) | Q(display_name=text)
    )
    return list(known[:ON_A_PAGE])


def _chosen(wanted: dict[str, str], *, people: list[User]) -> QuerySet[Mail]:
    mails = Mail.objects.all()
    if wanted["q"]:
        mails = mails.filter(Q(user__in=people) | Q(address=wanted["q"]))
    if wanted["state"] in MailState.values:
        mails = mails.filter(state=wanted["state"])
    if wanted["kind"] in {str(value) for value in MailKind.values}:
        mails = mails.filter(kind=int(wanted["kind"]))
    return mails


@require_POST
@staff_page("digests.pause_mail")
def pause(request: HttpRequest) -> HttpResponse:
    """`POST /mail/pause` with a reason: nothing is sent from now on."""
    reason, now = _reason(request), timezone.now()
    with transaction.atomic():
        is_new = pausing.pause(by=person(request).name, reason=reason, now=now)
        if is_new:
            audit.record(AuditAction.PAUSE_MAIL, by=member(request), now=now, detail=reason)
    return _said(request, _("Mail is paused.") if is_new else _("Mail was paused already."))


@require_POST
@staff_page("digests.pause_mail")
def resume(request: HttpRequest) -> HttpResponse:
    """`POST /mail/resumption`: what waits is sent."""
    with transaction.atomic():
        was_paused = pausing.resume()
        if was_paused:
            audit.record(AuditAction.RESUME_MAIL, by=member(request), now=timezone.now())
    return _said(request, _("Mail is resumed.") if was_paused else _("Mail was not paused."))


@require_POST
@staff_page("digests.pause_mail")
def bury(request: HttpRequest) -> HttpResponse:
    """`POST /mail/dead-addresses`: an address takes no mail."""
    address = "".join(request.POST.get("address", "").split())[:320]
    if "@" not in address:
        return _said(request, _("That is no e-mail address."))
    reason, now = _reason(request), timezone.now()
    with transaction.atomic():
        if pausing.mark_dead(address, by=person(request).name, reason=reason, now=now):
            _record_address(request, AuditAction.MARK_DEAD, address=address, reason=reason, now=now)
    return _said(request, _("%(address)s gets no more mail.") % {"address": address})


@require_POST
@staff_page("digests.pause_mail")
def revive(request: HttpRequest) -> HttpResponse:
    """`POST /mail/dead-addresses/removal`: it takes mail again."""
    address, now = request.POST.get("address", ""), timezone.now()
    with transaction.atomic():
        was_dead = pausing.mark_living(address)
        if was_dead:
            _record_address(request, AuditAction.MARK_LIVING, address=address, now=now)
    if was_dead:
        return _said(request, _("%(address)s gets mail again.") % {"address": address})
    return _said(request, _("That address was not marked."))


def _record_address(
    request: HttpRequest, action: AuditAction, *, address: str, reason: str = "", now: datetime
) -> None:
    """Write down whose address it was, but never the address: the log outlives the account.

    Where nobody is known who has it, its domain has to do.
    """
    known = EmailAddress.objects.filter(email__iexact=address).order_by("-verified")
    whose = known.values_list("user_id", flat=True).first()
    domain = "" if whose else "@" + address.rpartition("@")[2].lower()
    detail = ": ".join(filter(None, (domain, reason)))
    audit.record(action, by=member(request), now=now, person_id=whose, detail=detail)


def _reason(request: HttpRequest) -> str:
    return " ".join(request.POST.get("reason", "").split())[:LONGEST_REASON]


def _said(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect(LOG)
