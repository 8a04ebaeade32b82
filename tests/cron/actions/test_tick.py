"""What installed lines call becomes the runner of what is due."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from ask.cron.interventions import Person, pause
from ask.cron.models import Run
from ask.cron.spool import Slot

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Slot]:
    """The slots whose runner this process would have become."""
    found: list[Slot] = []
    monkeypatch.setattr("ask.cron.actions.tick.become", found.append)
    monkeypatch.setattr("ask.cron.actions.tick.connections.close_all", lambda: None)
    return found


@pytest.mark.parametrize(
    ("backend", "mail_to", "prints"),
    [
        ("smtp", "ops@example.org", "nothing"),
        ("smtp", '""', "failure"),
        ("console", "ops@example.org", "failure"),
    ],
)
def test_a_failure_is_printed_for_cron_unless_ask_mails_it(  # noqa: PLR0917  # three are a case
    tmp_path: Path, settings: Settings, begun: list[Slot], backend: str, mail_to: str, prints: str
) -> None:
    (tmp_path / "crontab").write_text(f"MAILTO={mail_to}\n#: name=job\n* * * * * true\n")
    settings.CRONTAB, settings.CRON_FOLDER = tmp_path / "crontab", tmp_path / "spool"
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    call_command("crontab", "tick", "job")
    spec = begun[0].events()[0]
    for slot in begun:
        slot.release()
    assert (spec["job"], spec["prints"]) == ("job", prints)


def test_what_is_paused_is_skipped_by_every_cron(
    tmp_path: Path, settings: Settings, begun: list[Slot]
) -> None:
    (tmp_path / "crontab").write_text("#: name=job\n* * * * * true\n")
    settings.CRONTAB, settings.CRON_FOLDER = tmp_path / "crontab", tmp_path / "spool"
    pause("job", by=Person(name="Carol"), reason="the disk is full", now=timezone.now())
    call_command("crontab", "tick", "job")
    assert not begun
    run = Run.objects.get()
    assert (run.state, run.reason) == ("skipped", "paused by Carol: the disk is full")
