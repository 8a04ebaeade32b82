"""How a process hands a slot to its runner, whichever descriptor the slot has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ask.cron.runner import SLOT, Journal

HAND_OVER = """
import os, sys
import django
django.setup()
from pathlib import Path
from ask.cron.starting import become, spawn
from tests.cron.runs import MOMENT, entry, place
from ask.cron.starting import slot_for
slot = slot_for(entry("true"), moment=MOMENT, cause="schedule", place=place(Path(sys.argv[1])))
wanted, way = int(sys.argv[2]), sys.argv[3]
if slot.descriptor != wanted:
    os.dup2(slot.descriptor, wanted, inheritable=False)
    os.close(slot.descriptor)
    slot.descriptor = wanted
if way == "become":
    become(slot)
os.waitpid(spawn(slot), 0)
"""


@pytest.mark.parametrize("way", ["become", "spawn"])
@pytest.mark.parametrize("descriptor", [0, SLOT, SLOT + 20])
def test_the_runner_finds_its_slot(tmp_path: Path, way: str, descriptor: int) -> None:
    subprocess.run(
        [sys.executable, "-c", HAND_OVER, str(tmp_path), str(descriptor), way],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "ask.settings"},
        check=True,
    )
    (path,) = (tmp_path / "spool" / "runs").glob("*.run")
    with path.open("rb") as file:
        assert Journal(file.fileno()).events()[-1]["state"] == "succeeded"
