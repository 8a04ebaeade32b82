from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import router
from django.db.migrations.recorder import MigrationRecorder

from ask.cron import lateness
from ask.cron.crontab import Crontab
from ask.cron.models import Run

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = 1_800_014_400
"""15 January 2027, 12:00 UTC."""


def late(
    now: float, *, options: str = "", changed_at: float = 0, when: str = "0 * * * *"
) -> object:
    (entry,) = Crontab.read(f"#: name=job {options}\n{when} true\n").entries
    found = lateness.late([entry], now=now, zone=ZoneInfo("UTC"), changed_at=changed_at)
    return found.get("job")


def ran(job: str, moment: float) -> None:
    when = datetime.fromtimestamp(moment, UTC)
    Run.objects.create(job=job, scheduled_for=when, claimed_at=when, state=Run.State.FAILED)


def test_where_nothing_ever_ran_all_is_late_that_was_due_since_the_site_is_there() -> None:
    made = MigrationRecorder.Migration.objects.using(router.db_for_read(Run)).filter(app="cron")
    made.update(applied=datetime.fromtimestamp(NOON + 60, UTC))
    assert late(NOON + 1800) is None
    assert late(NOON + 3600 + 301) == NOON + 3600


def test_what_is_due_is_late_after_as_long_as_its_option_says() -> None:
    ran("other", NOON - 7200)
    ran("job", NOON - 3600)
    assert late(NOON + 299) is None
    assert late(NOON + 301) == NOON
    assert late(NOON + 301, options="late=10m") is None
    ran("job", NOON)
    assert late(NOON + 301) is None


def test_a_new_entry_is_late_only_for_what_is_due_after_the_change() -> None:
    ran("other", NOON - 7200)
    assert late(NOON + 301, changed_at=NOON + 100) is None
    assert late(NOON + 3600 + 301, changed_at=NOON + 100) == NOON + 3600


def test_what_waits_for_a_start_of_the_machine_is_never_late() -> None:
    ran("other", NOON - 7200)
    assert late(NOON, when="@reboot") is None
