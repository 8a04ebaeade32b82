"""Running a command on both databases at once."""

import signal
import subprocess
import sys

import pytest

DATABASE = (
    "import os; name = os.environ['DATABASE_URL'].partition(':')[0]; print(name, flush=True);"
)


def start(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.services.both", "--", sys.executable, "-c", DATABASE + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("code", "failed"),
    [
        ("", ""),
        ("raise SystemExit(name == 'sqlite')", "sqlite"),
        ("raise SystemExit(3 * (name == 'postgres'))", "postgresql"),
        ("raise SystemExit(3)", "sqlite, postgresql"),
    ],
)
def test_a_command_fails_where_it_does_on_either(code: str, failed: str) -> None:
    process = start(code)
    said, complaints = process.communicate(timeout=60)
    assert said.splitlines() == ["== sqlite", "sqlite", "== postgresql", "postgres"]
    assert complaints == (f"The tests failed on: {failed}\n" if failed else "")
    assert process.returncode == bool(failed)


def test_both_end_when_they_are_asked_to() -> None:
    process = start("import signal; signal.pause()")
    assert process.stdout
    assert process.stdout.readline() == "== sqlite\n"
    assert process.stdout.readline() == "sqlite\n"
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
