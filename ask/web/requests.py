"""Each request has an id, which its log lines and its answer bear, and is counted."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ask.core.logs import request_id
from ask.web.metrics import count_request
from ask.web.probes import ANSWERS

logger = logging.getLogger("ask.requests")

SANE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,100}")
"""An id that a proxy may have given; another one could forge lines of the log."""


class RequestMiddleware:
    """Takes the id from `X-Request-ID` or makes one; counts and logs as the settings say."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        id = given if SANE.fullmatch(given) else uuid4().hex
        # Never reset: Django logs what was not found after the last middleware has returned.
        request_id.set(id)
        began_at = time.perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = id
        seconds = time.perf_counter() - began_at
        if request.path_info in ANSWERS:
            return response  # every few seconds, for nobody
        if settings.METRICS_TOKEN:
            count_request(request, status=response.status_code, seconds=seconds)
        if settings.LOG_REQUESTS:
            _tell(request, response, seconds=seconds)
        return response


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "seconds": round(seconds, 4),
    }
    line = "%(method)s %(path)r %(status)d %(seconds).4f s"
    logger.info(line, fields, extra={"fields": fields})
