"""What the buttons of `/jobs/` do: each is a POST, asks for its permission, and is recorded."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ask.cron import interventions
from ask.cron.configuration import NoCrontab, site_crontab
from ask.cron.crontab import Entry
from ask.cron.models import Pause, Run
from ask.cron.overview import busy
from ask.web.live import is_htmx
from ask.web.staff import job_page, person

LONGEST_REASON = 500


def _with_crontab(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that may raise NoCrontab."""

    @wraps(view)
    def saying_so(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            return view(request, **named)
        except NoCrontab:
            return _said(request, _("The crontab cannot be read."), is_refusal=True)

    return saying_so


@require_POST
@job_page("cron.start_run")
@_with_crontab
def start(request: HttpRequest, *, name: str) -> HttpResponse:
    """`POST /jobs/entries/NAME/runs`: a run now."""
    entry = site_crontab().entry(name)
    if entry is None:
        raise Http404
    return _begin(request, entry)


@require_POST
@job_page("cron.start_run")
@_with_crontab
def retry(request: HttpRequest, *, id: UUID) -> HttpResponse:
    """`POST /jobs/runs/ID/retry`: another run of the same entry, as the crontab has it now."""
    run = get_object_or_404(Run, pk=id)
    entry = site_crontab().entry(run.job)
    if entry is None:
        text = _("The crontab has no entry %(job)s any more.") % {"job": run.job}
        return _said(request, text, is_refusal=True)
    return _begin(request, entry, again=run)


def _begin(request: HttpRequest, entry: Entry, *, again: Run | None = None) -> HttpResponse:
    if busy([entry]):
        return _said(request, _("%(job)s runs already.") % {"job": entry.name}, is_refusal=True)
    now = timezone.now()
    interventions.give_up([entry], now=now)
    asked = (
        interventions.ask_to_start(entry.name, by=person(request), now=now)
        if again is None
        else interventions.ask_to_retry(again, by=person(request), now=now)
    )
    interventions.see_to(asked)
    return _said(request, _("%(job)s begins in a moment.") % {"job": entry.name})


@require_POST
@job_page("cron.cancel_run")
def cancel(request: HttpRequest, *, id: UUID) -> HttpResponse:
    """`POST /jobs/runs/ID/cancellation`: the end of a run."""
    run = get_object_or_404(Run, pk=id)
    if run.state != Run.State.RUNNING:
        return _said(request, _("That run has ended already."), is_refusal=True)
    asked = interventions.ask_to_cancel(run, by=person(request), now=timezone.now())
    interventions.see_to(asked)
    return _said(request, _("%(job)s is told to end.") % {"job": run.job})


@job_page("cron.pause_job")
@_with_crontab
def pause(request: HttpRequest, *, name: str) -> HttpResponse:
    """`POST /jobs/entries/NAME/pause` with a reason; a GET asks for one."""
    if not _is_known(name):
        raise Http404
    if request.method != "POST":
        paused = Pause.objects.filter(pk=name).first()
        context = {"name": name, "paused": paused, "section": "jobs"}
        return render(request, "web/jobs/pause.html", context)
    reason = " ".join(request.POST.get("reason", "").split())[:LONGEST_REASON]
    is_new = interventions.pause(name, by=person(request), reason=reason, now=timezone.now())
    text = _("%(job)s is paused.") if is_new else _("%(job)s was paused already.")
    return _said(request, text % {"job": name})


@require_POST
@job_page("cron.pause_job")
def resume(request: HttpRequest, *, name: str) -> HttpResponse:
    """`POST /jobs/entries/NAME/resumption`: its schedule starts it again."""
    was_paused = interventions.resume(name, by=person(request), now=timezone.now())
    text = _("%(job)s is resumed.") if was_paused else _("%(job)s was not paused.")
    return _said(request, text % {"job": name})


def _is_known(name: str) -> bool:
    """Whether there is such an entry; while nobody can read the crontab, whether it ever ran.

    Raises NoCrontab where it did not.
    """
    try:
        return site_crontab().entry(name) is not None
    except NoCrontab:
        if Run.objects.filter(job=name).exists():
            return True
        raise


def _said(request: HttpRequest, text: str, *, is_refusal: bool = False) -> HttpResponse:
    """Say what came of it: beside the button with JavaScript, on the page that follows without."""
    if is_htmx(request):
        context = {"text": text, "is_refusal": is_refusal}
        response = render(request, "web/said.html", context)
        response.headers["HX-Trigger"] = "jobs"  # what keeps itself up to date does so now
        return response
    messages.add_message(request, messages.WARNING if is_refusal else messages.SUCCESS, text)
    back = request.POST.get("back", "")
    return redirect(back if back.startswith("/jobs/") else "/jobs/")
