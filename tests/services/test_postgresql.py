"""The private PostgreSQL of the tests themselves."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

SAY_WHERE = """
import json, os, psycopg
url = os.environ["DATABASE_URL"]
with psycopg.connect(url) as connection:
    (folder,) = connection.execute("SHOW data_directory").fetchone()
    (fsync,) = connection.execute("SHOW fsync").fetchone()
print(json.dumps({"url": url, "folder": folder, "fsync": fsync}), flush=True)
"""


def start(code: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SAY_WHERE + code]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.services.postgresql", *options, "--", *command],
        stdout=subprocess.PIPE,
        text=True,
    )


def has_ended(place: dict[str, str]) -> bool:
    try:
        psycopg.connect(place["url"]).close()
    except psycopg.OperationalError:
        return not Path(place["folder"]).parent.exists()
    return False


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_passed_on_and_the_server_ends(code: int) -> None:
    wrapper = start(f"raise SystemExit({code})")
    said, _ = wrapper.communicate(timeout=60)
    assert wrapper.returncode == code
    assert json.loads(said)["fsync"] == "off"
    assert has_ended(json.loads(said))


def test_the_server_ends_when_the_wrapper_is_asked_to_end() -> None:
    wrapper = start("import signal; signal.pause()")
    assert wrapper.stdout
    place = json.loads(wrapper.stdout.readline())
    wrapper.terminate()
    wrapper.communicate(timeout=60)
    assert wrapper.returncode == 128 + signal.SIGTERM
    assert has_ended(place)


def test_a_durable_server_waits_for_the_disk() -> None:
    said, _ = start("", "--durable").communicate(timeout=60)
    assert json.loads(said)["fsync"] == "on"
