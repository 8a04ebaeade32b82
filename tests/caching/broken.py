"""A cache whose server is away."""

from typing import Any, Never

from django.core.cache.backends.base import BaseCache


class BrokenCache(BaseCache):
    def __init__(self, _location: str, parameters: dict[str, Any]) -> None:
        super().__init__(parameters)

    def get(self, *_: object, **__: object) -> Never:
        raise ConnectionRefusedError

    set = get

    def clear(self) -> None:
        """There is nothing in it."""


MEMORY = "django.core.cache.backends.locmem.LocMemCache"

IN_MEMORY = {alias: {"BACKEND": MEMORY, "LOCATION": alias} for alias in ("default", "values")}

BROKEN = {
    **IN_MEMORY,
    "values": {"BACKEND": "tests.caching.broken.BrokenCache"},
}
