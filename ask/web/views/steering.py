"""What the buttons of `/jobs/` do: each is a POST, asks for its permission, and is recorded."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ask.cron import interventions
from ask.cron.models import Run
from ask.cron.overview import EntryOverview, overview
from ask.web.live import is_htmx
from ask.web.staff import job_page, person
from ask.web.views.jobs import entry_named

LONGEST_REASON = 500


@require_POST
@job_page("cron.start_run")
def start(request: HttpRequest, *, name: str) -> HttpResponse:
    """`POST /jobs/entries/NAME/runs`: a run now."""
    entry = _entry(name)
    if entry.is_busy:
        return _said(request, _("%(job)s runs already.") % {"job": name}, is_refusal=True)
    asked = interventions.ask_to_start(name, by=person(request), now=timezone.now())
    interventions.see_to(asked)
    return _said(request, _("%(job)s begins in a moment.") % {"job": name})


@require_POST
@job_page("cron.start_run")
def retry(request: HttpRequest, *, id: UUID) -> HttpResponse:
    """`POST /jobs/runs/ID/retry`: another run of the same entry, as the crontab has it now."""
    run = get_object_or_404(Run, pk=id)
    entry = entry_named(overview(now=timezone.now()), run.job)
    if entry is None:
        text = _("The crontab has no entry %(job)s any more.") % {"job": run.job}
        return _said(request, text, is_refusal=True)
    if entry.is_busy:
        return _said(request, _("%(job)s runs already.") % {"job": run.job}, is_refusal=True)
    asked = interventions.ask_to_retry(run, by=person(request), now=timezone.now())
    interventions.see_to(asked)
    return _said(request, _("%(job)s begins in a moment.") % {"job": run.job})


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
def pause(request: HttpRequest, *, name: str) -> HttpResponse:
    """`POST /jobs/entries/NAME/pause` with a reason; a GET asks for one."""
    found = _entry(name)
    if request.method != "POST":
        context = {"name": name, "one": found, "section": "jobs"}
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


def _entry(name: str) -> EntryOverview:
    found = entry_named(overview(now=timezone.now()), name)
    if found is None:
        raise Http404
    return found


def _said(request: HttpRequest, text: str, *, is_refusal: bool = False) -> HttpResponse:
    """Say what came of it: beside the button with JavaScript, on the page that follows without."""
    if is_htmx(request):
        context = {"text": text, "is_refusal": is_refusal}
        response = render(request, "web/said.html", context)
        response.headers["HX-Trigger"] = "jobs"  # what keeps itself up to date does so now
        return response
    messages.add_message(request, messages.WARNING if is_refusal else messages.SUCCESS, text)
    back = request.POST.get("back", "")
    is_ours = back.startswith("/jobs/") and url_has_allowed_host_and_scheme(back, None)
    return redirect(back if is_ours else "/jobs/")
