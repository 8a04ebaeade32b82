"""An entry in words, and why it did not run."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ask.cron.models import Run
from tests.sites import run_manage

pytestmark = pytest.mark.django_db(databases="__all__")

DUE = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CRONTAB = """\
PATH=bin:/usr/bin
#: name=night timeout=10m retries=3 catchup=once nodb
0 3 * * * backup.sh --to a\\%b%first line%second
#: name=other
* * * * * true
"""


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "crontab"
    path.write_text(CRONTAB)
    return path


def explained(crontab: Path, *arguments: str) -> str:
    out = io.StringIO()
    where = ("--crontab", str(crontab), "--zone", "UTC")
    call_command("crontab", "explain", *arguments, *where, stdout=out)
    return out.getvalue()


def why(crontab: Path, moment: str = "2026-03-02T03:00", *more: str) -> str:
    return explained(crontab, "night", "--at", moment, *more)


def ran(job: str = "night", *, at: datetime = DUE, state: str = "succeeded", **more: object) -> Run:
    values = {"started_at": at, "ended_at": at + timedelta(minutes=1), **more}
    return Run.objects.create(
        job=job, scheduled_for=at, state=state, host="one", command="true", claimed_at=at,
        **{"cause": "schedule", **values},
    )  # fmt: skip


def test_an_entry_is_said_in_words(crontab: Path) -> None:
    text = explained(crontab, "night")
    assert text.startswith(f"night, {crontab}:3\nWhen\n  every day at 03:00\n")
    for part in (
        "Schedule\n  0 3 * * *\n",
        "  ended when it runs longer than 10 minutes, and killed 10 seconds later\n",
        "  after a failure started again, up to 3 times, first after 1 minute\n",
        "  not started while it still runs\n",
        "  started once for all that was missed in an outage\n",
        "  started even if the database does not answer\n",
        "Command\n  backup.sh --to a%b\n",
        "Input\n  first line\n  second\n",
        f"Folder\n  {crontab.parent}\n",
        "  SHELL=/bin/sh\n  PATH=bin:/usr/bin\n",
    ):
        assert part in text
    assert text.partition("Next runs\n")[2].count("\n") == 5


def test_it_speaks_russian(crontab: Path) -> None:
    text = explained(crontab, "night", "--lang=ru")
    assert "Когда\n  каждый день в 03:00\n" in text
    assert "после сбоя повторяется до 3 раз, впервые через 1 минуту" in text


def test_the_system_form_names_the_user_and_the_home(crontab: Path) -> None:
    crontab.write_text("@daily pupkin calc_best\n")
    text = explained(crontab, "calc_best", "--system")
    assert "User\n  pupkin\n" in text
    assert "Folder\n  the home of pupkin\n" in text


def test_an_expression_is_said_in_words(crontab: Path) -> None:
    text = explained(crontab, "0 3 7 * *")
    assert text.startswith("When\n  at 03:00 on the 7th of every month\nNext runs\n")
    assert explained(crontab, "@reboot").endswith("Next runs\n  none\n")


def test_a_terminal_obeys_nothing_of_a_crontab(crontab: Path) -> None:
    crontab.write_text("#: name=night\n0 3 * * * true \x1b[2J\n")
    assert "\x1b" not in explained(crontab, "night")


def test_when_it_is_not_due_the_schedule_says_why(crontab: Path) -> None:
    assert why(crontab, "2026-03-02T04:00").startswith("The hour is 4, and it runs at 3.")


def test_a_run_that_succeeded_is_told(crontab: Path) -> None:
    ran()
    assert (
        "The record of 2026-03-02 03:00:00 +0000: succeeded, on one; begun 2026-03-02 03:00:00"
        " +0000, ended 2026-03-02 03:01:00 +0000."
    ) in why(crontab)


def test_a_failure_tells_its_reason(crontab: Path) -> None:
    ran(state="failed", reason="exit status 3")
    assert ": failed (exit status 3), on one;" in why(crontab)


def test_a_skipped_run_tells_why(crontab: Path) -> None:
    ran(state="skipped", reason="the run of 2026-03-01 03:00 UTC on two had not ended")
    assert "It was skipped on one: the run of 2026-03-01 03:00 UTC on two had not" in why(crontab)


def test_a_lost_run_tells_where(crontab: Path) -> None:
    ran(state="lost", reason="its runner was killed")
    assert "It was begun on one at 2026-03-02 03:00:00 +0000 and lost: its runner" in why(crontab)


def test_a_claim_that_nobody_follows_is_told(crontab: Path) -> None:
    run = ran(state="running", started_at=None, ended_at=None)
    assert "one claimed it at 2026-03-02 03:00:00 +0000, and has not begun it." in why(crontab)
    Run.objects.filter(pk=run.pk).update(state="lost", reason="it was claimed, and never begun")
    assert "one claimed it at 2026-03-02 03:00:00 +0000 and never began it" in why(crontab)


def test_what_was_caught_up_is_told(crontab: Path) -> None:
    ran(cause="catch-up")
    assert "It was started later, to catch up." in why(crontab)


def test_a_run_that_a_person_started_is_told_though_it_was_not_due(crontab: Path) -> None:
    ran(at=DUE + timedelta(minutes=5, seconds=7), cause="person")
    assert "A person started it." in why(crontab, "2026-03-02T03:05")


def test_when_nothing_was_started_the_scheduler_was_away(crontab: Path) -> None:
    ran("other", at=DUE - timedelta(hours=1))
    assert "Nothing at all was started after 2026-03-02 02:00:00 +0000" in why(crontab)
    ran("other", at=DUE + timedelta(hours=1))
    assert (
        "There is no record of a run at that moment.\n"
        "Nothing at all was started between 2026-03-02 02:00:00 +0000 and 2026-03-02 04:00:00"
    ) in why(crontab)


def test_when_others_were_started_the_crontab_was_another_one(crontab: Path) -> None:
    ran("other", at=DUE - timedelta(minutes=1))
    ran("other", at=DUE + timedelta(minutes=1))
    assert "Other entries were started then" in why(crontab)


def test_an_earlier_run_that_went_on_is_told(crontab: Path) -> None:
    ran("night", at=DUE - timedelta(days=1), ended_at=None, state="running")
    assert "At that moment the run of 2026-03-01 03:00:00 +0000 on one went on." in why(crontab)


def test_what_is_older_than_the_records_is_not_known(crontab: Path) -> None:
    assert "No schedule has started anything yet" in why(crontab)
    ran("other", at=DUE + timedelta(days=1))
    assert "The records begin at 2026-03-03 03:00:00 +0000" in why(crontab)


def test_the_future_is_not_known(crontab: Path) -> None:
    assert "That moment is yet to come." in why(crontab, "2190-03-02T03:00")


def test_reasons_speak_russian(crontab: Path) -> None:
    ran(state="lost", reason="x")
    assert "Он начат на one в 2026-03-02 03:00:00 +0000 и потерян: x." in why(
        crontab, "2026-03-02T03:00", "--lang=ru"
    )


def test_without_the_database_the_schedule_still_answers(crontab: Path) -> None:
    out, complaint = run_manage(
        "crontab", "explain", "night", "--at", "2026-03-02T03:00", "--crontab", str(crontab),
        environment={"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, code=1,
    )  # fmt: skip
    assert "It was due at" in out + complaint
    assert "the database cannot be reached" in complaint


def test_an_unknown_name_is_one_line(crontab: Path) -> None:
    with pytest.raises(CommandError, match="Did you mean night"):
        explained(crontab, "nigth")
