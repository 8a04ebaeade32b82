"""The character that no text has is refused, whatever it was sent to."""

import html5lib
import pytest
from django.http import HttpResponse
from django.test import Client

from tests.cast import staff

pytestmark = pytest.mark.django_db(databases="__all__")

ADDRESSES = [
    "/users?filter=%00",
    "/users?%00=1",
    "/questions?q=a%00b",
    "/tags/%00/info",
    "/questions/tagged/a%00",
    "/jobs/entries/%00",
    "/jobs/history?job=%00&state=failed",
    "/admin/login/?next=%00",
    "/nosuch%00",
]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_it_is_refused_in_the_looks_of_the_site(
    client: Client, address: str, language: str
) -> None:
    client.force_login(staff("view_run"))
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 400
    assert isinstance(response, HttpResponse)
    html = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(html)
    assert f'<html lang="{language}">' in html
    assert "nav aria-label" in html


def test_a_form_with_it_is_refused_and_nothing_is_lost(client: Client) -> None:
    client.force_login(staff("pause_job"))
    sent = {"reason": "the disk\0 is full"}
    response = client.post("/jobs/entries/best/pause", sent)
    assert response.status_code == 400
    assert b"the disk" in response.content


def test_the_name_of_a_field_with_it_is_refused(client: Client) -> None:
    assert client.post("/users/login", {"login\0": "a"}).status_code == 400


@pytest.mark.parametrize("address", ["/users?filter=%2500", "/tags/%2500/info", "/users?filter=00"])
def test_what_only_looks_like_it_is_let_through(client: Client, address: str) -> None:
    assert client.get(address).status_code in (200, 404)


def test_a_form_that_cannot_be_read_is_still_said_to_be_bad(client: Client) -> None:
    kind = "multipart/form-data"  # without a boundary
    assert client.post("/users/login", b"x", content_type=kind).status_code == 400
