from django.apps import AppConfig
from django.core.checks import register


class ModerationConfig(AppConfig):
    name = "ask.moderation"

    def ready(self) -> None:
        from ask.moderation.closing import check_setting  # noqa: PLC0415 - needs the models

        register(check_setting)
