"""Numbered pages: which ids stand on one, and the links to the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

Row = TypeVar("Row", bound=Model)

MAX_NUMBER = 1_000_000
AROUND = 2
"""How many pages are linked on each side of the current one."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the pager; without a number it is a gap."""

    number: int | None = None
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    number: int
    size: int
    ids: list[int]
    has_next: bool
    path: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    total: int | None = None

    def url(self, number: int) -> str:
        """Page `number` with the same parameters; page 1 does not say so."""
        return address(self.path, {**self.parameters, "page": number if number > 1 else None})

    @property
    def previous_url(self) -> str:
        return self.url(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(self.number + 1) if self.has_next else ""

    @property
    def links(self) -> list[Link]:
        """`1 … 4 5 [6] 7 8 … 20`. Where the total is unknown, nothing follows the current page.

        The total is counted by a job and may be older than the page.
        """
        last = self.number
        if self.total is not None and self.has_next:
            last = max(-(-self.total // self.size), self.number + 1)
        shown = sorted(
            {1, last} | {*range(max(1, self.number - AROUND), min(last, self.number + AROUND) + 1)}
        )
        links: list[Link] = []
        for before, number in zip([0, *shown], shown, strict=False):
            if number > before + 1:
                links.append(Link())
            links.append(Link(number, self.url(number), number == self.number))
        return links


def address(path: str, parameters: Mapping[str, object]) -> str:
    """A path with those parameters that have a value."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{path}?{query}" if query else path


def page_number(request: HttpRequest) -> int:
    """`page` of the request. Raises `Http404` for what is no number of a page."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_NUMBER):
        raise Http404
    return int(text[:9])


def page_of(
    ordered: QuerySet[Any],
    *,
    request: HttpRequest,
    size: int,
    parameters: Mapping[str, object] | None = None,
    total: int | None = None,
    key: str = "pk",
) -> Page:
    """The page that the request asks for. Raises `Http404` beyond the last one.

    Only ids are read, so that an index alone can skip the rows before: page 1,000 costs little
    more than page 1. `rows_of` reads the rest of the few that are shown. `key` is the column of
    their ids, where `ordered` is another table that refers to them.
    """
    number = page_number(request)
    start = (number - 1) * size
    ids = list(ordered.values_list(key, flat=True)[start : start + size + 1])
    if not ids and number > 1:
        raise Http404
    return Page(
        number=number,
        size=size,
        ids=ids[:size],
        has_next=len(ids) > size,
        path=request.path,
        parameters=parameters or {},
        total=total,
    )


def rows_of(page: Page, rows: QuerySet[Row]) -> list[Row]:
    """The page's rows, in its order."""
    found = {row.pk: row for row in rows.filter(pk__in=page.ids)}
    return [found[id] for id in page.ids if id in found]
