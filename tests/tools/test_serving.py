import socket
import sys
from collections.abc import Iterator

import pytest

from ask.tools.children import children
from ask.tools.serving import Address, CannotListen, DidNotAnswer, wait_until_answered


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as server:
        yield server.getsockname()[1]


def test_a_busy_port_is_refused_even_if_its_owner_would_share_it(busy_port: int) -> None:
    with pytest.raises(CannotListen, match=f"Port {busy_port} of 127.0.0.1 is taken"):
        Address(host="127.0.0.1", port=busy_port).require_free()


def test_a_port_that_was_left_is_free(busy_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
    Address(host="127.0.0.1", port=port).require_free()


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 70_000), ("no such host", 8000), ("192.0.2.1", 8000)]
)
def test_an_impossible_address_is_refused(host: str, port: int) -> None:
    with pytest.raises(CannotListen, match=host):
        Address(host=host, port=port).require_free()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8001"),
        ("0.0.0.0", "http://127.0.0.1:8001"),  # noqa: S104
        ("::1", "http://[::1]:8001"),
        ("localhost", "http://localhost:8001"),
    ],
)
def test_the_address_is_one_that_a_browser_opens(host: str, url: str) -> None:
    assert Address(host=host, port=8001).url == url


def test_the_site_knows_its_address_unless_the_operator_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SITE_URL", "SITE_URL_FILE", "ALLOWED_HOSTS", "ALLOWED_HOSTS_FILE"):
        monkeypatch.delenv(name, raising=False)
    address = Address(host="192.0.2.1", port=8001)
    assert address.settings["SITE_URL"] == "http://192.0.2.1:8001"
    assert address.settings["ALLOWED_HOSTS"].endswith(",192.0.2.1")
    monkeypatch.setenv("SITE_URL", "https://ask.example")
    monkeypatch.setenv("ALLOWED_HOSTS_FILE", "hosts")
    assert address.settings == {}


def test_a_server_that_ends_at_its_start_is_not_waited_for() -> None:
    with children() as started:
        server = started.start([sys.executable, "-c", "raise SystemExit(3)"])
        with pytest.raises(DidNotAnswer, match="exit code 3"):
            wait_until_answered(server, address=Address(host="127.0.0.1", port=1))
