"""What an operator reads of a failure."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from ask.cron.letters import failure, recovery
from ask.cron.models import Attempt, Run, Streak

DUE = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _zone(settings: Settings) -> None:
    settings.CRON_ZONE = "Europe/Berlin"


def run(**values: Any) -> Run:
    return Run(
        **{
            "id": uuid.uuid4(),
            "job": "calc_best",
            "scheduled_for": DUE,
            "state": Run.State.FAILED,
            "host": "web-1",
            "started_at": DUE + timedelta(seconds=1),
            "ended_at": DUE + timedelta(seconds=64),
            "attempt_count": 3,
            "peak_memory": 123_456_789,
            **values,
        }
    )


def attempt(**values: Any) -> Attempt:
    return Attempt(
        **{
            "exit_status": 3,
            "output_head": "first\n",
            "output_tail": "last\n",
            "log": "/var/cron/logs/calc_best/1.log",
            **values,
        }
    )


def test_a_failure_says_all_that_is_known() -> None:
    letter = failure(run(), [attempt()], expression="*/10 * * * *")
    assert letter.subject == "[Ask] calc_best failed on web-1"
    assert letter.text == (
        "Why       exit status 3\n"
        "Schedule  every 10 minutes (*/10 * * * *)\n"
        "Due       2027-01-15 09:00:00 CET\n"
        "Started   2027-01-15 09:00:01 CET\n"
        "Took      1 minute 3 seconds\n"
        "Attempts  3\n"
        "Memory    123 MB\n"
        "Host      web-1\n"
        "Log       /var/cron/logs/calc_best/1.log\n"
        "Look      manage.py crontab explain calc_best --at 2027-01-15T09:00\n"
        "\n"
        "What it printed last:\n"
        "\n"
        "first\n"
        "last\n"
        "\n"
        "The next mail about it comes when it works again.\n"
    )


def test_a_failure_in_russian(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "ru"
    letter = failure(run(state="timed out"), [attempt()], expression="@daily")
    assert letter.subject == "[Ask] calc_best не уложился в срок на web-1"
    assert "Почему      код завершения 3\n" in letter.text
    assert "Длился      1 минута 3 секунды\n" in letter.text


def test_a_signal_has_its_name() -> None:
    assert "ended by SIGKILL" in failure(run(), [attempt(exit_status=None, signal=9)]).text
    assert "ended by 63" in failure(run(), [attempt(exit_status=None, signal=63)]).text


def test_what_is_not_known_is_left_out() -> None:
    lost = run(
        state="lost", reason="no sign of life", started_at=None, attempt_count=0, peak_memory=0
    )
    text = failure(lost, []).text
    assert "Why   no sign of life\n" in text
    assert "It printed nothing." in text
    for label in ("Schedule", "Started", "Took", "Attempts", "Memory", "Log"):
        assert label not in text


def test_only_the_end_of_a_long_output_is_mailed() -> None:
    long = attempt(output_head="head\n", output_tail="".join(f"line {n}\n" for n in range(2000)))
    text = failure(run(), [long]).text
    assert "head" not in text
    assert "line 1959\n" not in text
    assert "line 1960\n" in text
    assert "line 1999\n" in text
    wide = failure(run(), [attempt(output_tail="x" * 24_000)]).text
    assert len(wide) < 10_000


def test_nothing_in_a_mail_is_obeyed() -> None:
    found = run(host="web\r\nBcc: all@example.org", job="calc_best")
    letter = failure(found, [attempt(output_tail="\x1b[2J\r\x07bell\tand tab\n")])
    assert letter.subject == "[Ask] calc_best failed on web Bcc: all@example.org"
    assert "�[2J�bell\tand tab\n" in letter.text
    mail = EmailMessage(letter.subject, letter.text, to=["ops@example.org"]).message()
    assert "Bcc" not in mail


def test_that_it_works_again_says_since_when_it_did_not() -> None:
    streak = Streak(job="calc_best", run=uuid.uuid4(), since=DUE, last_failed_for=DUE, count=12)
    again = DUE + timedelta(hours=2)
    letter = recovery(run(scheduled_for=again, started_at=again, state="succeeded"), streak)
    assert letter.subject == "[Ask] calc_best works again"
    assert letter.text.startswith(
        "Failed since  2027-01-15 09:00:00 CET, for 2 hours\nFailed runs   12\n"
    )
