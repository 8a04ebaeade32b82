"""Who may do what: the table of privileges."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ask.accounts.models import User
from ask.questions.privileges import PRIVILEGES, may, reputation_for


@require_safe
def privileges(request: HttpRequest) -> HttpResponse:
    """`/help/privileges`: the same for every stranger; a member sees which they have."""
    now = timezone.now()
    person = request.user if isinstance(request.user, User) else None
    rows = [
        (reputation_for(name), one.action, person is not None and may(person, name, now=now))
        for name, one in PRIVILEGES.items()
    ]
    context = {
        "privileges": sorted(rows, key=lambda row: row[0]),
        "person": person,
        "close_votes": settings.CLOSE_VOTES,
        "path": "/help/privileges",
    }
    return render(request, "web/privileges.html", context)
