"""The scheduler, round by round, under a clock that the test sets; its runs are real."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, router
from pytest_django import DjangoAssertNumQueries

from ask.cron import scheduler, starting
from ask.cron.crontab import Crontab
from ask.cron.interventions import Person, ask_to_start
from ask.cron.models import Run
from ask.cron.scheduler import Clock, Scheduler, Timetable, due
from tests.cron.runs import place, until
from tests.services.small_disk import small_disk

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = 1_800_014_400
"""15 January 2027, 12:00 UTC, a Friday."""

MINUTE, HOUR, DAY = 60, 3600, 86400


class SetClock(Clock):
    """A clock that shows what it is told to."""

    def __init__(self, moment: float) -> None:
        self.moment = moment

    def now(self) -> float:
        return self.moment


class Host:
    """A host with one scheduler after the other."""

    def __init__(self, folder: Path, crontab: str) -> None:
        self.folder = folder
        self.path = folder / "crontab"
        self.path.write_text(crontab)
        self.clock = SetClock(NOON)
        self.restart()

    def restart(self) -> None:
        """Another scheduler, which knows nothing but what is on the disk."""
        self.scheduler = Scheduler(
            Timetable(self.path, is_system=False),
            place=place(self.folder),
            zone=ZoneInfo("UTC"),
            patience=1,
            clock=self.clock,
        )

    def at(self, moment: float) -> list[str]:
        """The names and minutes of what begins when the clock shows this, recorded and ended."""
        before = set(Run.objects.values_list("pk", flat=True))
        self.clock.moment = moment
        self.scheduler.go_round()
        until(self.is_quiet)
        begun = Run.objects.exclude(pk__in=before).order_by("scheduled_for", "job")
        return [f"{run.job} {run.scheduled_for:%H:%M}" for run in begun]

    def at_once(self, moment: float) -> list[str]:
        """The same, without waiting for the end of anything."""
        before = set(Run.objects.values_list("pk", flat=True))
        self.clock.moment = moment
        self.scheduler.go_round()
        return [
            f"{run.job} {run.scheduled_for:%H:%M}" for run in Run.objects.exclude(pk__in=before)
        ]

    def is_quiet(self) -> bool:
        self.scheduler.keeper.keep()
        return not Run.objects.running().exists()


Make = Callable[[str], Host]


@pytest.fixture
def host(tmp_path: Path) -> Callable[[str], Host]:
    def make(crontab: str) -> Host:
        return Host(tmp_path, crontab)

    return make


EACH = """\
#: name=star
* * * * * true
#: name=fixed
30 12,13,14,15,16 * * * true
"""


def test_what_is_due_begins_once(host: Make) -> None:
    one = host(EACH)
    assert one.at(NOON) == []
    assert one.at(NOON + 58.9) == []
    assert one.at(NOON + 60) == ["star 12:01"]
    assert one.at(NOON + 61) == []
    assert one.at(NOON + 120) == ["star 12:02"]
    assert one.at(NOON + 30 * MINUTE - 60) != []
    assert one.at(NOON + 30 * MINUTE) == ["fixed 12:30", "star 12:30"]
    states = set(Run.objects.values_list("state", flat=True))
    assert states == {Run.State.SUCCEEDED}


def test_what_is_due_soon_is_claimed_already_and_begins_in_time(host: Make) -> None:
    one = host(EACH)
    one.at(NOON)
    asked_at = time.time()
    assert one.at(NOON + 59.5) == ["star 12:01"]
    run = Run.objects.get()
    assert run.started_at
    assert run.started_at.timestamp() - asked_at >= 0.5
    assert one.at(NOON + 60) == []


def test_a_clock_that_trembles_repeats_nothing(host: Make) -> None:
    one = host(EACH)
    assert one.at(NOON + MINUTE) == ["star 12:01"]
    assert one.at(NOON + MINUTE - 4) == []
    assert one.at(NOON + MINUTE) == []


def test_five_minutes_are_made_up(host: Make) -> None:
    one = host(EACH)
    one.at(NOON + 27 * MINUTE)
    made_up = [f"star 12:{minute}" for minute in (28, 29, 30, 31, 32)]
    assert sorted(one.at(NOON + 32 * MINUTE)) == sorted([*made_up, "fixed 12:30"])


def test_up_to_three_hours_only_fixed_times_are_made_up(host: Make) -> None:
    one = host(EACH)
    one.at(NOON + MINUTE)
    assert one.at(NOON + 2 * HOUR) == ["fixed 12:30", "fixed 13:30", "star 14:00"]


def test_after_more_than_three_hours_nothing_is_made_up(host: Make) -> None:
    one = host(EACH)
    one.at(NOON + MINUTE)
    assert one.at(NOON + 4 * HOUR) == ["star 16:00"]
    assert one.at(NOON + 4 * HOUR + 30 * MINUTE)[0] == "fixed 16:30"


def test_a_clock_that_is_set_back_repeats_wildcards_only(host: Make) -> None:
    one = host(EACH)
    one.at(NOON + 30 * MINUTE)
    assert one.at(NOON + 29 * MINUTE) == ["star 12:29"]
    assert one.at(NOON + 30 * MINUTE) == ["star 12:30"]
    assert one.at(NOON + 31 * MINUTE) == ["star 12:31"]
    assert Run.objects.filter(job="fixed").count() == 1


def test_a_clock_that_is_set_back_far_begins_anew(host: Make) -> None:
    one = host(EACH)
    one.at(NOON + 30 * MINUTE)
    assert one.at(NOON + 30 * MINUTE - DAY) == ["fixed 12:30", "star 12:30"]
    assert one.at(NOON + 31 * MINUTE - DAY) == ["star 12:31"]


def test_a_scheduler_that_was_away_makes_up_what_a_clock_that_jumped_would(host: Make) -> None:
    one = host(EACH)
    one.at(NOON + 29 * MINUTE)
    one.clock.moment = NOON + 31 * MINUTE
    one.restart()
    assert one.at(NOON + 31 * MINUTE) == ["fixed 12:30", "star 12:30", "star 12:31"]


def test_the_first_scheduler_of_a_host_makes_nothing_up(host: Make) -> None:
    one = host(EACH)
    assert one.at(NOON + 1) == []


def test_daylight_saving_neither_doubles_nor_loses(tmp_path: Path) -> None:
    entries = Crontab.read("#: name=night\n30 2 * * * true\n").entries
    berlin = ZoneInfo("Europe/Berlin")
    spring = int(datetime(2026, 3, 29, 0, 59, tzinfo=UTC).timestamp())
    (tick,) = due(entries, since=spring, until=spring + MINUTE, zone=berlin)
    assert tick.moment == spring + MINUTE  # 03:00, right after the jump
    autumn = int(datetime(2026, 10, 25, 0, 0, tzinfo=UTC).timestamp())
    found = [
        due(entries, since=minute - MINUTE, until=minute, zone=berlin)
        for minute in range(autumn, autumn + 3 * HOUR, MINUTE)
    ]
    assert sum(map(len, found)) == 1


def test_catching_up_runs_the_last_moment_once(host: Make) -> None:
    one = host("#: name=weekly catchup=once\n0 3 * * 1 true\n#: name=other\n0 3 * * 1 true\n")
    assert one.at(NOON + MINUTE) == ["weekly 03:00"]
    run = Run.objects.get()
    assert (run.cause, run.scheduled_for.day) == (Run.Cause.CATCH_UP, 11)
    one.restart()
    assert one.at(NOON + 2 * MINUTE) == []
    one.clock.moment = NOON + 30 * DAY
    one.restart()
    assert one.at(NOON + 30 * DAY) == ["weekly 03:00"]


def test_after_a_long_sleep_it_catches_up_too(host: Make) -> None:
    one = host("#: name=hourly catchup=once\n5 * * * * true\n")
    assert one.at(NOON) == ["hourly 11:05"]
    assert one.at(NOON + 9 * HOUR) == ["hourly 20:05"]


def test_what_is_caught_up_waits_for_the_database(
    host: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = host("#: name=weekly catchup=once\n0 3 * * 1 true\n")
    with monkeypatch.context() as away:
        away.setattr(starting, "claim", _fail)
        away.setattr(scheduler, "LOOK_EVERY", -1.0)
        for second in range(3):
            assert one.at_once(NOON + MINUTE + second) == []
    assert until(lambda: one.at(NOON + MINUTE + 10)) == ["weekly 03:00"]
    assert Run.objects.get().state == Run.State.SUCCEEDED


def test_what_finds_no_room_after_a_reboot_is_started_when_there_is(tmp_path: Path) -> None:
    with small_disk(megabytes=1) as disk:
        one = Host(disk, "#: name=boot\n@reboot true\n")
        filling = disk / "filling"
        with suppress(OSError):
            filling.write_bytes(bytes(2_000_000))
        one.scheduler.start_after_reboot()
        assert one.at(NOON + 1) == []
        filling.unlink()
        assert one.at(NOON + 2) == ["boot 12:00"]
        assert one.at(NOON + 3) == []
        one.scheduler.close()


def test_reboot_is_once_for_each_start_of_the_machine(host: Make) -> None:
    one = host("#: name=boot\n@reboot true\n")
    one.scheduler.start_after_reboot()
    one.restart()
    one.scheduler.start_after_reboot()
    until(one.is_quiet)
    run = Run.objects.get()
    assert (run.job, run.cause, run.state) == ("boot", Run.Cause.REBOOT, Run.State.SUCCEEDED)
    (one.folder / "spool" / "boots" / "boot").write_text("another boot")
    one.clock.moment += 100
    one.restart()
    one.scheduler.start_after_reboot()
    assert Run.objects.count() == 2


# The crontab


def test_a_changed_crontab_is_read_again(host: Make) -> None:
    one = host("#: name=old\n* * * * * true\n")
    assert one.at(NOON + MINUTE) == ["old 12:01"]
    one.path.write_text("#: name=new\n* * * * * true\n")
    assert one.at(NOON + 2 * MINUTE) == ["new 12:02"]


def test_of_a_broken_crontab_the_last_good_one_stays(
    host: Make, caplog: pytest.LogCaptureFixture
) -> None:
    one = host("#: name=good\n* * * * * true\n")
    assert one.at(NOON + MINUTE) == ["good 12:01"]
    one.path.write_text("#: name=good\n* * * * * true\n99 * * * * true\n")
    assert one.at(NOON + 2 * MINUTE) == ["good 12:02"]
    assert one.at(NOON + 3 * MINUTE) == ["good 12:03"]
    complaints = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(complaints) == 1
    assert f"{one.path}:3:1:" in complaints[0].getMessage()
    one.path.unlink()
    assert one.at(NOON + 4 * MINUTE) == ["good 12:04"]
    one.path.write_text("#: name=mended\n* * * * * true\n")
    assert one.at(NOON + 5 * MINUTE) == ["mended 12:05"]


# The spool


def test_a_spool_that_was_removed_is_made_again(host: Make) -> None:
    one = host(EACH)
    assert one.at(NOON + MINUTE) == ["star 12:01"]
    shutil.rmtree(one.folder / "spool")
    assert one.at(NOON + 2 * MINUTE) == ["star 12:02"]


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch], ids=["a folder", "a file"])
def test_what_stands_in_the_place_of_the_bell_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, make: Callable[[Path], None]
) -> None:
    caplog.set_level("INFO")
    one = Host(tmp_path, "#: name=job\n0 0 1 1 * true\n")
    make(bell := tmp_path / "spool" / "bell")
    asked = ask_to_start("job", by=Person(name="Carol"), now=datetime.fromtimestamp(NOON, UTC))
    for second in range(3):
        one.scheduler._asked_at = -inf  # as if five seconds had passed
        one.at(NOON + second)
    asked.refresh_from_db()
    assert asked.state == "done"
    assert one.scheduler.bell.descriptor is None  # or it would be readable all the time
    said = [record.message for record in caplog.records if str(bell) in record.message]
    assert len(said) == 1
    assert "All is well again." not in [record.message for record in caplog.records]


def test_what_finds_no_room_on_the_disk_is_started_when_there_is(tmp_path: Path) -> None:
    with small_disk(megabytes=1) as disk:
        one = Host(disk, EACH)
        one.at(NOON)
        filling = disk / "filling"
        with suppress(OSError):
            filling.write_bytes(bytes(2_000_000))
        assert one.at(NOON + MINUTE) == []
        filling.unlink()
        assert one.at(NOON + MINUTE + 10) == ["star 12:01"]
        one.scheduler.close()


def test_a_full_disk_is_complained_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(megabytes=1) as disk:
        one = Host(disk, EACH + "#: name=other\n* * * * * true\n")
        one.at(NOON)
        with suppress(OSError):
            (disk / "filling").write_bytes(bytes(2_000_000))
        for second in range(5):
            one.at(NOON + MINUTE + second)
        one.scheduler.close()
    assert len([record for record in caplog.records if "No space" in record.message]) == 1


def test_who_waits_for_the_database_leaves_descriptors_to_others(
    host: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "HELD", 3)
    one = host("".join(f"#: name=job{number}\n* * * * * true\n" for number in range(9)))
    one.at(NOON)
    before = descriptor_count()
    with monkeypatch.context() as away:
        away.setattr(starting, "claim", _fail)
        away.setattr(scheduler, "LOOK_EVERY", -1.0)
        assert one.at_once(NOON + MINUTE) == []
        assert descriptor_count() <= before + 4
    begun: list[str] = []

    def are_all_begun() -> bool:
        begun.extend(one.at(NOON + MINUTE + 10))
        return len(begun) == 9

    # Those whose slots it did not hold are begun by the keeper, so not all in one round.
    until(are_all_begun)
    assert sorted(begun) == [f"job{number} 12:01" for number in range(9)]


def _fail(_: object) -> None:
    raise OperationalError("away")


# Several hosts


def test_of_two_hosts_one_runs_each_tick(tmp_path: Path) -> None:
    hosts = [Host(_made(tmp_path / name), EACH) for name in ("one", "two")]
    for minute in range(1, 6):
        for number, each in enumerate(hosts):
            # Their clocks differ by half a minute.
            begun = each.at(NOON + minute * MINUTE + 30 * number)
            assert begun == ([f"star 12:0{minute}"] if number == 0 else [])
    assert Run.objects.count() == 5


def test_a_job_does_not_overlap_itself_on_another_host(tmp_path: Path) -> None:
    text = "#: name=long\n* * * * * until test -e go; do sleep 0.05; done\n"
    one, two = (Host(_made(tmp_path / name), text) for name in ("one", "two"))
    one.clock.moment = NOON + MINUTE
    one.scheduler.go_round()
    assert two.at_once(NOON + 2 * MINUTE) == ["long 12:02"]
    skipped = Run.objects.get(state=Run.State.SKIPPED)
    assert (
        skipped.reason == f"the run of 2027-01-15 12:01 UTC on {os.uname().nodename} had not ended"
    )
    (one.folder / "go").touch()
    until(one.is_quiet)
    (two.folder / "go").touch()
    assert two.at(NOON + 3 * MINUTE) == ["long 12:03"]
    assert not Run.objects.exclude(lease=None).exists()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def descriptor_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# What costs nothing


def test_a_minute_without_work_asks_the_database_nothing(
    host: Make, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one = host("#: name=yearly\n0 0 1 1 * true\n")
    one.at(NOON + MINUTE)
    with django_assert_num_queries(0, using=router.db_for_read(Run)):
        one.clock.moment += MINUTE
        one.scheduler.go_round()
