from django.apps import AppConfig


class CronConfig(AppConfig):
    name = "ask.cron"
    label = "cron"
