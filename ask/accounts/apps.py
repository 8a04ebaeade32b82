from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ask.accounts"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed  # noqa: PLC0415 - needs the models

        from ask.accounts.addresses import list_confirmed  # noqa: PLC0415

        # Whichever way allauth confirms it.
        email_confirmed.connect(list_confirmed, dispatch_uid="confirmed")
