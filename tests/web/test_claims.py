"""The page behind a claim link."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from ask.accounts.claims import claim_token
from ask.accounts.models import User
from tests.cast import PASSWORD, member
from tests.web.conftest import Planned

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def path() -> str:
    user = User.objects.create(id=7, username="user7", display_name="Seven", password="!")
    return f"/users/claim/{claim_token(user)}"


def test_an_imported_person_comes_in(client: Client, path: str, planned: Planned) -> None:
    assert "Seven" in client.get(path).content.decode()
    fields = {"email": "seven@example.org", "password1": PASSWORD}
    assert client.post(path, fields)["Location"] == "/users/confirm"
    assert "_auth_user_id" not in client.session
    (url,) = re.findall(r"http://\S+/users/confirm/\S+", str(planned[0].body))
    client.post(urlsplit(url).path)
    assert client.session["_auth_user_id"] == "7"
    assert client.get(path).status_code == 410


def test_an_address_of_somebody_else_stays_theirs(
    client: Client, path: str, planned: Planned
) -> None:
    member("Erin", email="erin@example.org")
    fields = {"email": "erin@example.org", "password1": PASSWORD}
    assert client.post(path, fields)["Location"] == "/users/confirm"
    assert User.objects.get(id=7).email == ""
    assert client.get(path).status_code == 200  # another address may be given
    assert planned[0].to == ["erin@example.org"]


def test_a_poor_password_is_refused(client: Client, path: str) -> None:
    response = client.post(path, {"email": "seven@example.org", "password1": "password"})
    assert response.status_code == 200
    assert User.objects.get(id=7).password == "!"


def test_a_link_that_is_none_says_so(client: Client) -> None:
    assert client.get("/users/claim/x:y").status_code == 410
