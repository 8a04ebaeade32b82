"""`/jobs/`: every entry of the crontab for staff, what runs now, and one entry alone."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from itertools import islice

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ask.cron.configuration import NoCrontab, SiteCrontab, site_crontab
from ask.cron.crontab import Entry
from ask.cron.durations import durations
from ask.cron.models import Intervention, Run
from ask.cron.overview import EntryOverview, Overview, overview
from ask.cron.status import Trouble
from ask.cron.timeline import timeline
from ask.web.drawings import DrawnTimeline, drawn_durations, drawn_timeline
from ask.web.live import is_htmx, live
from ask.web.staff import job_page, may

UPCOMING = 5
LATEST = 20
DEEDS = 8


@require_safe
def with_slash(request: HttpRequest) -> HttpResponse:
    """`/jobs`: this address is known with its slash."""
    return HttpResponsePermanentRedirect("/jobs/")


@require_safe
@job_page("cron.view_run")
def jobs(request: HttpRequest) -> HttpResponse:
    """Every entry, what runs now, the last day, and what people did."""
    now = timezone.now()
    found = overview(now=now)
    is_asked = any(one.is_asked for one in found.entries)
    context: dict[str, object] = {
        **permissions(request),
        "overview": found,
        "troubled": len(found.status.troubled),
        "is_crontab_broken": found.status.trouble is Trouble.CRONTAB,
        "deeds": Intervention.objects.order_by("-at")[:DEEDS],
        "section": "jobs",
        "back": "/jobs/",
    }
    if not is_htmx(request):  # which asks for the day alone, and less often
        entries = [one.entry for one in found.entries]
        context["timeline"] = _day(entries, now=now, zone=found.zone)
    return live(
        request,
        page="web/jobs/jobs.html",
        part="web/jobs/entries.html",
        context=context,
        is_busy=bool(found.running) or is_asked,
    )


@require_safe
@job_page("cron.view_run")
def day(request: HttpRequest) -> HttpResponse:
    """`/jobs/timeline`: the drawing of the last 24 hours, which the page asks for each minute."""
    try:
        crontab = site_crontab()
    except NoCrontab:
        crontab = SiteCrontab(entries=(), zone=UTC, changed_at=0)
    context = {"timeline": _day(crontab.entries, now=timezone.now(), zone=crontab.zone)}
    return render(request, "web/jobs/day.html", context)


def _day(entries: Iterable[Entry], *, now: datetime, zone: tzinfo) -> DrawnTimeline:
    names = [entry.name for entry in entries]
    return drawn_timeline(timeline(names, now=now), zone=zone)


@require_safe
@job_page("cron.view_run")
def entry(request: HttpRequest, *, name: str) -> HttpResponse:
    """One entry: when it runs, how it fares, and its newest runs.

    Of one that the crontab has no more, the runs are left.
    """
    now = timezone.now()
    found = overview(now=now, name=name)
    one = found.entries[0] if found.entries else None
    is_crontab_broken = found.status.trouble is Trouble.CRONTAB
    runs = list(Run.objects.filter(job=name).defer("output").order_by("-scheduled_for")[:LATEST])
    if one is None and not runs and not is_crontab_broken:
        raise Http404
    context: dict[str, object] = {
        **permissions(request),
        "name": name,
        "one": one,
        "overview": found,
        "is_crontab_broken": is_crontab_broken,
        "running": found.running,
        "runs": runs,
        "upcoming": _upcoming(one, now=now, overview=found) if one else [],
        "deeds": Intervention.objects.filter(job=name).order_by("-at")[:DEEDS],
        "section": "jobs",
        "back": request.path,
    }
    if not is_htmx(request):
        context["durations"] = drawn_durations(durations(name), zone=found.zone)
    return live(
        request,
        page="web/jobs/entry.html",
        part="web/jobs/entry_now.html",
        context=context,
        is_busy=bool(found.running) or (one is not None and one.is_asked),
    )


def permissions(request: HttpRequest) -> dict[str, bool]:
    """Which buttons somebody gets to see."""
    return {
        "may_start": may(request, "cron.start_run"),
        "may_cancel": may(request, "cron.cancel_run"),
        "may_pause": may(request, "cron.pause_job"),
        "may_change_crontab": settings.CRON_EDITABLE and may(request, "cron.change_crontab"),
    }


def _upcoming(one: EntryOverview, *, now: datetime, overview: Overview) -> list[datetime]:
    moments = one.entry.schedule.runs(int(now.timestamp()), zone=overview.zone)
    return [datetime.fromtimestamp(moment, UTC) for moment in islice(moments, UPCOMING)]
