"""A private PostgreSQL: `python -m tests.services.postgresql [--durable] -- COMMAND…`.

The command finds it in `DATABASE_URL`; its exit code is passed on. The server listens on a free
port of the loopback interface, asks for a password made for it, keeps its files in a temporary
folder, and ends with the command, however that ends.
"""

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services.command import end_orderly_on_signals, run

FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings that make writes quick, for data that nobody misses after a power failure."""

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20


class NotStarted(Exception):
    """PostgreSQL is not installed, or did not start; the message says what it said itself."""


class PortTaken(NotStarted):
    """Somebody took the free port between looking for it and using it."""


@contextmanager
def postgresql(*, durable: bool = False, place: Path | None = None) -> Iterator[str]:
    """The address of an empty database in a server of its own, stopped at the end.

    Its files are in `place`, or among the temporary ones. `durable` keeps the settings of
    production; without it the server does not wait for the disk.
    """
    programs = _programs()
    password = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(
        prefix="ask-postgresql-", dir=place or _place_for_files(), ignore_cleanup_errors=True
    ) as temporary:
        folder = Path(temporary)
        _create(programs=programs, folder=folder, password=password)
        for remaining in reversed(range(5)):
            port = _free_port()
            server = _start(programs=programs, folder=folder, port=port, durable=durable)
            url = f"postgres://postgres:{password}@127.0.0.1:{port}"
            try:
                _wait_for(server=server, url=f"{url}/postgres", log=folder / "log")
                yield f"{url}/ask"
                return
            except PortTaken:
                if not remaining:
                    raise
            finally:
                _stop(server)


def _programs() -> Path:
    """The folder of the newest PostgreSQL's programs; Debian keeps most of them off the PATH."""
    versions = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if (folder / "initdb").exists() and folder.parent.name.isdigit()
    ]
    if versions:
        return max(versions, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    if not found:
        raise NotStarted("PostgreSQL is not installed: apt-get install postgresql")
    return Path(found).resolve().parent


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as when this is root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NotStarted("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _place_for_files() -> Path:
    """The folder for temporary files, or /tmp if only root may enter that."""
    usual = Path(tempfile.gettempdir()).resolve()
    may_enter = all(folder.stat().st_mode & stat.S_IXOTH for folder in (usual, *usual.parents))
    return usual if may_enter or not _account() else Path("/tmp")  # noqa: S108


def _orderly() -> list[str]:
    """What a command of the server begins with: the right user, and an end if this is killed."""
    account = _account()
    user = (
        [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        if account
        else []
    )
    return ["setpriv", *user, "--pdeathsig=INT", "--"]


def _create(*, programs: Path, folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account := _account():
        for path in (folder, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    initdb = subprocess.run(
        [
            *_orderly(),
            str(programs / "initdb"),
            f"--pgdata={folder / 'data'}",
            "--username=postgres",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if initdb.returncode:
        raise NotStarted(f"initdb failed:\n{initdb.stderr.strip()}")
    secret.unlink()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(*, programs: Path, folder: Path, port: int, durable: bool) -> subprocess.Popen[bytes]:
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        **({} if durable else FORGETFUL),
    }
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                *_orderly(),
                str(programs / "postgres"),
                f"-D{folder / 'data'}",
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the command; the server outlives it.
            start_new_session=True,
        )


def _wait_for(*, server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return when the server has a database `ask`."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE ask")
            return
        except psycopg.OperationalError:
            said = log.read_text(errors="replace")
            if server.poll() is not None:
                kind = PortTaken if "Address already in use" in said else NotStarted
                raise kind(f"PostgreSQL did not start:\n{said}") from None
            if time.monotonic() > deadline:
                raise NotStarted(
                    f"PostgreSQL did not answer in {SECONDS_TO_START} s:\n{said}"
                ) from None
            time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(number)
            try:
                server.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                continue
        return


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.services.postgresql", description=__doc__
    )
    parser.add_argument(
        "--durable", action="store_true", help="wait for the disk as in production, to measure"
    )
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    options = parser.parse_args()
    end_orderly_on_signals()
    try:
        with postgresql(durable=options.durable) as url:
            return run(options.command, environment={"DATABASE_URL": url})
    except NotStarted as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
