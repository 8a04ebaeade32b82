"""Whom a crontab wants to be told."""

import pytest
from pytest_django import Settings

from ask.cron.installing import current_user
from ask.cron.recipients import is_mailed_by_ask, recipients
from ask.env import SENDMAIL_BACKEND
from tests.cron.runs import entry, system_entry

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def told(before: str) -> list[str]:
    return recipients(entry("true", before=before))


def test_several_addresses_and_accounts() -> None:
    assert told("MAILTO=a@example.org, root,b@example.org") == [
        "a@example.org",
        "root",
        "b@example.org",
    ]


@pytest.mark.parametrize("wrong", ["-oQ/tmp", "a b@example.org", "a@b@c", "|/bin/sh", "<a@b.org>"])
def test_what_is_no_address_is_left_out(wrong: str) -> None:
    assert told(f"MAILTO=ops@example.org,{wrong}") == ["ops@example.org"]


def test_an_empty_one_is_nobody() -> None:
    assert told('MAILTO=""') == []


def test_without_one_the_account_is_told_where_its_mailbox_is(settings: Settings) -> None:
    settings.EMAIL_BACKEND = SENDMAIL_BACKEND
    assert told("") == [current_user()]
    assert recipients(system_entry("true", user="pupkin")) == ["pupkin"]
    settings.EMAIL_BACKEND = SMTP
    assert told("") == []


def test_cron_mails_where_ask_cannot(settings: Settings) -> None:
    named, unnamed = entry("true", before="MAILTO=ops@example.org"), entry("true")
    settings.EMAIL_BACKEND = SMTP
    assert is_mailed_by_ask(named)
    assert not is_mailed_by_ask(unnamed)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert not is_mailed_by_ask(named)
