"""Addresses of mail."""

import pytest

from ask.cron.addresses import is_recipient, is_sender, split


def test_commas_are_between_addresses() -> None:
    assert split(" a@example.org,, root ") == ["a@example.org", "root"]
    assert split("") == []


@pytest.mark.parametrize("text", ["ops@example.org", "root", "www-data", "a.b"])
def test_an_address_or_an_account_can_be_told(text: str) -> None:
    assert is_recipient(text)


@pytest.mark.parametrize("text", ["", "-f", "a b", "a@b@c", "a@example.org\nBcc: b@example.org"])
def test_nothing_else_can(text: str) -> None:
    assert not is_recipient(text)


def test_a_sender_may_have_a_name() -> None:
    assert is_sender("Cron <cron@example.org>")
    assert is_sender("cron@example.org")
    for wrong in ("", "cron", "cron@example.org\nBcc: all@example.org"):
        assert not is_sender(wrong)
