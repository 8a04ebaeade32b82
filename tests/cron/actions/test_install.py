"""The crontab in the hands of the system's cron: what it is given, and nothing else changed."""

import io
import os
import pwd
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from ask.cron import configuration
from ask.cron.commands import split_input
from ask.cron.crontab import Crontab
from ask.cron.installing import CannotInstall, Lines
from ask.env import FOLDER
from tests.cron.actions.stand_in import StandIn
from tests.sites import run_manage

MANAGE = FOLDER / "manage.py"
ME = pwd.getpwuid(os.geteuid()).pw_name
OTHERS = "# mine\nMAILTO=me@example.org\n\n0 5 * * *\t/home/me/backup  # % \n"

CRONTAB = """\
PATH=bin:/usr/bin:/bin
MAILTO=ops@example.org
#: timeout=10m
*/10 * * * * calc_best --all
#: name=boot
@reboot warm.sh
"""


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """A crontab that is the site's, in an environment without settings."""
    monkeypatch.setattr(sys, "argv", [str(MANAGE)])
    for name in settings.CRON_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "crontab"
    path.write_text(CRONTAB)
    settings.CRONTAB = path
    settings.CRON_ZONE = ""
    return path


@pytest.fixture
def cron(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path, monkeypatch)


def install(*arguments: str) -> str:
    out = io.StringIO()
    call_command("crontab", "install", *arguments, stdout=out)
    return out.getvalue()


def uninstall(*arguments: str) -> str:
    out = io.StringIO()
    call_command("crontab", "uninstall", *arguments, stdout=out)
    return out.getvalue()


def diff(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("crontab", "diff", *arguments, stdout=out)
    except SystemExit as e:
        return out.getvalue(), int(e.code or 0)
    return out.getvalue(), 0


def refusal(*arguments: str, action: Any = install) -> str:
    with pytest.raises(CommandError) as refused:
        action(*arguments)
    return str(refused.value)


# One's own crontab


def test_each_entry_becomes_a_line_that_calls_the_runner(crontab: Path, cron: StandIn) -> None:
    assert install() == f"2 entries installed in the crontab of {ME}.\n"
    assert cron.kept.read_text().splitlines() == [
        f"# BEGIN Ask: {crontab}",
        "# Written by `manage.py crontab install`: change the crontab above, and install it anew.",
        'MAILTO="ops@example.org"',
        f"*/10 * * * * {sys.executable} {MANAGE} crontab tick calc_best",
        f"@reboot {sys.executable} {MANAGE} crontab tick boot",
        f'MAILTO="{ME}"',
        f"# END Ask: {crontab}",
    ]


def test_installing_twice_changes_nothing(crontab: Path, cron: StandIn) -> None:
    install()
    before = cron.kept.read_bytes()
    install()
    assert (cron.kept.read_bytes(), cron.writes) == (before, 1)


def test_what_others_wrote_stays_byte_for_byte(crontab: Path, cron: StandIn) -> None:
    others = OTHERS.encode() + b"# \xff\r\n\n"
    cron.kept.write_bytes(others)
    install()
    assert cron.kept.read_bytes().startswith(others)
    with cron.kept.open("ab") as file:
        file.write(b"1 1 * * * below\n")
    crontab.write_text("@daily other.sh\n")
    install()
    assert b"calc_best" not in cron.kept.read_bytes()
    assert uninstall() == f"What was installed is gone from the crontab of {ME}.\n"
    assert cron.kept.read_bytes() == others + b"1 1 * * * below\n"
    assert uninstall() == f"Nothing of it is in the crontab of {ME}.\n"
    assert cron.kept.read_bytes() == others + b"1 1 * * * below\n"


def mail_of_lines(text: str) -> dict[str, str | None]:
    """Whom cron mails the output of each line to: None is the owner."""
    found: dict[str, str | None] = {}
    to = None
    for line in text.splitlines():
        if line.startswith("MAILTO="):
            to = line.partition("=")[2].strip('"')
        elif line and not line.startswith("#"):
            found[line.split()[-1]] = None if to == ME else to
    return found


def test_mail_of_entries_does_not_leak_and_that_of_others_neither(
    crontab: Path, cron: StandIn
) -> None:
    crontab.write_text(
        '0 1 * * * first\nMAILTO=ops\n0 2 * * * second\nMAILTO=""\n0 3 * * * third\n'
    )
    cron.kept.write_text("MAILTO=me\n0 5 * * * above\n")
    install()
    with cron.kept.open("a") as file:
        file.write("0 6 * * * below\n")
    assert mail_of_lines(cron.kept.read_text()) == {
        "above": "me", "first": None, "second": "ops", "third": "", "below": "me"
    }  # fmt: skip


def test_a_crontab_that_says_nothing_of_mail_adds_nothing(crontab: Path, cron: StandIn) -> None:
    crontab.write_text("0 1 * * * first\n")
    install()
    assert "MAILTO" not in cron.kept.read_text()


def test_two_crontabs_have_a_block_each(crontab: Path, cron: StandIn, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("@daily other.sh\n")
    install()
    first = cron.kept.read_text()
    install("--crontab", str(other))
    text = cron.kept.read_text()
    assert text.startswith(first)
    assert f"@daily {sys.executable} {MANAGE} crontab tick other --crontab {other}\n" in text
    uninstall("--crontab", str(other))
    assert cron.kept.read_text() == first


def test_a_system_crontab_is_installed_with_its_users(crontab: Path, cron: StandIn) -> None:
    crontab.write_text("@daily pupkin calc_best\n")
    install("--with-users")
    assert "tick calc_best --system\n" in cron.kept.read_text()
    assert 'MAILTO="pupkin"\n@daily' in cron.kept.read_text()


def test_damaged_marks_are_left_to_people(crontab: Path, cron: StandIn) -> None:
    install()
    damaged = cron.kept.read_text().replace("# END", "# THE END")
    cron.kept.write_text(damaged)
    for action in (install, uninstall, diff):
        assert "mend that with crontab -e" in refusal(action=action)
    assert cron.kept.read_text() == damaged


def test_nothing_is_installed_of_a_crontab_that_is_wrong(crontab: Path, cron: StandIn) -> None:
    crontab.write_text("61 * * * * a.sh\n")
    assert refusal().startswith(f"{crontab}:1:1: ")
    assert not cron.kept.exists()


def test_what_was_installed_goes_though_the_crontab_is_gone(crontab: Path, cron: StandIn) -> None:
    install()
    crontab.unlink()
    uninstall()
    assert cron.kept.read_text() == ""


def test_when_the_program_refuses_it_says_so(crontab: Path, cron: StandIn) -> None:
    cron.refuses.touch()
    assert refusal() == "crontab: errors in crontab file, can't install."


def test_without_the_program_it_says_what_else_there_is(
    crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "manage.py scheduler" in refusal()


# Settings


def test_settings_that_cron_would_not_see_are_not_forgotten(
    crontab: Path, cron: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ask:secret@db/ask")
    monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/key")
    assert refusal().startswith(
        "Cron passes no settings on, and here are DATABASE_URL, SECRET_KEY_FILE."
    )
    assert not cron.kept.exists()
    install("--no-env")
    assert "ENV_FILE" not in cron.kept.read_text()


def test_a_file_of_settings_is_made_for_the_eyes_of_their_user(
    crontab: Path, cron: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"DATABASE_URL": "postgres://ask:se'cr\"et@db/ask", "SITE_NAME": '"A $B \\ #c"'}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "ask.env"
    install("--env-file", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "secr" not in cron.kept.read_text()
    line = next(line for line in cron.kept.read_text().splitlines() if "calc_best" in line)
    assert f" /usr/bin/env ENV_FILE={file} {sys.executable} " in line
    program = "import os; from ask.env import env; print(*map(os.environ.get, ['DATABASE_URL', 'SITE_NAME']), sep='\\n')"  # noqa: E501
    seen = subprocess.run(
        [sys.executable, "-c", program],
        env={"ENV_FILE": str(file), "PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert seen.splitlines() == list(values.values())


def test_when_nothing_is_installed_no_file_of_settings_is_left(
    crontab: Path, cron: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_NAME", "One")
    cron.refuses.touch()
    refusal("--env-file", str(tmp_path / "ask.env"))
    assert not (tmp_path / "ask.env").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_of_settings_belongs_to_whom_the_jobs_run_as(
    crontab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_NAME", "One")
    file = tmp_path / "ask.env"
    where = ("--system", "--user", "nobody", "--output", str(tmp_path / "ask"))
    install(*where, "--env-file", str(file))
    assert (file.owner(), stat.S_IMODE(file.stat().st_mode)) == ("nobody", 0o600)


def test_a_file_of_settings_is_remembered_and_compared(
    crontab: Path, cron: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_NAME", "One")
    install("--env-file", str(tmp_path / "ask.env"))
    before = cron.kept.read_text()
    monkeypatch.setenv("SITE_NAME", "Two")
    assert "does not say what this environment says of SITE_NAME" in refusal()
    monkeypatch.delenv("SITE_NAME")
    install()
    assert cron.kept.read_text() == before
    assert diff()[1] == 0


def test_cron_in_another_time_zone_is_refused(
    crontab: Path, cron: StandIn, settings: Settings
) -> None:
    settings.CRON_ZONE = "Asia/Tokyo"
    assert "are in Asia/Tokyo, and cron runs in " in refusal()
    assert not cron.kept.exists()
    install("--zone", "Asia/Tokyo")
    # Another name for the same clock.
    install("--zone", "Asia/Seoul")


# Lines


@given(st.text("abc %'\"$`&;#*~!", min_size=1, max_size=20))
def test_any_path_reaches_the_shell_as_it_is(name: str) -> None:
    crontab = Crontab.read("#: name=job\n* * * * * true\n")
    lines = Lines(crontab, command=lambda entry: ["printf", "%s", name, entry.name])
    text = lines.line(crontab.entries[0]).removeprefix("* * * * * ")
    command, given_input = split_input(text)
    assert given_input is None
    assert shlex.split(command) == ["printf", "%s", name, "job"]


@pytest.mark.parametrize("path", ["a\\b", "a\nb", "x" * 1000])
def test_a_path_that_no_crontab_can_say_is_refused(path: str) -> None:
    crontab = Crontab.read("#: name=job\n* * * * * true\n")
    with pytest.raises(CannotInstall):
        Lines(crontab, command=lambda entry: [path, entry.name]).line(crontab.entries[0])


# What cron really runs


def test_the_line_runs_as_cron_would_run_it(cron: StandIn, crontab: Path, tmp_path: Path) -> None:
    folder = tmp_path / "50% of 'it'"
    folder.mkdir()
    path = folder / "crontab"
    path.write_text('#: name=job\n* * * * * pwd > seen; echo "$SITE_NAME" >> seen\n')
    database = tmp_path / "clock.sqlite3"
    here = {
        "DATABASE_URL": f"sqlite:///{database}",
        "CRON_FOLDER": str(tmp_path / "spool"),
        "SITE_NAME": "Ours",
        "TZ": "",
    }
    run_manage("migrate", "--verbosity=0", environment=here)
    file = tmp_path / "ask.env"
    run_manage(
        "crontab", "install", "--crontab", str(path), "--env-file", str(file), environment=here
    )
    (entry,) = Crontab.inspect(cron.kept.read_text().replace("* * * * * ", "@daily ")).entries
    subprocess.run(
        ["/bin/sh", "-c", entry.command],
        env={"HOME": "/", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": ME},
        cwd="/",
        check=True,
    )
    assert (folder / "seen").read_text().splitlines() == [str(folder), "Ours"]


# The system


def system_file(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def test_a_file_for_the_system_has_a_user_column(crontab: Path, tmp_path: Path) -> None:
    file = tmp_path / "ask"
    said = install("--system", "--output", str(file), "--user", "nobody")
    assert said == f"2 entries installed in {file}.\n"
    assert system_file(file) == [
        'MAILTO="ops@example.org"',
        f"*/10 * * * * nobody {sys.executable} {MANAGE} crontab tick calc_best",
        f"@reboot nobody {sys.executable} {MANAGE} crontab tick boot",
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert file.read_text().endswith("\n")
    read = Crontab.inspect(file.read_bytes(), is_system=True)
    assert all("name" in str(problem.reason) for problem in read.problems)
    # The user is remembered.
    before = file.read_bytes()
    install("--system", "--output", str(file))
    assert file.read_bytes() == before


def test_by_default_the_owner_of_the_crontab_runs_them(crontab: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("crontab", "install", "--system", "--output", "-", stdout=out)
    assert f"*/10 * * * * {ME} " in out.getvalue()


def test_a_file_of_somebody_else_is_not_overwritten(crontab: Path, tmp_path: Path) -> None:
    file = tmp_path / "ask"
    file.write_text("* * * * * root true\n")
    for action in (install, uninstall):
        assert "is not Ask's, and stays" in refusal(
            "--system", "--output", str(file), action=action
        )
    assert file.read_text() == "* * * * * root true\n"


def test_the_file_of_the_system_is_removed_again(crontab: Path, tmp_path: Path) -> None:
    where = ("--system", "--output", str(tmp_path / "ask"))
    install(*where)
    assert diff(*where)[1] == 0
    uninstall(*where)
    assert not (tmp_path / "ask").exists()
    assert uninstall(*where).startswith("Nothing of it is in")


def test_what_is_wrong_with_the_system_is_one_line(crontab: Path, tmp_path: Path) -> None:
    assert refusal("--system", "--user", "nobody-at-all", "--output", "-") == (
        "There is no user nobody-at-all on this host."
    )
    (tmp_path / "cron.d").mkdir()
    dotted = str(tmp_path / "cron.d" / "ask.cron")
    assert "with a dot" in refusal("--system", "--output", dotted)
    assert refusal("--system", "--output", str(tmp_path / "no" / "ask")).endswith(
        "No such file or directory."
    )
    assert refusal("--user", "nobody") == "--user goes with --system."


def test_not_through_manage_py_there_is_no_path_to_install(
    crontab: Path, cron: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/django-admin"])
    assert "manage.py" in refusal()


# The difference


def test_a_difference_is_shown_and_exits_with_1(crontab: Path, cron: StandIn) -> None:
    text, code = diff()
    assert code == 1
    assert "nothing is installed" in text
    install()
    assert diff() == (f"What is installed in the crontab of {ME} is the crontab.\n", 0)
    changed = CRONTAB.replace("*/10", "*/5").replace("@reboot", "@daily")
    crontab.write_text(changed + "0 1 * * * new.sh\n")
    text, code = diff()
    assert code == 1
    lines = [line for line in text.splitlines()[2:] if line[0] in "+-"]
    assert [(line[0], line.split()[-1]) for line in lines] == [
        ("-", "calc_best"), ("-", "boot"), ("+", "calc_best"), ("+", "boot"), ("+", "new"),
    ]  # fmt: skip


def test_a_difference_changes_nothing(crontab: Path, cron: StandIn) -> None:
    cron.kept.write_text(OTHERS)
    diff()
    assert (cron.kept.read_text(), cron.writes) == (OTHERS, 0)


def test_the_zone_of_this_machine_is_known() -> None:
    assert configuration.zone_of_this_machine()
