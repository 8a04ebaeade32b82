"""The runs of the crontab's entries for staff: their history, and one alone."""

import socket
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ask.cron.durations import usual_seconds
from ask.cron.models import Attempt, Intervention, Run
from ask.web.days import midnight
from ask.web.live import live
from ask.web.paging import page_of, rows_of
from ask.web.staff import job_page
from ask.web.templatetags.jobs import CAUSES
from ask.web.views.jobs import permissions

ON_A_PAGE = 50

TROUBLED = [Run.State.FAILED, Run.State.TIMED_OUT, Run.State.LOST]


@require_safe
@job_page("cron.view_run")
def history(request: HttpRequest) -> HttpResponse:
    """`/jobs/history?job=&state=&cause=&host=&since=&until=`: runs, newest first."""
    wanted = {
        name: request.GET.get(name, "").strip()
        for name in ("job", "state", "cause", "host", "since", "until")
    }
    chosen = _chosen(wanted).order_by("-scheduled_for", "job")
    page = page_of(chosen, request=request, size=ON_A_PAGE, parameters=wanted)
    context = {
        "runs": rows_of(page, Run.objects.defer("output", "environment")),
        "page": page,
        "wanted": wanted,
        "is_filtered": any(wanted.values()),
        "states": ["troubled", *Run.State.values],
        "causes": list(CAUSES.items()),
        "section": "jobs",
    }
    return render(request, "web/jobs/history.html", context)


def _chosen(wanted: dict[str, str]) -> QuerySet[Run]:
    runs = Run.objects.all()
    for name in ("job", "cause", "host"):
        if value := wanted[name]:
            runs = runs.filter(**{name: value})
    if state := wanted["state"]:
        runs = runs.filter(state__in=TROUBLED if state == "troubled" else [state])
    if since := midnight(wanted["since"]):
        runs = runs.filter(scheduled_for__gte=since)
    if until := midnight(wanted["until"]):
        runs = runs.filter(scheduled_for__lt=until + timedelta(days=1))
    return runs


@require_safe
@job_page("cron.view_run")
def run(request: HttpRequest, *, id: UUID) -> HttpResponse:
    """One run: how far it is or how it ended, its attempts, and what they printed."""
    found = get_object_or_404(Run, pk=id)
    deeds = list(Intervention.objects.filter(Q(run=id) | Q(begun=id)).order_by("at"))
    is_running = found.state == Run.State.RUNNING
    context = {
        **permissions(request),
        "run": found,
        "usual": usual_seconds([found.job]).get(found.job),
        "attempts": [(one, _log_of(one) is not None) for one in found.attempts.order_by("number")],
        "deeds": deeds,
        "is_cancelling": any(one.kind == "cancel" and one.state == "asked" for one in deeds),
        "section": "jobs",
        "back": request.path,
    }
    return live(
        request,
        page="web/jobs/run.html",
        part="web/jobs/run_now.html",
        context=context,
        is_busy=is_running,
    )


@require_safe
@job_page("cron.view_run")
def log(request: HttpRequest, *, id: UUID, number: int) -> HttpResponseBase:
    """All that an attempt printed, where this host has it still."""
    path = _log_of(get_object_or_404(Attempt, run=id, number=number))
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="text/plain; charset=utf-8")


def _log_of(attempt: Attempt) -> Path | None:
    """The file, if it is one of the folder of logs: the path comes from the database."""
    if not attempt.log or attempt.run.host != socket.gethostname():
        return None
    path = Path(attempt.log).resolve()
    logs = Path(settings.CRON_FOLDER).resolve() / "logs"
    return path if path.is_relative_to(logs) and path.is_file() else None


@require_safe
@job_page("cron.view_run")
def deeds(request: HttpRequest) -> HttpResponse:
    """`/jobs/interventions`: what people did, newest first."""
    page = page_of(Intervention.objects.order_by("-at"), request=request, size=ON_A_PAGE)
    deeds = rows_of(page, Intervention.objects.all())
    context = {"deeds": deeds, "page": page, "section": "jobs"}
    return render(request, "web/jobs/interventions.html", context)
