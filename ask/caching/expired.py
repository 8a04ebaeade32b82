"""Cached values whose time is over, where a cache does not remove them by itself.

Memory, memcached and Redis do. Django's database and files drop an expired value when somebody asks
for it, or when there are too many: one that nobody asks for stays.
"""

import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.db import connections, router

BATCH = 1_000
"""Rows that one statement removes, and files after which progress is told."""


def remove_expired(
    *, now: datetime, before: datetime, is_trial: bool, advanced: Callable[[int], None]
) -> int:
    """Remove expired values of every cache; `advanced` is told of each batch.

    Also files that somebody who was killed had begun to write, if that was `before`. Returns how
    many there were; in a trial they stay.
    """
    count = 0
    for store in _stores():
        for batch in store.batches(now=now, before=before):
            removed = len(batch) if is_trial else store.remove(batch, now=now)
            count += removed
            advanced(removed)
    return count


class _Store(ABC):
    """Where a cache keeps its values; caches with one location share it."""

    @abstractmethod
    def batches(self, *, now: datetime, before: datetime) -> Iterator[list[str]]:
        """Keys or paths whose time is over, each once, whether they are removed or not."""

    @abstractmethod
    def remove(self, names: list[str], *, now: datetime) -> int:
        """Remove them, unless somebody has written them anew; returns how many went."""


def _stores() -> list[_Store]:
    """The stores behind `CACHES` that keep what is over."""
    found: dict[str, _Store] = {}
    for alias, options in settings.CACHES.items():
        cache, location = caches[alias], str(options.get("LOCATION", ""))
        if isinstance(cache, DatabaseCache):
            found[f"table {location}"] = _Table(cache, name=location)
        elif isinstance(cache, FileBasedCache):
            folder = Path(location).absolute()
            found[f"folder {folder}"] = _Folder(folder, suffix=cache.cache_suffix)
    return list(found.values())


class _Table(_Store):
    """A table as `createcachetable` makes it."""

    def __init__(self, cache: DatabaseCache, *, name: str) -> None:
        self.connection = connections[router.db_for_write(cache.cache_model_class)]
        self.name = name
        self.quoted = self.connection.ops.quote_name(name)

    def batches(self, *, now: datetime, before: datetime) -> Iterator[list[str]]:
        if self.name not in self.connection.introspection.table_names():
            return  # nobody has called createcachetable yet
        last = ""
        while True:
            with self.connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT cache_key FROM {self.quoted} WHERE expires < %s AND cache_key > %s"  # noqa: S608
                    f" ORDER BY cache_key LIMIT {BATCH}",
                    [self._moment(now), last],
                )
                keys = [key for (key,) in cursor.fetchall()]
            if not keys:
                return
            yield keys
            last = keys[-1]

    def remove(self, names: list[str], *, now: datetime) -> int:
        marks = ", ".join(["%s"] * len(names))
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.quoted} WHERE cache_key IN ({marks}) AND expires < %s",  # noqa: S608
                [*names, self._moment(now)],
            )
            return int(cursor.rowcount)

    def _moment(self, now: datetime) -> Any:
        """As Django's cache writes it: of UTC, without a zone, in whole seconds."""
        bare = now.astimezone(UTC).replace(microsecond=0, tzinfo=None)
        return self.connection.ops.adapt_datetimefield_value(bare)


class _Folder(_Store):
    """A folder of files, each of which begins with the pickled moment at which it expires."""

    def __init__(self, folder: Path, *, suffix: str) -> None:
        self.folder = folder
        self.suffix = suffix

    def batches(self, *, now: datetime, before: datetime) -> Iterator[list[str]]:
        found = (str(path) for path in self._files() if self._is_over(path, now, before))
        while batch := list(islice(found, BATCH)):
            yield batch

    def remove(self, names: list[str], *, now: datetime) -> int:
        count = 0
        for name in names:
            with suppress(FileNotFoundError):
                Path(name).unlink()
                count += 1
        return count

    def _files(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            yield from self.folder.iterdir()

    def _is_over(self, path: Path, now: datetime, before: datetime) -> bool:
        with suppress(FileNotFoundError):
            if path.suffix == self.suffix:
                return self._is_expired(path, now)
            # What somebody writes before he gives it its name, if he was killed in between.
            return path.name.startswith("tmp") and path.stat().st_mtime < before.timestamp()
        return False

    def _is_expired(self, path: Path, now: datetime) -> bool:
        with path.open("rb") as file:
            try:
                expires = pickle.load(file)  # noqa: S301 - as Django reads it, from our own folder
            except (EOFError, pickle.UnpicklingError):
                return True  # empty, or torn: nobody can read it
        return expires is not None and expires < now.timestamp()
