"""What the settings say of the clock."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from ask.cron import configuration
from ask.env import FOLDER, env
from tests.test_settings_docs import names_in


def zone_with(**environment: str) -> tuple[str, str]:
    """The crontab's zone, and TZ as jobs find it, in a process of its own."""
    program = (
        "import django; django.setup();"
        " from ask.cron import configuration; from ask.cron.starting import environment;"
        " print(configuration.zone(), environment().get('TZ'))"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "ask.settings", "PYTHONPATH": str(FOLDER)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**settings, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    zone, tz = done.stdout.split()
    return zone, tz


def test_the_zone_is_that_of_the_setting_then_of_tz_then_of_the_machine() -> None:
    assert zone_with(CRON_ZONE="Asia/Tokyo", TZ="Europe/Berlin") == ("Asia/Tokyo", "Europe/Berlin")
    assert zone_with(TZ=":Europe/Berlin") == ("Europe/Berlin", ":Europe/Berlin")
    assert zone_with() == (str(configuration.zone_of_this_machine()), "None")


def test_a_zone_that_is_none_is_said(settings: Settings) -> None:
    settings.CRON_ZONE = "Mars/Base"
    with pytest.raises(ImproperlyConfigured, match="Mars/Base"):
        configuration.zone()


def test_jobs_of_another_crontab_start_in_its_folder(tmp_path: Path, settings: Settings) -> None:
    settings.CRON_FOLDER = tmp_path / "spool"
    assert configuration.place(crontab=tmp_path / "crontab").folder == tmp_path
    assert configuration.place().folder == Path(settings.CRONTAB).parent


def test_every_setting_is_known_to_whoever_installs() -> None:
    assert names_in("ask/settings.py", "ask/env.py") <= env.names


def test_a_file_of_settings_that_is_not_there_is_an_error() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        zone_with(ENV_FILE="/nowhere/ask.env")
