"""Ask's entries under Debian's own cron: the one place where a real minute is waited for, once."""

import os
import pwd
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from ask.cron.runner import children
from tests.cron.runs import until
from tests.services.debian_cron import debian_cron
from tests.services.private_machine import Machine, NotPossible, private_machine
from tests.sites import Site, site

USER = "pupkin"
AFTER_MINUTE = 40
"""Seconds in which everything of a minute has ended, on a slow machine."""
READY = 12
"""Seconds before a minute in which a scheduler is there."""

SHARED = [f"shared_{number}" for number in range(1, 4)]
OWN = """\
MAILTO=owner@example.org
#: name=works
* * * * * echo "by $(id -un)"
#: name=fails
* * * * * echo what it said; exit 3
#: name=booted
@reboot echo up
"""
BOTH = "".join(f"#: name={name}\n* * * * * echo $CRON_SCHEDULED_FOR >> {name}\n" for name in SHARED)
SYSTEM = """\
#: name=of_system
* * * * * echo "by $(id -un)"
"""
WITH_USERS = f"""\
#: name=of_{USER}
* * * * * {USER} echo "by $(id -un) in $PWD"
#: name=of_root
* * * * * root echo "by $(id -un)"
"""
TEXTS = {"crontab": OWN, "both": BOTH, "system": SYSTEM, "with_users": WITH_USERS}


@dataclass
class Minute:
    """What a minute left behind."""

    folder: Path
    mails: list[Message]
    runs: dict[str, list[dict[str, Any]]]
    home: str
    said: str
    """By the scheduler."""


@pytest.fixture(scope="module")
def minute() -> Iterator[Minute]:
    """One minute of Debian's cron and a scheduler, which start the same site's entries."""
    try:
        with private_machine() as machine:
            folder = machine.folder / "site"
            folder.mkdir()
            with site(folder) as place:
                yield _minute(machine, folder, place)
    except NotPossible as e:
        pytest.skip(str(e))


def _minute(machine: Machine, folder: Path, place: Site) -> Minute:
    cron = debian_cron(machine)
    user = machine.add_user(USER)
    machine.open()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    # As an operator has it: all that belongs to the site is its user's.
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    settings = {
        "DATABASE_URL": place.url,
        "CACHE_URL": "dummycache://",
        "SECRET_KEY": "secret",
        "CRONTAB": str(folder / "crontab"),
        "CRON_FOLDER": str(folder / "spool"),
    }
    _install(machine, settings, folder=folder, user=user)
    left = 60 - time.time() % 60
    time.sleep(left if left < READY else 0)
    ends_at = (time.time() // 60 + 1) * 60
    with (
        cron.running() as pid,
        _scheduler(machine, settings, crontab=folder / "both", user=user),
    ):
        until(lambda: time.time() >= ends_at + 2, seconds=70)
        until(lambda: not children(pid), seconds=AFTER_MINUTE)
    said = (machine.folder / "scheduler").read_text()
    return Minute(folder, cron.mails(), _runs(place), user.pw_dir, said)


def _install(
    machine: Machine, settings: dict[str, str], *, folder: Path, user: pwd.struct_passwd
) -> None:
    """Everything that crontab install can do, each once."""
    install = [sys.executable, "manage.py", "crontab", "install"]
    of_user = ["--env-file", str(folder / "settings")]
    of_root = ["--env-file", str(machine.folder / "settings-of-root"), "--with-users"]
    other, system, users = (["--crontab", str(folder / name)] for name in list(TEXTS)[1:])
    named = ["--system", "--output", "/etc/cron.d/users"]
    _run(machine, [*install, *of_user], settings, user=user)
    _run(machine, [*install, *of_user, *other], settings, user=user)
    _run(machine, [*install, *of_user, *system, "--system"], settings)
    # What may become anybody keeps its records where nobody else may write.
    settings = settings | {"CRON_FOLDER": str(machine.folder / "spool-of-root")}
    _run(machine, [*install, *of_root, *users, *named], settings)


def _run(
    machine: Machine,
    command: list[str],
    settings: dict[str, str],
    *,
    user: pwd.struct_passwd | None = None,
) -> None:
    become = ["runuser", "-u", user.pw_name, "--"] if user else []
    process = machine.start(
        [*become, *command],
        env={"PATH": os.environ["PATH"], **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said.decode()


@contextmanager
def _scheduler(
    machine: Machine, settings: dict[str, str], *, crontab: Path, user: pwd.struct_passwd
) -> Iterator[None]:
    command = [sys.executable, "manage.py", "scheduler", "--crontab", str(crontab)]
    with (machine.folder / "scheduler").open("wb") as said:
        process = machine.start(
            ["runuser", "-u", user.pw_name, "--", *command],
            env={"PATH": os.environ["PATH"], "HOME": user.pw_dir, **settings},
            stderr=said,
        )
        try:
            yield
            assert process.poll() is None, (machine.folder / "scheduler").read_text()
        finally:
            process.terminate()
            process.wait(60)


def _runs(place: Site) -> dict[str, list[dict[str, Any]]]:
    columns = "job, state, cause, scheduled_for, output_head, output_tail, lease"
    found: dict[str, list[dict[str, Any]]] = {}
    for row in place.clock_query(
        f"SELECT {columns} FROM cron_run LEFT JOIN cron_attempt ON run_id = cron_run.id"  # noqa: S608
    ):
        run = dict(zip(columns.split(", "), row, strict=True))
        run["output"] = f"{run['output_head']}{run['output_tail']}"
        found.setdefault(run["job"], []).append(run)
    return found


def _sent(mails: Sequence[Message], word: str) -> list[Message]:
    return [mail for mail in mails if word in mail["Subject"]]


def test_an_entry_is_started_and_recorded(minute: Minute) -> None:
    (run,) = minute.runs["works"]
    assert (run["state"], run["cause"], run["lease"]) == ("succeeded", "schedule", None)
    assert run["output"] == f"by {USER}\n"
    assert str(run["scheduled_for"])[17:19] == "00"


def test_what_succeeds_is_not_mailed(minute: Minute) -> None:
    assert [str(mail) for mail in minute.mails if not _sent([mail], "fails")] == []


def test_a_failure_is_mailed_with_its_output(minute: Minute) -> None:
    (run,) = minute.runs["fails"]
    assert (run["state"], run["output"]) == ("failed", "what it said\n")
    (mail,) = minute.mails
    assert mail["To"] == "owner@example.org"
    assert str(mail.get_payload()).splitlines() == ["fails failed: exit status 3", "what it said"]


def test_what_runs_after_a_reboot_has_run_once(minute: Minute) -> None:
    (run,) = minute.runs["booted"]
    assert run["state"] == "succeeded"


def test_a_file_of_the_system_runs_entries_as_another_user(minute: Minute) -> None:
    (run,) = minute.runs["of_system"]
    assert (run["state"], run["output"]) == ("succeeded", f"by {USER}\n")


def test_entries_with_users_become_them(minute: Minute) -> None:
    (run,) = minute.runs[f"of_{USER}"]
    assert (run["state"], run["output"]) == ("succeeded", f"by {USER} in {minute.home}\n")
    (run,) = minute.runs["of_root"]
    assert (run["state"], run["output"]) == ("succeeded", "by root\n")


def test_beside_a_scheduler_each_tick_is_started_once(minute: Minute) -> None:
    for name in SHARED:
        started = (minute.folder / name).read_text().split()
        assert set(Counter(started).values()) == {1}
        assert [run["state"] for run in minute.runs[name]] == ["succeeded"] * len(started)
    assert minute.said.count("started") >= len(SHARED)
