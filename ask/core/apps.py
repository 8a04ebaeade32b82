from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "ask.core"

    def ready(self) -> None:
        from ask.core.content import start_local_ids_after_migrate  # noqa: PLC0415

        # A migration that rebuilds a table of SQLite forgets where its ids start.
        post_migrate.connect(start_local_ids_after_migrate, dispatch_uid="local ids")
