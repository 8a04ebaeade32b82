"""The command `crontab` itself."""

import os
import subprocess
import sys

import pytest

from ask.cron.management.commands.crontab import ACTIONS
from tests.sites import run_manage


def test_without_an_action_it_lists_them() -> None:
    out, _ = run_manage("crontab", code=2)
    assert [name for name in ACTIONS if f"\n    {name} " not in out] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_has_a_help(action: str) -> None:
    out, _ = run_manage("crontab", action, "--help")
    assert out.startswith(f"usage: manage.py crontab {action} ")


def test_a_wrong_option_exits_with_2() -> None:
    _, complaint = run_manage("crontab", "show", "--wrong", code=2)
    assert "--wrong" in complaint


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "manage.py", "crontab", "next", "* * * * *", "--count=99999"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    os.read(process.stdout.fileno(), 10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
