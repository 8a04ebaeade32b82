"""The scheduler as the first process of a container, which has to be everybody's parent."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ask.cron.runner import children
from tests.cron.runs import until
from tests.sites import site

pytestmark = pytest.mark.django_db(databases="__all__")


@contextmanager
def first_process(folder: Path, crontab: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A scheduler that is process 1 of a namespace, and its process id outside of it."""
    (folder / "crontab").write_text(crontab)
    alone = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("only root may make a process namespace")
    with site(folder) as place:
        here = {"CRONTAB": str(folder / "crontab"), "CRON_FOLDER": str(folder / "spool")}
        process = subprocess.Popen(
            [*alone, sys.executable, "manage.py", "scheduler", "--patience=5"],
            env=place.environment | here,
        )
        try:
            (pid,) = until(lambda: children(process.pid))
            yield process, pid
        finally:
            process.kill()
            process.wait()


def test_it_reaps_what_nobody_else_does_and_waits_for_its_jobs(tmp_path: Path) -> None:
    crontab = (
        "#: name=boot\n"
        "@reboot (setsid sh -c 'sleep 1; echo orphan >> said' &); touch begun; sleep 3;"
        " echo job >> said\n"
    )
    with first_process(tmp_path, crontab) as (process, pid):
        until((tmp_path / "begun").exists)
        os.kill(pid, signal.SIGTERM)
        assert process.wait(20) == 0
    assert (tmp_path / "said").read_text().split() == ["orphan", "job"]


def test_it_leaves_no_dead_children(tmp_path: Path) -> None:
    crontab = "#: name=boot\n@reboot for i in 1 2 3; do (setsid true &); done; touch begun\n"
    with first_process(tmp_path, crontab) as (_, pid):
        until((tmp_path / "begun").exists)
        until(lambda: not children(pid))
