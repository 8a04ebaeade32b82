"""The addresses of allauth's pages, by the names that it looks them up with.

It has addresses of its own, but people know Stack Exchange's, and those end without a slash.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.urls import path, re_path

urlpatterns = [
    path("users/login", account.login, name="account_login"),
    path("users/login/code", factors.authenticate, name="mfa_authenticate"),
    path("users/login/passkey", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("users/logout", account.logout, name="account_logout"),
    path("users/signup", account.signup, name="account_signup"),
    path("users/inactive", account.account_inactive, name="account_inactive"),
    path("users/confirm", account.email_verification_sent, name="account_email_verification_sent"),
    path("users/confirm/<str:key>", account.confirm_email, name="account_confirm_email"),
    path("users/account-recovery", account.password_reset, name="account_reset_password"),
    path(
        "users/account-recovery/sent",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "users/account-recovery/done",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        # The first dash parts them: a key has one as well.
        r"^users/account-recovery/(?P<uidb36>[0-9a-z]+)-(?P<key>[^/]+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("users/identity", account.reauthenticate, name="account_reauthenticate"),
    path("users/identity/code", factors.reauthenticate, name="mfa_reauthenticate"),
    path(
        "users/identity/passkey",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("users/settings/email", account.email, name="account_email"),
    path("users/settings/password", account.password_change, name="account_change_password"),
    path("users/settings/password/first", account.password_set, name="account_set_password"),
    path("users/settings/factors", factors.index, name="mfa_index"),
    path("users/settings/factors/app", totp.activate_totp, name="mfa_activate_totp"),
    path("users/settings/factors/app/removal", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "users/settings/factors/recovery-codes",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "users/settings/factors/recovery-codes/new",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "users/settings/factors/recovery-codes/file",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("users/settings/factors/keys", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("users/settings/factors/keys/new", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("users/settings/factors/keys/<int:pk>", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "users/settings/factors/keys/<int:pk>/removal",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path("users/settings/sessions", sessions.list_usersessions, name="usersessions_list"),
]
