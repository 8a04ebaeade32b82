"""Many schedulers, some killed at any moment: every tick is run once, and recorded once."""

import random
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cron.runs import until
from tests.cron.swarm import Swarm
from tests.sites import Site, site

CRONTAB = """\
#: name=free overlap=allow
0-59 0-23 * * * echo $CRON_SCHEDULED_FOR >> free; sleep 0.0$((RANDOM \\% 9))
#: name=alone
*/5 * * * * mkdir busy && echo $CRON_SCHEDULED_FOR >> alone; rmdir busy
"""
# No field of the first begins with a star: minutes that a slow machine misses are made up.


def check_every_tick_once(folder: Path, *, ticks: int, speed: float, kill_every: float) -> None:
    rng = random.Random(5)
    (folder / "crontab").write_text("SHELL=/bin/bash\n" + CRONTAB)
    with site(folder) as place:
        # Those of one host share a spool; what is claimed on it and never begun, others begin.
        swarm = Swarm(place, folder, count=8, speed=speed)
        try:
            while len(_lines(folder / "free")) < ticks:
                time.sleep(kill_every)
                swarm.kill_one(rng)
        finally:
            swarm.stop()
        free = _lines(folder / "free")
        rows = rows_of(place)
        errors = (folder / "errors").read_text()
    assert_once(free, rows, ticks=ticks, errors=errors)


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def rows_of(place: Site) -> list[tuple[Any, ...]]:
    found = place.clock_query("SELECT job, scheduled_for, state, lease, reason FROM cron_run")
    return [(job, str(moment), *rest) for job, moment, *rest in found]


def assert_once(free: list[str], rows: list[tuple[Any, ...]], *, ticks: int, errors: str) -> None:
    repeated = {moment: count for moment, count in Counter(free).items() if count > 1}
    assert repeated == {}
    recorded = [row for row in rows if row[0] == "free"]
    states = Counter((row[0], row[2]) for row in rows)
    assert set(states) <= {("free", "succeeded"), ("alone", "succeeded"), ("alone", "skipped")}, (
        states,
        errors[-3000:],
    )
    assert len(recorded) == len(free)
    moments = sorted(free)
    assert len(moments) >= ticks
    minutes = {moment[:16] for moment in moments}
    assert len(minutes) == len(moments)
    first, last = moments[0], moments[-1]
    assert len(minutes) == _minutes_between(first, last) + 1, errors[-3000:]
    assert [row for row in rows if row[3]] == []


def _minutes_between(first: str, last: str) -> int:
    between = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    return round(between.total_seconds() / 60)


def check_nothing_is_stuck(folder: Path, *, ticks: int) -> None:
    rng = random.Random(6)
    (folder / "crontab").write_text(
        "#: name=free overlap=allow retries=1 backoff=1s grace=1s\n"
        "0-59 0-23 * * * echo $CRON_SCHEDULED_FOR.$CRON_ATTEMPT >> free; sleep 0.5\n"
        "#: name=alone grace=1s\n"
        "* * * * * mkdir busy || echo $CRON_SCHEDULED_FOR >> overlaps; sleep 0.3; rmdir busy\n"
    )
    killed: Counter[str] = Counter()
    with site(folder) as place:
        swarm = Swarm(place, folder, count=4, hosts=2, speed=120)
        try:
            while (done := len(_lines(folder / "free"))) < ticks:
                killed[swarm.kill_any(rng)] += 1
                # A slow machine gets no more kills a tick than a quick one: it would only start.
                until(lambda: len(_lines(folder / "free")) > done, seconds=60)
                time.sleep(0.5 * rng.random())
        finally:
            swarm.stop()
        until(lambda: not swarm.living())
        swarm.store()
        free, rows = _lines(folder / "free"), rows_of(place)
        errors = swarm.errors()
    assert min(killed.values()) > 3, killed
    states = Counter((row[0], row[2]) for row in rows)
    # Nothing runs by the record that does not, and nothing is held by what is gone.
    assert not [row for row in rows if row[2] == "running" or row[3]], (states, errors[-3000:])
    assert Counter(free).most_common(1)[0][1] == 1
    recorded = {row[1][:16].replace(" ", "T") for row in rows if row[0] == "free"}
    assert {moment[:16] for moment in free} <= recorded
    first, last = min(recorded), max(recorded)
    assert len(recorded) == _minutes_between(first, last) + 1
    assert states["free", "lost"] <= killed["runner"]
    assert "Traceback" not in errors


@pytest.mark.django_db(databases="__all__")
def test_nothing_is_stuck_whatever_is_killed(tmp_path: Path) -> None:
    check_nothing_is_stuck(tmp_path, ticks=50)


@pytest.mark.long
@pytest.mark.django_db(databases="__all__")
def test_nothing_is_stuck_however_much_is_killed(tmp_path: Path) -> None:
    check_nothing_is_stuck(tmp_path, ticks=1000)


@pytest.mark.django_db(databases="__all__")
def test_eight_schedulers_run_every_tick_once(tmp_path: Path) -> None:
    check_every_tick_once(tmp_path, ticks=150, speed=300, kill_every=2)


@pytest.mark.long
@pytest.mark.django_db(databases="__all__")
def test_eight_schedulers_run_two_thousand_ticks_once(tmp_path: Path) -> None:
    check_every_tick_once(tmp_path, ticks=2000, speed=300, kill_every=1)
