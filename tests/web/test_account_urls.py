"""The addresses of allauth's pages."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.urls import urlpatterns as theirs
from django.test import Client
from django.urls import URLPattern, URLResolver

from ask.web.account_urls import urlpatterns as ours
from tests.cast import PASSWORD, member

pytestmark = pytest.mark.django_db(databases="__all__")

UNUSED = {
    "account_confirm_login_code",
    "account_confirm_reauthentication_code",
    "account_request_reauthentication_code",
}
"""Pages of codes that are sent by mail, which this site has not."""


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        else:
            found.add(str(pattern.name))
    return found


def test_every_page_of_allauth_has_its_address() -> None:
    assert names(theirs) - names([*ours]) == UNUSED
    assert names([*ours]) <= names(theirs)


def test_every_page_opens(client: Client) -> None:
    erin = member("Erin")
    RecoveryCodes.activate(erin)
    assert client.get("/users/login").status_code == 200
    for path in ("signup", "account-recovery", "account-recovery/sent", "account-recovery/done"):
        assert client.get(f"/users/{path}").status_code == 200, path
    for path in ("confirm", "confirm/x:y", "inactive", "account-recovery/2s-x-y"):
        assert client.get(f"/users/{path}").status_code == 200, path
    client.force_login(erin)
    client.post("/users/identity", {"password": PASSWORD})
    for path in (
        "logout",
        "identity",
        "identity/code",
        "settings/email",
        "settings/password",
        "settings/factors",
        "settings/factors/app",
        "settings/factors/recovery-codes",
        "settings/factors/recovery-codes/file",
        "settings/factors/recovery-codes/new",
        "settings/factors/keys/new",
        "settings/sessions",
    ):
        assert client.get(f"/users/{path}").status_code == 200, path
    key = Authenticator.objects.create(
        user=erin, type="webauthn", data={"name": "My phone", "credential": {}}
    )
    for path in (f"settings/factors/keys/{key.pk}", f"settings/factors/keys/{key.pk}/removal"):
        assert client.get(f"/users/{path}").status_code == 200, path


def test_somebody_else_s_key_is_not_there(client: Client) -> None:
    key = Authenticator.objects.create(
        user=member("Dora"), type="webauthn", data={"name": "Hers", "credential": {}}
    )
    client.force_login(member("Erin"))
    client.post("/users/identity", {"password": PASSWORD})
    for path in ("", "/removal"):
        response = client.post(f"/users/settings/factors/keys/{key.pk}{path}", {"name": "Mine"})
        assert response.status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "Hers"
