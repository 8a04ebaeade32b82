"""Each request has an id, which its log lines and its answer bear."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.test import Client
from pytest_django import Settings

from ask.core.logs import Belonging, JSONFormatter


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What is logged as JSON."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(Belonging())
    handler.setFormatter(JSONFormatter())
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


def lines(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_every_request_has_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/robots.txt").headers["X-Request-ID"] for _ in range(2))
    assert len(first) == len(second) == 32
    assert first != second


def test_the_id_of_a_proxy_is_kept(client: Client) -> None:
    response = client.get("/robots.txt", headers={"x-request-id": "edge-7/a.b:c"})
    assert response.headers["X-Request-ID"] == "edge-7/a.b:c"


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "é", '{"a"}', "x" * 101])
def test_an_id_that_could_forge_a_line_is_replaced(client: Client, given: str) -> None:
    response = client.get("/robots.txt", headers={"x-request-id": given})
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.django_db
def test_what_was_not_found_is_logged_with_its_request(client: Client, log: StringIO) -> None:
    client.get("/nosuch", headers={"x-request-id": "one"})
    (line,) = lines(log)
    assert (line["logger"], line["request"]) == ("django.request", "one")


def test_an_unknown_host_is_logged_with_its_request(client: Client, log: StringIO) -> None:
    client.get("/robots.txt", headers={"x-request-id": "one", "host": "evil.example"})
    assert lines(log)
    assert {line["request"] for line in lines(log)} == {"one"}


def test_each_request_is_a_line_where_that_is_asked_for(
    client: Client, log: StringIO, settings: Settings
) -> None:
    client.get("/robots.txt")
    assert lines(log) == []
    settings.LOG_REQUESTS = True
    client.get("/robots.txt?secret=1")
    (line,) = lines(log)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/robots.txt", 200)
    assert "secret" not in log.getvalue()
