"""The lecture's crontab as it was shown, run by Ask's scheduler."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cron.runs import until
from tests.cron.swarm import Swarm
from tests.services.private_machine import Machine, NotPossible, private_machine
from tests.sites import Site, site

CRONTAB = """\
MAILTO=pupkin@example.org
PATH=/bin:/usr/bin:/home/project/bin
SHELL=/bin/bash

# m  h  dom mon dow user    command
*/3  *  *   *   *   root    indexer --rotate --all
1    3  *   *   *   root    backup.sh
0    3  7   *   *   root    big_backup_all.sh
*/5  *  *   *   *   pupkin  /home/ask/manage.py calc_best
*    *  *   *   *   pupkin  /home/ask/manage.py send_mail
"""
"""The lecture leaves open whom to mail to, and where it has dots."""

FIRST = datetime(2027, 1, 7, 2, 45, tzinfo=UTC).timestamp()
"""Before the seventh of a month, three o'clock, as long as a scheduler may need to be there."""

PROGRAMS = ("project/bin/indexer", "project/bin/backup.sh", "project/bin/big_backup_all.sh")
MANAGE = "ask/manage.py"

STAND_IN = """\
#!/bin/sh
echo "$(id -un): $0 $*"
# Only bash tells a program by which path it was found.
tr '\\0' '\\n' < /proc/$$/environ | grep -E '^(_|SHELL|PATH|MAILTO|LOGNAME|HOME)='
"""


@dataclass(frozen=True)
class Said:
    """What the run of an entry was, and what its stand-in printed."""

    state: str
    user: str
    """As recorded."""
    line: str
    environment: dict[str, str]
    moments: list[str]


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Said]]:
    """What the scheduler made of it until 3:06, by the names of the entries."""
    try:
        with private_machine() as machine:
            folder = machine.folder / "site"
            folder.mkdir()
            with site(folder) as place:
                yield _runs(machine, folder, place)
    except NotPossible as e:
        pytest.skip(str(e))


def _runs(machine: Machine, folder: Path, place: Site) -> dict[str, Said]:
    machine.add_user("pupkin")
    home = machine.folder / "home"
    for name in (*PROGRAMS, MANAGE):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STAND_IN)
        path.chmod(0o755)
    machine.lay_over(home, "/home")
    (folder / "crontab").write_text(CRONTAB)
    swarm = Swarm(
        place, folder, speed=60, first=FIRST, options=["--system"], inside=machine.entering()
    )
    try:
        until(lambda: "03:06" in _moments(swarm, "send_mail"), seconds=60)
    finally:
        swarm.stop()
    names = ("indexer", "backup", "big_backup_all", "calc_best", "send_mail")
    return {name: _said(swarm, name) for name in names}


def _said(swarm: Swarm, name: str) -> Said:
    rows = swarm.place.clock_query(
        'SELECT state, cron_run."user", scheduled_for, output_head FROM cron_run'  # noqa: S608
        f" LEFT JOIN cron_attempt ON run_id = cron_run.id WHERE job = '{name}'"
        " ORDER BY scheduled_for"
    )
    # A machine that is busy for a minute of this clock, which is a second, has one run skipped.
    (state, user, text), *other = {(*row[:2], row[3]) for row in rows if row[0] != "skipped"}
    assert other == []
    line, *variables = text.splitlines()
    environment = dict(variable.split("=", 1) for variable in variables)
    return Said(state, user, line, environment, _moments(swarm, name))


def _moments(swarm: Swarm, name: str) -> list[str]:
    return [str(moment)[11:16] for (moment,) in swarm.rows(name, "scheduled_for")]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("indexer", "root: /home/project/bin/indexer --rotate --all"),
        ("backup", "root: /home/project/bin/backup.sh "),
        ("big_backup_all", "root: /home/project/bin/big_backup_all.sh "),
        ("calc_best", "pupkin: /home/ask/manage.py calc_best"),
        ("send_mail", "pupkin: /home/ask/manage.py send_mail"),
    ],
)
def test_each_entry_runs_as_its_user_with_its_arguments(
    runs: dict[str, Said], name: str, line: str
) -> None:
    said = runs[name]
    user, _, command = line.partition(": ")
    assert (said.state, said.user, said.line) == ("succeeded", user, line)
    assert said.environment["LOGNAME"] == user
    assert said.environment["_"] == command.split()[0], "it was not bash that started it"
    assert said.environment["SHELL"] == "/bin/bash"
    assert said.environment["PATH"] == "/bin:/usr/bin:/home/project/bin"
    assert said.environment["MAILTO"] == "pupkin@example.org"


def test_each_entry_runs_at_its_times(runs: dict[str, Said]) -> None:
    minutes = [f"03:0{minute}" for minute in range(7)]
    for name, expected in (
        ("send_mail", minutes),
        ("indexer", minutes[::3]),
        ("calc_best", minutes[::5]),
    ):
        assert [moment for moment in runs[name].moments if "03:00" <= moment <= "03:06"] == expected
    assert runs["backup"].moments == ["03:01"]
    assert runs["big_backup_all"].moments == ["03:00"]
