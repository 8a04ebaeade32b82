"""What a load balancer or a cluster asks, answered before anything else of a request is looked at.

A kubelet asks by the number of a pod, which `ALLOWED_HOSTS` does not know, and without HTTPS, which
would send it elsewhere. So these answers come from the first middleware: they need no host, no
session, no language and no cookie.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

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
}


class ProbeMiddleware:
    """Answers these addresses itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response
