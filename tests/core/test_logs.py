"""Lines of the log, and what they belong to."""

import json
import logging
import os
import subprocess
import sys

import pytest

from ask.core.logs import Belonging, JSONFormatter, LineFormatter, request_id


def formatted(
    formatter: logging.Formatter, message: str, *arguments: object, **more: object
) -> str:
    record = logging.LogRecord("ask.web", logging.WARNING, "f.py", 1, message, arguments, None)
    record.created, record.msecs = 1_800_014_400.25, 250.0
    vars(record).update(more)
    assert Belonging().filter(record)
    return formatter.format(record)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRON_RUN", raising=False)
    request_id.set("")


def test_a_line_says_which_request_it_belongs_to() -> None:
    assert formatted(LineFormatter(), "slow").endswith(" WARNING ask.web: slow")
    request_id.set("abc")
    assert formatted(LineFormatter(), "%s", 5).endswith(" WARNING ask.web [request abc]: 5")


def test_a_line_of_a_job_says_which_run_it_belongs_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRON_RUN", "0b7e")
    monkeypatch.setenv("CRON_JOB", "calc_best")
    assert formatted(LineFormatter(), "done").endswith(" [run 0b7e]: done")
    line = json.loads(formatted(JSONFormatter(), "done"))
    assert (line["run"], line["job"]) == ("0b7e", "calc_best")


def test_a_line_about_the_run_of_another_process_names_that_run() -> None:
    assert formatted(LineFormatter(), "lost", run="0b7e").endswith(" [run 0b7e]: lost")


def test_json_is_one_object_a_line() -> None:
    request_id.set("abc")
    text = formatted(JSONFormatter(), 'two\nlines "and" ёж', fields={"status": 200})
    assert "\n" not in text
    assert json.loads(text) == {
        "at": "2027-01-15T12:00:00.250Z",
        "level": "WARNING",
        "logger": "ask.web",
        "message": 'two\nlines "and" ёж',
        "request": "abc",
        "status": 200,
    }


def test_a_traceback_is_in_its_line() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        text = formatted(JSONFormatter(), "broken", exc_info=sys.exc_info())
    assert "\n" not in text
    assert json.loads(text)["error"].endswith("ValueError: why")


@pytest.mark.parametrize("format", ["line", "json"])
def test_the_format_is_a_setting(format: str) -> None:
    program = (
        "import django; django.setup(); import logging;"
        " logging.getLogger('ask.cron').error('%s: failed', 'calc_best')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ask.settings",
            "LOG_FORMAT": format,
            "CRON_RUN": "0b7e",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    if format == "json":
        line = json.loads(done.stderr)
        assert (line["message"], line["run"]) == ("calc_best: failed", "0b7e")
    else:
        assert done.stderr.endswith(" ERROR ask.cron [run 0b7e]: calc_best: failed\n")
