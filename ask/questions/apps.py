from django.apps import AppConfig
from django.core.checks import register


class QuestionsConfig(AppConfig):
    name = "ask.questions"

    def ready(self) -> None:
        from ask.questions.privileges import check_setting  # noqa: PLC0415 - needs the models

        register(check_setting)
