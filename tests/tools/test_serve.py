"""The web server alone, as a service of the system starts it."""

import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.sites import site


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture
def collected(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").touch()


@pytest.mark.django_db(databases="__all__")
def test_it_serves_until_it_is_ended(tmp_path: Path) -> None:
    port = free_port()
    with site(tmp_path) as place:
        place.run("collectstatic", "--noinput", "--verbosity=0")
        server = place.start("serve", f"--port={port}", "--workers=1")
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/about") as page:
                        assert page.status == 200
                    break
                except urllib.error.URLError:
                    assert server.poll() is None and time.monotonic() < deadline
                    time.sleep(0.05)
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=30)
    assert server.returncode == 0


@pytest.mark.usefixtures("collected")
def test_a_busy_port_is_not_shared() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} .* is taken.*--port"):
            call_command("serve", port=port)


def test_without_static_files_it_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    with pytest.raises(CommandError, match="collectstatic"):
        call_command("serve")
