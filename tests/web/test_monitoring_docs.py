"""The page about watching names everything that can be watched."""

import re

import pytest
from pytest_django import Settings

from ask.cron.status import Condition
from ask.env import FOLDER
from ask.web.metrics import Jobs
from ask.web.probes import ANSWERS

PAGE = (FOLDER / "docs/monitoring.md").read_text()


@pytest.mark.django_db(databases="__all__")
def test_every_figure_is_documented_and_no_other(settings: Settings) -> None:
    documented = re.findall(r"^\| `(ask_\w+)` \|", PAGE, re.M)
    figures = [family.name for family in Jobs().collect()]
    assert documented == ["ask_request_seconds", *figures]


def test_every_address_and_every_condition_is_documented() -> None:
    assert all(f"| `{address}` |" in PAGE for address in [*ANSWERS, "/status/"])
    assert all(f"| `{condition}` |" in PAGE for condition in Condition)
