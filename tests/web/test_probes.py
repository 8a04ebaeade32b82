"""What a load balancer or a cluster asks."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.caching.broken import BROKEN

PROBES = ["/healthz", "/readyz"]


def test_a_process_that_answers_is_healthy_without_any_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db(databases="__all__")
def test_a_site_in_order_is_ready(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):  # another thread asks, on connections of its own
        response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"is_ready": True, "missing": []}


@pytest.mark.django_db(databases="__all__")
def test_what_is_missing_is_listed(client: Client, settings: Settings) -> None:
    settings.CACHES = BROKEN
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"is_ready": False, "missing": ["cache values: cannot be used"]}
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_needs_no_known_host_and_no_https(
    client: Client, settings: Settings, probe: str
) -> None:
    settings.ALLOWED_HOSTS = ["ask.example"]
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(probe, headers={"host": "10.1.2.3:8000"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "Vary" not in response.headers
    assert not response.cookies
    assert not hasattr(response.wsgi_request, "session")
    # A page still wants a host that it knows.
    settings.SECURE_SSL_REDIRECT = False
    assert client.get("/about", headers={"host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_only_reads(client: Client, probe: str) -> None:
    assert client.post(probe).status_code == 405
