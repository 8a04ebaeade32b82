"""A person runs an entry: `manage.py crontab run NAME`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cron.runs import is_alive, until
from tests.sites import Site, site

pytestmark = pytest.mark.django_db(databases="__all__")


def run_now(place: Site, folder: Path, command: str) -> subprocess.Popen[str]:
    """Run an entry with that command."""
    (folder / "crontab").write_text(f"#: name=job\n0 0 1 1 * {command}\n")
    here = {"CRONTAB": str(folder / "crontab"), "CRON_FOLDER": str(folder / "spool")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "crontab", "run", "job"],
        env=place.environment | here,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_shows_what_the_job_prints_and_ends_as_it_does(tmp_path: Path) -> None:
    with site(tmp_path) as place:
        process = run_now(place, tmp_path, "echo out; echo err >&2; exit 3")
        said, _ = process.communicate(timeout=30)
        assert (said, process.returncode) == ("out\nerr\n", 3)
        assert place.clock_query("SELECT cause, state FROM cron_run") == [("person", "failed")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_it_ends_the_job(tmp_path: Path, number: signal.Signals) -> None:
    with site(tmp_path) as place:
        process = run_now(place, tmp_path, "echo $$ > pid; exec sleep 100")
        pid = int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
        os.kill(process.pid, number)
        process.communicate(timeout=30)
        assert not is_alive(pid)
        assert place.clock_query("SELECT state FROM cron_run") == [("stopped",)]
