"""The table of all entries."""

import io
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from ask.cron.actions.moments import relative, short
from ask.cron.interventions import Person, pause
from ask.cron.models import Run

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "crontab"
    path.write_text("#: name=best\n*/10 * * * * calc_best\n#: name=boot\n@reboot warm.sh\n")
    return path


def shown(crontab: Path, *arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("crontab", "show", "--crontab", str(crontab), *arguments, stdout=out)
    return out.getvalue().splitlines()


def ran(*, minutes_ago: int, state: str, seconds: int = 0, **more: object) -> Run:
    due = (timezone.now() - timedelta(minutes=minutes_ago)).replace(second=0, microsecond=0)
    return Run.objects.create(
        job="best", scheduled_for=due, cause="schedule", state=state, host="one", command="true",
        claimed_at=due, started_at=due, ended_at=due + timedelta(seconds=seconds), **more,
    )  # fmt: skip


def test_what_never_ran_is_there_too(crontab: Path) -> None:
    header, best, boot, _, footer = shown(crontab, "--zone=Europe/Berlin")
    assert header.split() == ["name", "when", "next", "last", "state", "takes"]
    assert best.startswith("best  every 10 minutes")
    assert best.rstrip().endswith("never ran  –")
    assert "when the system starts  –" in boot
    assert footer == f"{crontab}, Europe/Berlin"


def test_the_last_run_and_the_usual_duration_are_shown(crontab: Path) -> None:
    for number in range(3):
        ran(minutes_ago=30 - number, state="succeeded", seconds=90)
    last = ran(minutes_ago=10, state="failed", seconds=1)
    best = shown(crontab, "--zone=UTC")[1]
    assert best.endswith(f"{last.scheduled_for:%H:%M}  failed     1 minute 30 seconds")


def test_what_did_not_run_when_it_should_have_is_late(crontab: Path) -> None:
    os.utime(crontab, (0, 0))
    ran(minutes_ago=60, state="succeeded")
    assert ", succeeded" in (best := shown(crontab, "--zone=UTC")[1])
    assert "late since " in best
    assert "опаздывает с " in shown(crontab, "--zone=UTC", "--lang=ru")[1]
    # What was due before the crontab was changed, nobody misses.
    os.utime(crontab)
    assert "late" not in shown(crontab, "--zone=UTC")[1]


def test_what_is_paused_has_no_next_run_and_is_not_late(crontab: Path) -> None:
    os.utime(crontab, (0, 0))
    ran(minutes_ago=300, state="succeeded")
    pause("best", by=Person(name="Carol"), reason="", now=timezone.now())
    assert "  –  " in shown(crontab)[1]
    assert "paused, succeeded" in shown(crontab)[1]
    assert "на паузе, успешно" in shown(crontab, "--lang=ru")[1]


def test_what_runs_shows_how_far_it_is(crontab: Path) -> None:
    ran(minutes_ago=1, state="running", progress_done=45, progress_total=100)
    assert "  running 45 %  " in shown(crontab)[1]


def test_it_speaks_russian(crontab: Path) -> None:
    ran(minutes_ago=1, state="lost")
    lines = shown(crontab, "--lang=ru")
    assert lines[0].split()[0] == "имя"
    assert "каждые 10 минут" in lines[1]
    assert "потерян" in lines[1]


def test_a_terminal_of_eighty_columns_is_not_overrun(crontab: Path) -> None:
    name = "n" * 52
    crontab.write_text(f"#: name={name}\n7,11,23,48 3-5,9 1,15 * 5 true\n")
    leader, follower = pty.openpty()
    subprocess.run(["stty", "cols", "80"], stdin=follower, check=True)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "crontab", "show", "--crontab", str(crontab)],
        stdout=follower,
        env={**os.environ, "COLUMNS": ""},
    )
    assert process.wait(60) == 0
    os.close(follower)
    text = os.read(leader, 100_000).decode()
    assert len(text.splitlines()) > 3
    assert max(len(line) for line in text.splitlines()[:-1]) <= 80


def test_nothing_is_wrapped_where_there_is_no_terminal(crontab: Path) -> None:
    name = "n" * 52
    crontab.write_text(f"#: name={name}\n7,11,23,48 3-5,9 1,15 * 5 true\n")
    assert len(shown(crontab)) == 4


def test_without_the_database_the_schedule_is_shown(crontab: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "crontab", "show", "--crontab", str(crontab)],
        env={**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "every 10 minutes" in done.stdout
    assert done.stderr.startswith("The database cannot be reached: ")


def test_moments_are_as_short_as_they_can_be() -> None:
    now = datetime(2027, 1, 15, 12, tzinfo=UTC).timestamp()
    days = [short(now + 86400 * n, now=now, zone=UTC, language="en") for n in (0, 1, 6, 7, -1, -7)]
    assert days == [
        "12:00", "Sat 12:00", "Thu 12:00", "2027-01-22 12:00", "Thu 12:00", "2027-01-08 12:00",
    ]  # fmt: skip
    spans = [relative(now + n, now=now, language="ru") for n in (21, 60, 3725, -90000, 8 * 86400)]
    assert spans == [
        "через 21 секунду", "через 1 минуту", "через 1 час 2 минуты", "1 день 1 час назад",
        "через 8 дней",
    ]  # fmt: skip
