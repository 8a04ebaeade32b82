"""What a load balancer, a cluster or Prometheus asks, answered before the rest of the site is.

A kubelet asks by the number of a pod, which `ALLOWED_HOSTS` does not know, and without HTTPS, which
would send it elsewhere. So these answers come from a middleware above those that look: they need
no host, no session, no language and no cookie.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from ask.web.metrics import metrics
from ask.web.readiness import missing


def healthz(_: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked: to start it anew would mend nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_: HttpRequest) -> HttpResponse:
    """200 when databases, tables and caches are in order, else 503 with what is not."""
    found = missing()
    return JsonResponse({"is_ready": not found, "missing": found}, status=503 if found else 200)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


class ProbeMiddleware:
    """Answers these addresses itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path_info)
        if answer is None or (answer is metrics and not settings.METRICS_TOKEN):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response
