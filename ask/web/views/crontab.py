"""The crontab: staff read it, and some may change it where a setting lets them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from ask.cron import configuration
from ask.cron.comparing import Change, compared, difference
from ask.cron.crontab import Crontab, Entry, Problem
from ask.cron.interventions import change_crontab
from ask.cron.models import Intervention
from ask.cron.reasons import Reason
from ask.cron.replacing import CannotReplace, Changed, Obstacle, check_replaceable, read
from ask.cron.secrets import line_without_secrets
from ask.cron.words import in_words
from ask.web.language import language_of_words
from ask.web.listing import listing, shown
from ask.web.live import is_htmx
from ask.web.staff import job_page, may, person

ADDRESS = "/jobs/crontab"
CHANGE = "cron.change_crontab"
UPCOMING = 5
MOST = 200
"""Entries whose runs one page works out."""
CHANGES = 10

OBSTACLES: dict[Obstacle, Promise] = {
    Obstacle.FOLDER: _(
        "The server may not write to the folder %(folder)s, where a new version has to be made"
        " first."
    ),
    Obstacle.MOUNT: _(
        "The crontab is mounted as a single file, so nothing can take its place: mount its folder."
    ),
    Obstacle.OWNER: _("The crontab belongs to %(owner)s, and the server may not give files away."),
    Obstacle.FAULT: _("The system refuses it: %(fault)s."),
}


@dataclass(frozen=True)
class Stored:
    """The file as it is now; `fault` says why it cannot be read."""

    path: Path
    data: bytes = b""
    fault: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    @cached_property
    def crontab(self) -> Crontab:
        return Crontab.inspect(self.data, source=str(self.path))

    @property
    def without_secrets(self) -> "Stored":
        """As those may see it who may not change it."""
        lines = self.data.decode(errors="surrogateescape").split("\n")
        text = "\n".join(map(line_without_secrets, lines))
        return replace(self, data=text.encode(errors="surrogateescape"))

    @property
    def foreign_line(self) -> int | None:
        """The first line that a browser would not give back as it is."""
        for number, line in enumerate(self.data.split(b"\n"), start=1):
            try:
                text = line.decode()
            except UnicodeDecodeError:
                return number
            if "\0" in text or "\r" in text.removesuffix("\r"):
                return number
        return None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody typed, and which version of the file they began with."""

    text: str
    began: str

    @property
    def data(self) -> bytes:
        """As the file would hold it: browsers end lines otherwise, and leave the last one open."""
        return (self.text + "\n" * bool(self.text and not self.text.endswith("\n"))).encode()


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """An entry, and when it runs next."""

    entry: Entry
    when: str
    change: str = Change.NONE
    moments: list[datetime] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
@job_page("cron.view_run")
def crontab(request: HttpRequest) -> HttpResponseBase:
    """`/jobs/crontab`: the file with what is wrong in it; a POST saves another version."""
    if request.method == "POST":
        return _save(request)
    return _page(request, _stored())


def preview(request: HttpRequest) -> HttpResponseBase:
    """`POST /jobs/crontab/preview`: what another version would do. Nothing is saved."""
    if is_htmx(request) and not request.user.is_authenticated:
        # To lead them to the login page would lose what they wrote.
        return render(request, "web/jobs/crontab_away.html")
    return _preview(request)


@require_POST
@job_page("cron.view_run")
def _preview(request: HttpRequest) -> HttpResponse:
    draft = _draft(request)
    if not is_htmx(request):
        return _page(request, _stored(), draft=draft)
    found = _found(_stored(), draft, is_whole=False)
    return render(request, "web/jobs/crontab_found.html", {**found, "is_alone": True})


def _save(request: HttpRequest) -> HttpResponse:
    draft, stored = _draft(request), _stored()
    if stored.data == draft.data and not stored.fault:
        messages.info(request, gettext("Nothing was changed."))
        return redirect(ADDRESS)
    status, notice = _outcome(request, draft, stored)
    if status != 200:
        return _page(request, _stored(), draft=draft, notice=notice, status=status)
    messages.success(request, gettext("The crontab is changed."))
    return redirect(ADDRESS)


def _outcome(request: HttpRequest, draft: Draft, stored: Stored) -> tuple[int, str]:
    """Change the file if that can be done: the status, and what else has to be said."""
    if draft.began != stored.digest or _obstacle(stored):
        return 409, ""
    if any(not problem.is_warning for problem in _inspected(draft).problems):
        return 422, gettext("It was not saved: something in it is wrong.")
    path, before = stored.path, stored.data
    by, now = person(request), timezone.now()
    try:
        change_crontab(path, before=before, after=draft.data, by=by, now=now)
    except Changed:
        return 409, ""
    except CannotReplace as e:
        return 409, _said(e)
    except DatabaseFault:
        return 503, gettext(
            "It was not saved: who changed it cannot be recorded, because the database does not"
            " answer."
        )
    return 200, ""


def _stored() -> Stored:
    path = configuration.crontab_path()
    try:
        return Stored(path, read(path))
    except OSError as e:
        return Stored(path, fault=e.strerror or str(e))


def _draft(request: HttpRequest) -> Draft:
    """What was sent. Raises PermissionDenied and BadRequest."""
    if not _may_change(request):
        raise PermissionDenied
    # Without the field it would be the wish for an empty crontab.
    if "text" not in request.POST:
        raise BadRequest("The text is missing.")
    text = request.POST["text"].replace("\r\n", "\n").replace("\r", "\n")
    return Draft(text=text, began=request.POST.get("began", ""))


def _may_change(request: HttpRequest) -> bool:
    return settings.CRON_EDITABLE and may(request, CHANGE)


def _why_not(request: HttpRequest, stored: Stored) -> str:
    """Why who asks cannot change the file; empty if they can."""
    if not may(request, CHANGE):
        return gettext("You may look at it. To change it takes the permission to do so.")
    if not settings.CRON_EDITABLE:
        return gettext("It is changed on the server only: the setting CRON_EDITABLE is off.")
    return _obstacle(stored)


def _obstacle(stored: Stored) -> str:
    """What keeps anybody from changing the file here; empty if nothing does."""
    if stored.fault:
        return gettext("It cannot be read: %(fault)s.") % {"fault": stored.fault}
    if stored.foreign_line:
        return gettext(
            "Line %(line)s holds what is no text in UTF-8, and a browser would not give it back as"
            " it is. Change it on the server: manage.py crontab edit."
        ) % {"line": stored.foreign_line}
    try:
        check_replaceable(stored.path)
    except CannotReplace as e:
        return _said(e)
    return ""


def _said(refused: CannotReplace) -> str:
    return str(OBSTACLES[refused.obstacle]) % refused.words


def _page(
    request: HttpRequest,
    stored: Stored,
    *,
    draft: Draft | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; with a draft, what somebody typed stays where it was."""
    why_not = _why_not(request, stored)
    if not may(request, CHANGE):
        stored = stored.without_secrets
    is_form = draft is not None or not why_not
    text = draft.text if draft else stored.text
    context = {
        **_found(stored, draft, is_whole=not is_form),
        "stored": stored,
        "is_form": is_form,
        "is_draft": draft is not None,
        "text": text,
        "rows": min(max(text.count("\n") + 2, 12), 34),
        "why_not": why_not,
        "notice": notice,
        "changes": _changes(),
        "section": "jobs",
    }
    return render(request, "web/jobs/crontab.html", context, status=status)


def _found(stored: Stored, draft: Draft | None, *, is_whole: bool) -> dict[str, Any]:
    """What is to be said of a version: problems, entries with their runs, and what differs."""
    now = timezone.now()
    crontab = _inspected(draft) if draft else stored.crontab
    warnings = len(crontab.warnings)
    errors = len(crontab.problems) - warnings
    comparison = compared(stored.crontab, crontab)
    zone = configuration.zone()
    return {
        "crontab": crontab,
        "lines": listing(crontab, language=language_of_words(), is_whole=is_whole),
        "error_count": errors,
        "verdict": _verdict(crontab, errors=errors, warnings=warnings),
        "entries": list(_upcoming(comparison.entries[:MOST], zone=zone, now=now)),
        "left_out": max(len(comparison.entries) - MOST, 0),
        "removed": comparison.removed,
        "zone": zone,
        "diff": _diff(difference(stored.data, draft.data)) if draft else [],
        "is_conflict": draft is not None and draft.began != stored.digest,
    }


def _inspected(draft: Draft) -> Crontab:
    """What was typed, read; a character that was lost on its way is a problem too."""
    found = Crontab.inspect(draft.data)
    lost = Reason("the sign of a character that was lost: write the character itself")
    for number, line in enumerate(found.lines, start=1):
        if (at := line.find("\N{REPLACEMENT CHARACTER}")) >= 0:
            found.problems.append(Problem(number, at + 1, lost))
    found.problems.sort(key=lambda problem: (problem.line, problem.column))
    return found


def _verdict(crontab: Crontab, *, errors: int, warnings: int) -> str:
    said = []
    if errors:
        text = ngettext("%(count)s error", "%(count)s errors", errors)
        said.append(text % {"count": errors})
    if warnings:
        text = ngettext("%(count)s warning", "%(count)s warnings", warnings)
        said.append(text % {"count": warnings})
    if not said:
        count = len(crontab.entries)
        text = ngettext("%(count)s entry, all well", "%(count)s entries, all well", count)
        return text % {"count": count}
    return ", ".join(said)


def _upcoming(
    entries: list[tuple[Entry, Change]], *, zone: tzinfo, now: datetime
) -> Iterator[Upcoming]:
    for entry, change in entries:
        moments = islice(entry.schedule.runs(int(now.timestamp()), zone=zone), UPCOMING)
        yield Upcoming(
            entry=entry,
            when=in_words(entry.schedule, language=language_of_words()),
            change=change,
            moments=[datetime.fromtimestamp(moment, UTC) for moment in moments],
        )


def _diff(text: str) -> list[tuple[str, str]]:
    """The lines of a unified diff, each with what it is: added, removed, folded, kept."""
    kinds = {"+": "added", "-": "removed", "@": "folded", "\\": "folded"}
    return [(kinds.get(line[:1], "kept"), shown(line)) for line in text.split("\n")[2:-1]]


def _changes() -> list[tuple[Intervention, list[tuple[str, str]]]]:
    """The last changes, newest first; none while the database does not answer."""
    try:
        found = Intervention.objects.filter(kind=Intervention.Kind.EDIT).order_by("-at")
        return [(done, _diff(done.text)) for done in found[:CHANGES]]
    except DatabaseFault:
        return []
