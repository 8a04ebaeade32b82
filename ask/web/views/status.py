"""Whether the background processes run as they should: for people, and for a watchdog outside."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ask.cron.status import Condition, EntryStatus, Status, Trouble, status

CONDITIONS = {
    Condition.NEVER: _("no result yet"),
    Condition.WELL: _("well"),
    Condition.RUNNING: _("running"),
    Condition.PAUSED: _("paused"),
    Condition.FAILING: _("failing"),
    Condition.LOST: _("lost"),
    Condition.LATE: _("late"),
}


@require_safe
def with_slash(request: HttpRequest) -> HttpResponse:
    """`/status`: this one address is known with its slash."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"/status/?{query}" if query else "/status/")


@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """`/status/?format=json`: 200 when all is well, else 503; the same for everybody."""
    found = status(now=timezone.now())
    code = 200 if found.is_well else 503
    response: HttpResponse
    if _wants_json(request):
        response = JsonResponse(_as_json(found), status=code)
    elif found.trouble is Trouble.DATABASE:
        response = HttpResponse(render_to_string("web/status_away.html", _frame()), status=code)
    else:
        request.user = AnonymousUser()
        context = {
            "status": found,
            "is_crontab_broken": found.trouble is Trouble.CRONTAB,
            "entries": [(one, CONDITIONS[one.condition]) for one in found.entries],
            "path": "/status/",
        }
        response = render(request, "web/status.html", context, status=code)
    patch_vary_headers(response, ["Accept"])
    response.headers["Cache-Control"] = "no-store"
    return response


def _wants_json(request: HttpRequest) -> bool:
    wanted = request.GET.get("format")
    preferred = request.get_preferred_type(["text/html", "application/json"])
    return wanted == "json" if wanted else preferred == "application/json"


def _as_json(found: Status) -> dict[str, object]:
    return {
        "is_well": found.is_well,
        "trouble": found.trouble,
        "troubled": [_entry(one) for one in found.troubled],
        "entries": [_entry(one) for one in found.entries],
    }


def _entry(one: EntryStatus) -> dict[str, object]:
    since = f"{one.since:%Y-%m-%dT%H:%M:%SZ}" if one.since else None
    return {"name": one.name, "condition": one.condition, "since": since}


def _frame() -> dict[str, object]:
    return {
        "language": get_language() or settings.LANGUAGE_CODE,
        "site_name": settings.SITE_NAME,
        "static": settings.STATIC_URL,
    }
