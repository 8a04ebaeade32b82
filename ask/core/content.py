"""Content: the tables that a dump fills, and where the ids begin that a dump never has."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

LOCAL_IDS = 1_000_000_000
"""The first id of what is made here. Ids of a dump are below it, so a newer dump never collides."""


NO_ROWS = "1 = 0"
"""For `Content.LOCAL_ROWS`: an import makes the rows of this table anew."""


class Content(models.Model):
    """A row that comes from a dump or was made here. An import replaces these tables as a whole."""

    LOCAL_ROWS: ClassVar[str] = f"id >= {LOCAL_IDS}"
    """SQL that says which rows were made here; an import carries them over."""

    class Meta:
        abstract = True


def content_models() -> list[type[Content]]:
    """Every table of content, once each: no proxies."""
    return [
        model for model in apps.get_models() if issubclass(model, Content) and not model._meta.proxy
    ]


def start_local_ids(
    connection: BaseDatabaseWrapper, models: Iterable[type[Content]] | None = None
) -> None:
    """Let the next row of each table get an id of at least `LOCAL_IDS`. May be repeated."""
    for model in content_models() if models is None else models:
        column = model._meta.auto_field and model._meta.auto_field.column
        if not column:
            continue
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT max({connection.ops.quote_name(column)}) FROM {table}")  # noqa: S608
            (highest,) = cursor.fetchone() or (None,)
            last = max(LOCAL_IDS - 1, highest or 0)
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [model._meta.db_table, column, last],
                )
            else:
                name = model._meta.db_table
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [name])
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, last]
                )


def start_local_ids_after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    """Called by Django for each application after `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    start_local_ids(
        connection,
        [
            model
            for model in content_models()
            if model._meta.app_label == sender.label and model._meta.db_table in tables
        ],
    )
