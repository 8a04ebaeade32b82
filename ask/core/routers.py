"""Which database a table stands in, where there are two: SQLite's content and clock files."""

from typing import Any

from django.conf import settings
from django.db.models import Model

CLOCK_APPS = {"sessions", "cron", "caching", "django_cache"}
"""Applications whose rows must never wait for a long write to content."""


class ClockRouter:
    """Sends `CLOCK_APPS` to the database `clock` where there is one (on SQLite)."""

    def _database(self, app_label: str) -> str:
        return "clock" if app_label in CLOCK_APPS and "clock" in settings.DATABASES else "default"

    def db_for_read(self, model: type[Model], **_: Any) -> str:
        return self._database(model._meta.app_label)

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        return db == self._database(app_label)
