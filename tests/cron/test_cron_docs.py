"""The page of the clock knows every word that an operator may meet."""

import re

import pytest

from ask.cron.management.commands.crontab import ACTIONS
from ask.cron.models import Run
from ask.cron.options import KEYS
from ask.env import FOLDER

PAGE = (FOLDER / "docs/cron.md").read_text()


@pytest.mark.parametrize("name", ["name", *KEYS])
def test_each_option_is_documented(name: str) -> None:
    assert re.search(rf"^\| `{name}[`=]", PAGE, re.M)


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_is_documented(name: str) -> None:
    assert re.search(rf"^\| .*`{name}[` ].* \|", PAGE, re.M)


@pytest.mark.parametrize("state", Run.State.values)
def test_each_state_is_documented(state: str) -> None:
    assert f"\n| {state} | " in PAGE
