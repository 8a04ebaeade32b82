"""The job that mails."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from ask.digests.models import Mail, Notice
from ask.digests.pausing import pause
from tests.cast import answer, ask
from tests.cron.runs import until
from tests.digests.telling import alice, bob, find
from tests.services.mail import mail_server
from tests.sites import site

pytestmark = pytest.mark.django_db(databases="__all__")


def send(*options: str) -> str:
    said = StringIO()
    call_command("send_mail", *options, stdout=said, stderr=StringIO())
    return said.getvalue()


@pytest.fixture
def news() -> None:
    """Bob answered what Alice asked, a moment ago."""
    answer(ask("Why?", by=alice(), now=timezone.now()), by=bob(), now=timezone.now())


def test_from_an_answer_to_a_mail(news: None) -> None:
    assert send() == "Found 1 things to tell, planned 1 mails: 1 sent.\n"
    (mail,) = outbox.outbox
    assert (mail.to, mail.subject) == (["alice@example.org"], "Bob answers: Why?")
    assert send() == "Found 0 things to tell, planned 0 mails: none sent.\n"
    assert len(outbox.outbox) == 1


def test_a_trial_counts_and_changes_nothing(news: None) -> None:
    for _ in range(2):
        said = send("--dry-run")
        assert said == "Would tell of 1 things and plan 1 mails; 1 would be sent.\n"
    assert not outbox.outbox
    assert not Mail.objects.exists()
    assert not Notice.objects.exists()


def test_somebodys_mails_are_shown_and_not_sent(news: None) -> None:
    find(timezone.now())
    said = send("--user", "alice")
    assert "Subject: Bob answers: Why?" in said
    assert re.search(r"List-Unsubscribe:\s+<http", said)
    assert said.count("No mail: nothing was left to tell") == 2
    assert not outbox.outbox
    assert not Mail.objects.exists()
    with pytest.raises(CommandError, match="No people are called Dora"):
        send("--user", "Dora")


def test_while_mail_is_paused_it_plans_and_says_so(news: None) -> None:
    pause(by="Carol", reason="", now=timezone.now())
    assert send() == "Found 1 things to tell, planned 1 mails: paused, none sent.\n"
    assert Mail.objects.count() == 1


def test_a_server_that_is_away_fails_the_run(news: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="takes no mail"):
        send()
    assert Mail.objects.get().state == "planned"


def test_who_stays_sends_within_seconds_and_ends_when_asked_to(tmp_path: Path) -> None:
    with site(tmp_path) as place, mail_server() as server:
        place.environment["EMAIL_URL"] = server.url
        job = place.start("send_mail", "--stay", "600")
        try:
            for number in range(2):
                place.run("shell", "--no-imports", "-c", PUT.format(number=number))
                until(lambda: len(server.mails) > number)  # noqa: B023
            job.terminate()
            said, complaint = job.communicate(timeout=30)
        finally:
            if job.poll() is None:
                job.kill()
                job.communicate()
    assert job.returncode == 0, complaint
    assert said == "Found 0 things to tell, planned 0 mails: 2 sent.\n"


PUT = """
from django.core.mail import EmailMessage
from django.utils import timezone
from ask.digests.outbox import put
message = EmailMessage("Link", "Text", "ask@example.org", ["a@example.org"])
put(message, user=None, now=timezone.now(), key="{number}")
"""
