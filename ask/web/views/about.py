"""What this site is, whose texts it shows, and what was imported."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ask.questions.cached import totals
from ask.stackexchange.models import Source


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    origin = Source.objects.order_by("-id").first()
    report: dict[str, Any] = origin.report if origin and isinstance(origin.report, dict) else {}
    context = {
        "section": "about",
        "totals": totals.get(),
        "origin": origin,
        "report": report,
        "tables": [_table(name, counts) for name, counts in report.get("tables", {}).items()],
        "path": "/about",
    }
    return render(request, "web/about.html", context)


def _table(name: str, counts: dict[str, Any]) -> dict[str, Any]:
    """A row of the report; what an older import did not write is missing."""
    left_out = counts.get("left_out") or {}
    return {
        "name": name,
        "read": counts.get("read", 0),
        "stored": counts.get("stored", 0),
        "left_out": [(reason, count) for reason, count in left_out.items() if count],
        "unknown_columns": counts.get("unknown_columns") or [],
    }
