"""What the page for a server tells an operator to type is there."""

import re

import pytest
from django.core.management import get_commands

from ask.cron.management.commands.crontab import ACTIONS
from ask.env import FOLDER
from tests.test_settings_docs import names_in

PAGE = (FOLDER / "docs/server.md").read_text()


def test_each_command_is_one() -> None:
    typed = re.findall(r"^[#$] .*?manage\.py (\w+)", PAGE, re.M)
    assert typed
    assert set(typed) <= set(get_commands())
    assert set(re.findall(r"crontab (\w+)$", PAGE, re.M)) <= set(ACTIONS)


def test_each_setting_is_one() -> None:
    (file,) = re.findall(r"cat >/etc/ask\.env <<'END'\n(.*?)^END$", PAGE, re.M | re.S)
    assert {line.partition("=")[0] for line in file.splitlines()} <= names_in("ask/settings.py")


@pytest.mark.parametrize("unit", ["ask-scheduler", "ask-web"])
def test_each_service_is_started(unit: str) -> None:
    assert re.search(rf"^# systemctl enable --now .*{unit}", PAGE, re.M)
