import os

from django.apps import AppConfig
from django.conf import settings


class CronConfig(AppConfig):
    name = "ask.cron"
    label = "cron"

    def ready(self) -> None:
        # Django sets TZ to its TIME_ZONE; jobs get what they would get from cron.
        if settings.TZ is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = settings.TZ
