"""The web server: where it listens, how it is started, and when it answers."""

import errno
import http.client
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

SECONDS_TO_START = 60


class CannotListen(Exception):
    """The address is taken, or may not be used."""


class DidNotAnswer(Exception):
    """The server ended, or hangs, before it answered anything."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    @property
    def ip(self) -> str:
        """The number behind the host's name; granian takes no names."""
        return str(self._resolved()[1][0])

    @property
    def reachable_host(self) -> str:
        """A host that a browser on this machine can open."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        """What a browser opens, without a final slash."""
        return f"http://{_in_url(self.reachable_host)}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What the environment must say of this address, unless the operator says otherwise."""
        hosts = [*settings.ALLOWED_HOSTS, _in_url(self.host)]
        return {
            name: value
            for name, value in (("SITE_URL", self.url), ("ALLOWED_HOSTS", ",".join(hosts)))
            if not {name, f"{name}_FILE"} & os.environ.keys()
        }

    def require_free(self) -> None:
        """Raise `CannotListen` unless a server may listen here.

        granian shares a port with whoever else shares it, so it would not complain by itself.
        """
        family, address = self._resolved()
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A server that ended a moment ago does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as problem:
                if problem.errno == errno.EADDRINUSE:
                    raise CannotListen(f"Port {self.port} of {self.host} is taken.") from None
                raise CannotListen(
                    f"Cannot listen on port {self.port} of {self.host}: {problem.strerror}."
                ) from None

    def _resolved(self) -> tuple[socket.AddressFamily, Any]:
        if not 0 < self.port < 2**16:
            raise CannotListen(f"There is no address {self.host}:{self.port}: ports end at 65535.")
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as problem:
            raise CannotListen(f"There is no address {self.host}:{self.port}: {problem}.") from None
        family, _, _, _, address = found[0]
        return family, address


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def granian(address: Address, *, workers: int | None = None) -> list[str]:
    """The command that serves the site and its static files.

    By default it has a laptop's share: a page is mostly Python, which one process does on one core.
    """
    return [
        *(sys.executable, "-m", "granian", "ask.wsgi:application"),
        *("--interface", "wsgi", "--no-ws"),
        *("--host", address.ip, "--port", str(address.port)),
        *("--workers", str(workers or min(2, os.cpu_count() or 1)), "--blocking-threads", "4"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        *("--static-path-route", settings.STATIC_URL.rstrip("/")),
        *("--static-path-mount", str(settings.STATIC_ROOT)),
        *("--log-level", "warning"),
    ]


def wait_until_answered(server: subprocess.Popen[bytes], *, address: Address) -> None:
    """Return when the site has answered a request, with whatever status."""
    deadline = time.monotonic() + SECONDS_TO_START
    while server.poll() is None:
        connection = http.client.HTTPConnection(
            address.reachable_host, address.port, timeout=SECONDS_TO_START
        )
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
            return
        except OSError as problem:
            if time.monotonic() > deadline:
                raise DidNotAnswer(
                    f"The server did not answer in {SECONDS_TO_START} s: {problem}."
                ) from None
            time.sleep(0.05)
        finally:
            connection.close()
    raise DidNotAnswer(f"The server ended at its start, with exit code {server.returncode}.")
