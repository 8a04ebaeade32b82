"""Whom a crontab wants to be told."""

import pytest
from pytest_django import Settings

from ask.cron.addresses import addresses_of, is_mailed_by_ask, sender
from ask.cron.installing import current_user
from ask.env import SENDMAIL_BACKEND
from tests.cron.runs import entry, system_entry

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def addresses(before: str) -> list[str]:
    return addresses_of(entry("true", before=before))


def test_several_addresses_and_accounts() -> None:
    assert addresses("MAILTO=a@example.org, root,b@example.org") == [
        "a@example.org",
        "root",
        "b@example.org",
    ]


@pytest.mark.parametrize("wrong", ["-oQ/tmp", "a b@example.org", "a@b@c", "|/bin/sh", "<a@b.org>"])
def test_what_is_no_address_is_left_out_and_complained_of(
    wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert addresses(f"MAILTO=ops@example.org,{wrong}") == ["ops@example.org"]
    assert f"{wrong!r} is no address" in caplog.text


def test_an_empty_one_is_nobody() -> None:
    assert addresses('MAILTO=""') == []


def test_without_one_the_account_is_told_where_its_mailbox_is(settings: Settings) -> None:
    settings.EMAIL_BACKEND = SENDMAIL_BACKEND
    assert addresses("") == [current_user()]
    assert addresses_of(system_entry("true", user="pupkin")) == ["pupkin"]
    settings.EMAIL_BACKEND = SMTP
    assert addresses("") == []


def test_the_sender_is_that_of_the_crontab_if_it_can_be() -> None:
    assert sender("Cron <cron@example.org>") == "Cron <cron@example.org>"
    assert sender("cron@example.org") == "cron@example.org"
    for wrong in ("", "cron", "cron@example.org\nBcc: all@example.org"):
        assert sender(wrong) == "ask@localhost"


def test_cron_mails_where_ask_cannot(settings: Settings) -> None:
    told, silent = entry("true", before="MAILTO=ops@example.org"), entry("true")
    settings.EMAIL_BACKEND = SMTP
    assert is_mailed_by_ask(told)
    assert not is_mailed_by_ask(silent)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert not is_mailed_by_ask(told)
