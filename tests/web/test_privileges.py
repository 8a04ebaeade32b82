"""The page of who may do what."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests import cast

pytestmark = pytest.mark.django_db(databases="__all__")


def test_it_says_from_which_reputation_on(client: Client, settings: Settings) -> None:
    settings.PRIVILEGES = {"comment": 7}
    rows = client.get("/help/privileges").context["privileges"]
    assert [row[0] for row in rows][:4] == [1, 1, 7, 15]
    html = client.get("/help/privileges", headers={"accept-language": "ru"}).content.decode()
    assert "комментировать что угодно" in html


def test_a_member_sees_what_they_have(client: Client) -> None:
    assert "not yet" not in client.get("/help/privileges").content.decode()
    client.force_login(cast.bob())
    html = client.get("/help/privileges").content.decode()
    assert "Your reputation is 2,340." in html
    assert (html.count("✓ yes"), html.count("not yet")) == (9, 3)
