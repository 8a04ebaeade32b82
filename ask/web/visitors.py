"""Who is asking, found out without opening a session that is not there."""

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest


class VisitorMiddleware(AuthenticationMiddleware):
    """Sets `request.user`.

    Who sends no session cookie is a stranger: a page may ask `request.user.is_authenticated`
    without the session being read, so that a stranger's page needs none and can be kept.
    """

    def process_request(self, request: HttpRequest) -> None:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            super().process_request(request)
            return
        stranger = AnonymousUser()

        async def auser() -> AnonymousUser:
            return stranger

        request.user = stranger
        request.auser = auser
