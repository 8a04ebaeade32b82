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


@pytest.mark.parametrize(
    ("action", "environment", "reason"),
    [
        ("next", {"CRON_ZONE": "Mars/Base"}, "CRON_ZONE: there is no time zone 'Mars/Base'."),
        ("store", {"CRON_FOLDER": "/proc/none"}, "/proc/none"),
    ],
)
def test_wrong_settings_are_one_line(action: str, environment: dict[str, str], reason: str) -> None:
    _, complaint = run_manage("crontab", action, environment=environment, code=1)
    assert complaint.startswith(f"CommandError: {reason}")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("moment", ["-999999999999", "253402300799", "999999999999"])
@pytest.mark.parametrize("action", ["next", "explain"])
def test_beyond_the_years_there_is_an_answer_or_one_line(action: str, moment: str) -> None:
    option = "--from" if action == "next" else "--at"
    command = [sys.executable, "manage.py", "crontab", action, "0 3 * * *", f"{option}={moment}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert done.stderr.count("\n") == done.returncode
