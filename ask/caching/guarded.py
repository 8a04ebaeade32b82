"""The cache as pages use it: while it is down it holds nothing, and nobody fails by that."""

import logging
from collections.abc import Collection

from django.core.cache import caches

log = logging.getLogger(__name__)

ALIAS = "values"


def read(key: str) -> object:
    """What is kept under `key`, or None."""
    try:
        kept: object = caches[ALIAS].get(key)
    except Exception:  # every backend raises errors of its own when its server is away
        log.warning("the cache did not answer for %s", key, exc_info=True)
        return None
    return kept


def keep(key: str, value: object, timeout: int) -> None:
    """Keep `value` for `timeout` seconds, if the cache takes it."""
    try:
        caches[ALIAS].set(key, value, timeout)
    except Exception:
        log.warning("the cache did not take %s", key, exc_info=True)


def forget(keys: Collection[str]) -> None:
    """Keep nothing under these keys any more, if the cache answers."""
    try:
        caches[ALIAS].delete_many(keys)
    except Exception:
        log.warning("the cache did not forget %s", ", ".join(keys), exc_info=True)


def forget_everything() -> None:
    """Empty the cache, if it answers."""
    try:
        caches[ALIAS].clear()
    except Exception:
        log.warning("the cache was not emptied", exc_info=True)
