from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class CachingConfig(AppConfig):
    name = "ask.caching"

    def ready(self) -> None:
        post_migrate.connect(_make_tables, sender=self)


def _make_tables(using: str, **_: Any) -> None:
    """The tables of caches that stand in a database: there is no model that a migration makes."""
    call_command("createcachetable", database=using, verbosity=0)
