"""Pages for staff: who may see them, and who may do what there."""

from collections.abc import Callable
from datetime import UTC, tzinfo
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from ask.accounts.models import User
from ask.cron import configuration
from ask.cron.interventions import Person
from ask.web.live import is_htmx

View = Callable[..., HttpResponseBase]


def staff_page(permission: str) -> Callable[[View], View]:
    """A view for staff with a permission. Strangers are asked to log in; others get a 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if is_htmx(request):
                    return HttpResponseClientRefresh()
                # What was sent cannot be sent once more by a link.
                there = request.get_full_path() if request.method in ("GET", "HEAD") else "/jobs/"
                return redirect_to_login(there)
            if not may(request, permission):
                raise PermissionDenied
            response = view(request, **named)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return checked

    return decorate


def job_page(permission: str) -> Callable[[View], View]:
    """A `staff_page` about the clock: its moments are shown in the zone of the crontab."""

    def decorate(view: View) -> View:
        @wraps(view)
        def in_zone(request: HttpRequest, **named: Any) -> HttpResponseBase:
            with timezone.override(_zone()):
                return view(request, **named)

        return staff_page(permission)(in_zone)

    return decorate


def _zone() -> tzinfo:
    try:
        return configuration.zone()
    except ImproperlyConfigured:
        return UTC  # the page says what is wrong


def may(request: HttpRequest, permission: str) -> bool:
    """Whether who asks is staff with that permission."""
    user = request.user
    return bool(user.is_authenticated and user.is_staff and user.has_perm(permission))


def person(request: HttpRequest) -> Person:
    """Who asks, for the record."""
    user = cast(User, request.user)
    return Person(name=user.display_name, id=user.id)
