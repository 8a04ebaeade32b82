"""The one character that no text has: PostgreSQL stores none, and nobody can type it."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from ask.web.views.errors import not_a_text

NUL = "\0"


class NulMiddleware:
    """Refuses an address or a form with a NUL, so that no page has to think of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any(NUL in text for text in _sent(request)):
            return not_a_text(request)
        return self.get_response(request)


def _sent(request: HttpRequest) -> Iterator[str]:
    yield request.path_info
    for name, values in request.GET.lists():
        yield from (name, *values)
    try:
        fields = list(request.POST.lists())
    except UnreadablePostError:
        return  # who sent it is gone
    for name, values in fields:
        yield from (name, *values)
