"""The page that a watchdog outside asks."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from django.db import connections, router
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from ask.accounts.models import User
from ask.cron.models import Run
from tests.cast import carol

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE = path, "UTC"
    path.write_text("#: name=best\n0 3 * * * /secret/calc_best\n#: name=mail\n@reboot send_mail\n")
    return path


def ran(job: str, state: str) -> datetime:
    due = timezone.now().replace(microsecond=0)
    Run.objects.create(
        job=job, scheduled_for=due, state=state, claimed_at=due, ended_at=due,
        host="secret.example", command="/secret/calc_best",
    )  # fmt: skip
    return due


def test_all_is_well_where_nothing_went_wrong(client: Client) -> None:
    ran("best", "succeeded")
    response = client.get("/status/")
    assert response.status_code == 200
    assert "All is well" in response.content.decode()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("state", ["succeeded", "failed", "broken", "empty"])
def test_the_page_is_valid_html_in_every_state(
    client: Client, crontab: Path, language: str, state: str
) -> None:
    if state in ("broken", "empty"):
        crontab.write_text("61 * * * * true\n" if state == "broken" else "")
    else:
        ran("best", state)
    response = client.get("/status/", headers={"accept-language": language})
    assert response.status_code == (503 if state in ("failed", "broken") else 200)
    html = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(html)
    assert f'<html lang="{language}">' in html


def test_what_went_wrong_is_listed(client: Client) -> None:
    at = ran("best", "failed")
    ran("mail", "succeeded")
    response = client.get("/status/?format=json")
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["troubled"] == [
        {"name": "best", "condition": "failing", "since": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    ]
    assert [one["condition"] for one in response.json()["entries"]] == ["failing", "well"]
    assert not response.json()["is_well"]


@pytest.mark.parametrize(
    ("address", "accept", "is_json"),
    [
        ("/status/", "application/json", True),
        ("/status/", "*/*", False),
        ("/status/", "text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("/status/?format=json", "text/html", True),
        ("/status/?format=html", "application/json", False),
    ],
)
def test_programs_get_json_and_browsers_a_page(
    client: Client, address: str, accept: str, is_json: bool
) -> None:
    kind = client.get(address, headers={"accept": accept}).headers["Content-Type"]
    assert kind.startswith("application/json" if is_json else "text/html")


@pytest.mark.parametrize("address", ["/status/", "/status/?format=json"])
def test_strangers_learn_no_command_and_no_host(client: Client, address: str) -> None:
    ran("best", "failed")
    assert b"secret" not in client.get(address).content


def test_a_crontab_that_cannot_be_read_is_said_without_its_place(
    client: Client, crontab: Path
) -> None:
    crontab.write_text("61 * * * * true\n")
    response = client.get("/status/?format=json")
    assert response.status_code == 503
    assert response.json() == {
        "is_well": False, "trouble": "crontab", "troubled": [], "entries": [],
    }  # fmt: skip
    assert str(crontab) not in client.get("/status/").content.decode()


def test_nobody_keeps_it_and_it_opens_no_session(client: Client) -> None:
    client.force_login(User.objects.get(pk=carol().pk))
    response = client.get("/status/")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Vary"] == "Accept, Accept-Language, Cookie"
    assert not response.wsgi_request.session.accessed
    assert b'href="/admin/"' not in response.content


def test_it_takes_as_many_queries_for_many_entries(
    client: Client, crontab: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    crontab.write_text("".join(f"#: name=job{n}\n* * * * * true\n" for n in range(50)))
    os.utime(crontab, (0, 0))
    Run.objects.create(
        job="other", state="succeeded",
        **dict.fromkeys(("scheduled_for", "claimed_at"), timezone.now() - timedelta(days=1)),
    )  # fmt: skip
    client.get("/status/")  # whose content the site shows is in the cache from here on
    connection = connections[router.db_for_read(Run)]
    with django_assert_max_num_queries(5, connection=connection):
        assert len(client.get("/status/?format=json").json()["troubled"]) == 50


def test_the_address_without_its_slash_leads_there(client: Client) -> None:
    response = client.get("/status?format=json")
    assert (response.status_code, response["Location"]) == (301, "/status/?format=json")


def test_it_is_only_read(client: Client) -> None:
    assert client.post("/status/").status_code == 405
    assert client.head("/status/").status_code == 200


def test_a_database_that_is_away_is_said() -> None:
    program = (
        "import django; django.setup(); from django.test import Client; c = Client();"
        " r = c.get('/status/'); j = c.get('/status/?format=json');"
        " print(r.status_code, j.status_code, j.json()['trouble'],"
        " 'The database cannot be reached' in r.content.decode())"
    )
    away = {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "ask.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **away},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["503", "503", "database", "True"]
