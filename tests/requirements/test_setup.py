"""What `make setup` and `make test` say on a machine that lacks something."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ask.env import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone that nothing was prepared in."""
    shutil.copytree(FOLDER / "requirements", tmp_path / "requirements")
    return tmp_path


def program(path: Path, lines: str) -> str:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", *command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_package_is_named_with_the_command_that_installs_it(folder: Path) -> None:
    said = run(folder, "requirements/debian.sh", "no-such-package", "python3")
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.startswith("Missing: no-such-package. Install with:")
    assert said.stderr.endswith("install -y --no-install-recommends no-such-package\n")


@pytest.fixture
def debian(folder: Path) -> Path:
    """Programs of a Debian on which `example` can be installed by root."""
    programs = folder / "programs"
    programs.mkdir()
    program(programs / "id", "echo 0")
    program(programs / "apt-get", f'echo "$@" >>{folder}/asked')
    program(programs / "dpkg", f"grep -qs 'install.* example' {folder}/asked")
    program(programs / "sudo", 'shift; [ "$1" != true ] || exit 1; exec "$@"')
    return programs


def test_root_has_missing_packages_installed(folder: Path, debian: Path) -> None:
    path = f"{debian}:{os.environ['PATH']}"
    said = run(folder, "requirements/debian.sh", "--install", "example", PATH=path)
    assert said.returncode == 0, said.stderr
    update, install = (folder / "asked").read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("install -y --no-install-recommends example")


def test_who_must_type_a_password_is_told_the_command(folder: Path, debian: Path) -> None:
    program(debian / "id", "echo 1000")
    path = f"{debian}:{os.environ['PATH']}"
    said = run(folder, "requirements/debian.sh", "--install", "example", PATH=path)
    assert said.returncode == 1
    assert not (folder / "asked").exists()
    assert "sudo apt-get update && sudo apt-get install" in said.stderr


def test_who_needs_no_password_has_missing_packages_installed(folder: Path, debian: Path) -> None:
    program(debian / "id", "echo 1000")
    program(debian / "sudo", 'shift; exec "$@"')
    path = f"{debian}:{os.environ['PATH']}"
    said = run(folder, "requirements/debian.sh", "--install", "example", PATH=path)
    assert said.returncode == 0, said.stderr
    assert "install" in (folder / "asked").read_text()


def test_a_package_that_does_not_help_is_not_taken_for_installed(
    folder: Path, debian: Path
) -> None:
    program(debian / "dpkg", "exit 1")
    path = f"{debian}:{os.environ['PATH']}"
    said = run(folder, "requirements/debian.sh", "--install", "example", PATH=path)
    assert said.returncode == 1
    assert "example was installed, and still its programs are not found" in said.stderr


def test_a_system_without_debians_packages_is_told_their_names(folder: Path) -> None:
    said = run(folder, "requirements/debian.sh", "gettext", PATH=str(folder))
    assert said.returncode == 1
    assert "Missing: gettext (Debian's names)" in said.stderr


def test_an_old_python_is_named(folder: Path) -> None:
    old = program(
        folder / "python3.9",
        'case "$*" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac',
    )
    said = run(folder, "requirements/venv.sh", "run", PYTHON=old)
    assert said.returncode != 0
    assert f"Ask needs Python 3.11 or newer, and {old} is Python 3.9.2." in said.stderr
    assert not (folder / ".venv").exists()


def test_a_python_without_venv_is_named_with_its_package(folder: Path) -> None:
    bare = program(
        folder / "python3",
        f'case "$*" in *ensurepip*) exit 1 ;; esac\nexec {shutil.which("python3")} "$@"',
    )
    said = run(folder, "requirements/venv.sh", "run", PYTHON=bare)
    assert said.returncode != 0
    assert "-venv. Install with:" in said.stderr
    assert not (folder / ".venv").exists()


def test_a_setup_begins_anew_after_an_interruption_and_rests_when_it_is_whole(
    folder: Path,
) -> None:
    half = folder / ".venv" / "lib" / "half-a-package"
    half.mkdir(parents=True)
    pins = folder / "requirements" / "run.txt"
    pins.write_text("")
    assert "Making .venv" in run(folder, "requirements/venv.sh", "run").stdout
    assert not half.exists()
    assert run(folder, "requirements/venv.sh", "run").stdout == ""
    pins.write_text("# newer\n")
    assert run(folder, "requirements/venv.sh", "run").stdout.startswith("Installing")
