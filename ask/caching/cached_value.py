"""Values that a job computes ahead and a page only reads."""

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from ask.caching import guarded

T = TypeVar("T")

DAY = 86_400


class CachedValue(Generic[T]):
    """A named value in the cache, with the function that computes it.

    `compute` returns plain values (numbers, texts, lists and dictionaries of them), never model
    objects: those break when a deployment changes their class. A value that is not in the cache is
    computed on the spot, so a cache that is down makes pages slow, never wrong.
    """

    registered: ClassVar[dict[str, "CachedValue[object]"]] = {}

    def __init__(self, key: str, compute: Callable[[], T], *, timeout: int = DAY) -> None:
        """Register under `key`; `timeout` is in seconds."""
        if key in self.registered:
            raise ValueError(f"there are two cached values {key!r}")
        self.key = key
        self.compute = compute
        self.timeout = timeout
        self.registered[key] = self  # type: ignore[assignment]

    def get(self) -> T:
        """The value from the cache, computed and stored if it is not there."""
        kept = guarded.read(self.key)
        # In a tuple, so that None is a value too.
        return self.fill() if not isinstance(kept, tuple) else kept[0]

    def fill(self) -> T:
        """Compute the value and store it."""
        value = self.compute()
        guarded.keep(self.key, (value,), self.timeout)
        return value


def fill_all() -> list[str]:
    """Fill every registered value; returns their keys."""
    for value in CachedValue.registered.values():
        value.fill()
    return list(CachedValue.registered)
