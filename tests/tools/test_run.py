import io
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

import pytest
from django.core.management import CommandError, call_command

from ask.env import FOLDER
from ask.stackexchange.models import Source
from ask.tools.management.commands.run import Command
from tests.cron.runs import until

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PATIENCE = 120


def test_a_busy_port_is_named_before_anything_is_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} .* is taken.*PORT="):
            call_command("run", port=port)


def test_a_dump_that_is_not_there_is_named_before_anything_is_done() -> None:
    with pytest.raises(CommandError, match="There is no dump absent"):
        Command().prepare(dump=Path("absent.7z"), questions=1)


@pytest.mark.django_db
def test_a_site_that_has_content_keeps_it_and_says_so() -> None:
    Source.objects.create(name="Beer", imported_at=NOW)
    said = io.StringIO()
    Command(stdout=said).fill(dump=Path("wine.7z"), questions=1)
    assert "The site holds Beer already" in said.getvalue()
    assert "import_dump wine.7z" in said.getvalue()
    assert [source.name for source in Source.objects.all()] == ["Beer"]


@dataclass(frozen=True, kw_only=True)
class Site:
    url: str
    password: str
    pid: int

    def read(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as response:  # noqa: S310
            text: str = response.read().decode()
            return text

    def where_login_leads(self) -> str:
        """With the password that was printed."""
        cookies = urllib.request.HTTPCookieProcessor()
        visitor = urllib.request.build_opener(cookies)
        visitor.open(f"{self.url}/users/login", timeout=PATIENCE).close()
        (token,) = (cookie.value for cookie in cookies.cookiejar if cookie.name == "csrftoken")
        form = {"login": "staff", "password": self.password, "csrfmiddlewaretoken": token}
        sent = urllib.parse.urlencode(form).encode()
        with visitor.open(f"{self.url}/users/login", sent, timeout=PATIENCE) as response:
            return str(response.url).removeprefix(self.url)


def descendants(pid: int) -> set[int]:
    found = {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return found.union(*(descendants(child) for child in found))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def job_states(folder: Path) -> dict[str, str]:
    """What became of each job's last run."""
    with closing(sqlite3.connect(folder / "ask-clock.sqlite3")) as clock:
        return dict(clock.execute("SELECT job, state FROM cron_run ORDER BY claimed_at"))


@contextmanager
def running_site(folder: Path, *, number: signal.Signals) -> Iterator[Site]:
    """A site that `manage.py run` serves, ended by the signal; nothing may be left of it."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", f"--port={free_port()}", "--questions=30"],
        cwd=FOLDER,
        env={
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/ask.sqlite3",
            "CACHE_URL": f"filecache://{folder}/cache",
            "CRON_FOLDER": f"{folder}/cron",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    guard = Timer(PATIENCE, process.kill)
    guard.start()
    try:
        assert process.stdout
        said = ""
        while "Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        login = re.search(r"is at  (\S+)/\nStaff login:  staff  password:  (\S+)", said)
        assert login, said
        yield Site(url=login[1], password=login[2], pid=process.pid)
        served_by = descendants(process.pid)
        assert served_by
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert not [pid for pid in served_by if Path(f"/proc/{pid}").exists()]
    finally:
        guard.cancel()
        process.kill()


def test_a_second_start_keeps_everything_but_the_password(tmp_path: Path) -> None:
    with running_site(tmp_path, number=signal.SIGINT) as site:
        first = site.password
        questions = re.findall(r"/questions/\d+/[^\"#?]+", site.read("/questions"))
        assert questions
        stylesheet = re.search(r"/static/[^\"]+\.css", site.read("/questions"))
        assert stylesheet
        until(lambda: job_states(tmp_path).get("calc_best") == "succeeded", seconds=PATIENCE)
        assert site.read(stylesheet[0])
    with running_site(tmp_path, number=signal.SIGTERM) as site:
        assert re.findall(r"/questions/\d+/[^\"#?]+", site.read("/questions")) == questions
        assert site.password != first
        assert site.where_login_leads() == "/"
