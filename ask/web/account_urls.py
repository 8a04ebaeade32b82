"""The addresses of allauth's pages, by the names that it looks them up with.

It has addresses of its own, but people know Stack Exchange's, and those end without a slash.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.cache import never_cache


class Base36Converter(StringConverter):
    """A number; what follows after a dash may have dashes itself."""

    regex = "[0-9a-z]+"


register_converter(Base36Converter, "base36")


def page(address: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """One of allauth's pages, of which nobody else keeps a copy."""
    return path(address, never_cache(view), name=name)


def whole(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let what a POST changes and the mail that it causes both happen, or neither."""

    @wraps(view)
    def acting(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, **named)
        with transaction.atomic():
            return view(request, **named)

    return acting


urlpatterns = [
    page("users/login", account.login, name="account_login"),
    page("users/login/code", factors.authenticate, name="mfa_authenticate"),
    page("users/login/passkey", webauthn.login_webauthn, name="mfa_login_webauthn"),
    page("users/logout", account.logout, name="account_logout"),
    page("users/signup", whole(account.signup), name="account_signup"),
    page("users/inactive", account.account_inactive, name="account_inactive"),
    page("users/confirm", account.email_verification_sent, name="account_email_verification_sent"),
    page("users/confirm/<str:key>", account.confirm_email, name="account_confirm_email"),
    page("users/account-recovery", whole(account.password_reset), name="account_reset_password"),
    page(
        "users/account-recovery/sent",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    page(
        "users/account-recovery/done",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    page(
        "users/account-recovery/<base36:uidb36>-<str:key>",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    page("users/identity", account.reauthenticate, name="account_reauthenticate"),
    page("users/identity/code", factors.reauthenticate, name="mfa_reauthenticate"),
    page(
        "users/identity/passkey",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    page("users/settings/email", whole(account.email), name="account_email"),
    page("users/settings/password", account.password_change, name="account_change_password"),
    page("users/settings/password/first", account.password_set, name="account_set_password"),
    page("users/settings/factors", factors.index, name="mfa_index"),
    page("users/settings/factors/app", totp.activate_totp, name="mfa_activate_totp"),
    page("users/settings/factors/app/removal", totp.deactivate_totp, name="mfa_deactivate_totp"),
    page(
        "users/settings/factors/recovery-codes",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    page(
        "users/settings/factors/recovery-codes/new",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    page(
        "users/settings/factors/recovery-codes/file",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    page("users/settings/factors/keys", webauthn.list_webauthn, name="mfa_list_webauthn"),
    page("users/settings/factors/keys/new", webauthn.add_webauthn, name="mfa_add_webauthn"),
    page("users/settings/factors/keys/<int:pk>", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    page(
        "users/settings/factors/keys/<int:pk>/removal",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    page("users/settings/sessions", sessions.list_usersessions, name="usersessions_list"),
]
