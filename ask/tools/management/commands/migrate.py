"""Django's `migrate`, for every database that the site has."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    help = "Brings the tables of every database of the site up to date."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        chosen = options["database"]
        return {"databases": [chosen] if chosen else list(connections)}

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options.pop("database")
        for alias in [chosen] if chosen else list(connections):
            super().handle(*args, database=alias, **options)
