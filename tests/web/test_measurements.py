"""Figures of a server with several processes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ask.tools.serving import Address, granian, wait_until_answered


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Address, int]]:
    """A real server with two processes, and its number."""
    address = Address(host="127.0.0.1", port=free_port())
    command = granian(address)
    command[command.index("--workers") + 1] = "2"
    command[command.index("--workers-kill-timeout") + 1] = "1"
    # Static files are collected by `make run`, and not asked for here.
    static = command.index("--static-path-route")
    del command[static : static + 4]
    server = subprocess.Popen(
        command,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
            "METRICS_TOKEN": "secret",
            "METRICS_FOLDER": str(tmp_path / "metrics"),
        },
    )
    try:
        wait_until_answered(server, address=address)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(30)


def asked(url: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": "Bearer secret"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        text: str = response.read().decode()
    return text


def is_up(address: Address) -> bool:
    """Whether every process answers: what waits for a dead one is refused."""
    try:
        return all(asked(f"{address.url}/healthz") for _ in range(20))
    except OSError:
        return False


def counted(address: Address) -> float:
    text = asked(f"{address.url}/metrics")
    found = re.search(r"^ask_request_seconds_count\{.*crawlers\.robots.*\} (\S+)$", text, re.M)
    return float(found[1]) if found else 0


def workers(server: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == server:
            found.append(int(stat.parent.name))
    return found


def test_all_processes_are_counted_whichever_answers_also_after_one_died(
    site: tuple[Address, int], tmp_path: Path
) -> None:
    address, server = site
    for _ in range(40):
        asked(f"{address.url}/robots.txt")
    assert {counted(address) for _ in range(20)} == {40}
    (folder,) = (tmp_path / "metrics").iterdir()
    before = workers(server)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    deadline = time.monotonic() + 30
    while before[0] in workers(server) or len(workers(server)) < 2 or not is_up(address):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(10):
        asked(f"{address.url}/robots.txt")
    assert {counted(address) for _ in range(20)} == {50}
    assert list((tmp_path / "metrics").iterdir()) == [folder]


def test_what_a_server_left_behind_is_removed_and_that_of_others_stays(tmp_path: Path) -> None:
    folder, host = tmp_path / "metrics", socket.gethostname()
    mine = f"{host}-{os.getpid()}-"
    for name in (f"{host}-{os.getpid()}-1", f"{host}-99999999-5", "elsewhere-1-5", "notes"):
        (folder / name).mkdir(parents=True)
        (folder / name / "histogram_1.db").touch()
    program = (
        "import os; import django; django.setup();"
        " from ask.web.measurements import share_measurements; share_measurements();"
        " print(os.environ['PROMETHEUS_MULTIPROC_DIR'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ask.settings",
            "METRICS_TOKEN": "secret",
            "METRICS_FOLDER": str(folder),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    shared = Path(done.stdout.strip())
    assert shared.name.startswith(mine)
    assert {path.name for path in folder.iterdir()} == {shared.name, "elsewhere-1-5", "notes"}
