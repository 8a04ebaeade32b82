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


BROKEN = {"default": {"BACKEND": "tests.caching.broken.BrokenCache"}}
