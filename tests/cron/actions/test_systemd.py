"""The site and its scheduler as services of systemd."""

import io
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ask.cron.units import CannotSay, Host, Service, found, unit
from ask.env import FOLDER

MANAGE = FOLDER / "manage.py"
SOMEBODY = "games"


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """A crontab that is the site's, in an environment without settings."""
    monkeypatch.setattr(sys, "argv", [str(MANAGE)])
    for name in settings.CRON_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "crontab"
    path.write_text("#: grace=2m\n@daily a.sh\n@hourly b.sh\n")
    settings.CRONTAB = path
    settings.CRON_FOLDER = FOLDER / "var" / "cron"
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "system"
    folder.mkdir()
    return folder


def write(*arguments: str) -> str:
    out = io.StringIO()
    call_command("crontab", "systemd", *arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        write(*arguments)
    return str(refused.value)


def values(file: Path) -> dict[str, str]:
    """What a unit file says of each key that it says once."""
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)


def test_there_is_one_for_the_scheduler_and_one_for_the_web(crontab: Path, folder: Path) -> None:
    said = write("--user", SOMEBODY, "--output", str(folder))
    names = ["ask-scheduler.service", "ask-web.service"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert said.splitlines()[0] == f"Written to {folder}: {', '.join(names)}."
    scheduler, web = (values(folder / name) for name in names)
    assert scheduler["ExecStart"] == f"{sys.executable} {MANAGE} scheduler --patience=30"
    assert web["ExecStart"] == f"{sys.executable} {MANAGE} serve"
    for each in (scheduler, web):
        assert each["User"] == SOMEBODY
        assert each["WorkingDirectory"] == str(FOLDER)
        assert each["ReadWritePaths"] == str(FOLDER / "var")
        assert (each["NoNewPrivileges"], each["ProtectSystem"]) == ("yes", "strict")
        assert (each["KillMode"], each["Restart"]) == ("mixed", "on-failure")
        assert "Environment" not in each
    assert stat.S_IMODE((folder / names[0]).stat().st_mode) == 0o644


def test_the_scheduler_has_time_to_wait_for_its_jobs(crontab: Path, folder: Path) -> None:
    write("--user", SOMEBODY, "--output", str(folder), "--patience=100")
    assert int(values(folder / "ask-scheduler.service")["TimeoutStopSec"]) > 100 + 120


def test_twice_gives_the_same_and_remembers_what_was_said(
    crontab: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_NAME", "One")
    file = tmp_path / "50% of it.env"
    write("--user", SOMEBODY, "--env-file", str(file), "--output", str(folder))
    assert "SITE_NAME" in file.read_text()
    before = {path: (path.read_text(), path.stat().st_ino) for path in folder.iterdir()}
    monkeypatch.delenv("SITE_NAME")
    assert write("--output", str(folder)) == f"The units in {folder} say all this already.\n"
    assert {path: (path.read_text(), path.stat().st_ino) for path in folder.iterdir()} == before
    assert f'\nEnvironment="ENV_FILE={tmp_path}/50%% of it.env"\n' in before.popitem()[1][0]
    write("--output", str(folder), "--no-env")
    assert "ENV_FILE" not in (folder / "ask-web.service").read_text()


def test_settings_that_services_would_not_see_are_not_forgotten(
    crontab: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ask:secret@db/ask")
    where = ("--user", SOMEBODY, "--output", str(folder))
    assert refusal(*where).startswith("systemd passes no settings on, and here are DATABASE_URL.")
    assert list(folder.iterdir()) == []


def test_where_else_jobs_write_is_said(crontab: Path, folder: Path, settings: Settings) -> None:
    settings.CRON_FOLDER = "/run/ask"
    write("--user", SOMEBODY, "--output", str(folder), "--writes", "/srv/back ups", "/run/ask/x")
    text = (folder / "ask-scheduler.service").read_text()
    assert f'\nReadWritePaths={FOLDER}/var /run/ask "/srv/back ups"\n' in text


def test_two_sites_have_units_of_their_own(crontab: Path, folder: Path) -> None:
    write("--user", SOMEBODY, "--output", str(folder), "--name=beer", "--crontab", str(crontab))
    assert values(folder / "beer-scheduler.service")["ExecStart"].endswith(f" --crontab {crontab}")
    assert (folder / "beer-web.service").exists()


def test_a_file_of_somebody_else_is_not_overwritten(crontab: Path, folder: Path) -> None:
    (folder / "ask-web.service").write_text("[Service]\nExecStart=/bin/true\n")
    where = ("--user", SOMEBODY, "--output", str(folder))
    assert refusal(*where) == f"{folder}/ask-web.service is not Ask's, and stays as it is."
    assert [path.name for path in folder.iterdir()] == ["ask-web.service"]


def test_who_runs_them_is_a_user_without_privileges(
    crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "do not run as root" in refusal("--user", "root", "--output", "-")
    assert "no user nobody-at-all on this host" in refusal("--user=nobody-at-all", "--output", "-")
    if os.geteuid() == 0:
        assert "do not run as root" in refusal("--output", "-")
        account = pwd.getpwnam(SOMEBODY)
        os.chown(crontab, account.pw_uid, account.pw_gid)
        assert f"\nUser={SOMEBODY}\n" in write("--output", "-")


def test_what_is_wrong_is_one_line(
    crontab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--user", SOMEBODY, "--output")
    assert refusal(*where, str(tmp_path / "no")).endswith("No such file or directory.")
    assert "is no name of services" in refusal(*where, "-", "--name=a b")
    monkeypatch.setattr(sys, "argv", ["/usr/bin/django-admin"])
    assert "manage.py" in refusal(*where, "-")
    crontab.write_text("61 * * * * a.sh\n")
    assert refusal(*where, "-").startswith(f"{crontab}:1:1: ")


def test_when_nothing_is_written_no_file_of_settings_is_left(
    crontab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_NAME", "One")
    file = tmp_path / "ask.env"
    refusal("--user", SOMEBODY, "--env-file", str(file), "--output", str(tmp_path / "no"))
    assert not file.exists()


# The files themselves


def unit_of(*command: str, folder: Path = Path("/srv"), **more: Any) -> str:
    service = Service(name="x", description="100 %", command=command, stop_seconds=1)
    host = {"user": SOMEBODY, "environment": {}, "writable": [Path("/var/tmp")]} | more  # noqa: S108
    return unit(service, host=Host(folder=folder, **host))


@pytest.mark.parametrize("value", ["a", "a b", '50% of "it"', "\\", "'", "$HOME"])
def test_what_is_said_is_found_again(value: str) -> None:
    assert found(unit_of("/bin/true", environment={"A": value}), "Environment") == f"A={value}"


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "\x1b"])
def test_what_no_unit_can_say_is_refused(text: str) -> None:
    with pytest.raises(CannotSay):
        unit_of("/bin/true", text)
    with pytest.raises(CannotSay):
        unit_of("/bin/true", folder=Path("/") / text)


@pytest.fixture
def analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    return program


def test_systemd_understands_them(crontab: Path, folder: Path, analyze: str) -> None:
    write("--user", SOMEBODY, "--output", str(folder), "--env-file", "/etc/50% of it", "--no-env")
    odd = folder / "odd.service"
    odd.write_text(
        unit_of(
            *("/bin/echo", "50% of 'it'", '"', "\\", "$HOME", "${A}", "%n"),
            folder=Path("/srv/a b%"),
            environment={"A": '50% of "it"'},
        )
    )
    files = [str(path) for path in folder.iterdir()]
    done = subprocess.run(
        [analyze, "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
