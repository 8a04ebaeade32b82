from django.apps import AppConfig


class StackExchangeConfig(AppConfig):
    name = "ask.stackexchange"
