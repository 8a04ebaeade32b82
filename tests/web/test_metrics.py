"""What Prometheus asks, and what is counted for it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from ask.cron.models import Run

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE, settings.METRICS_TOKEN = path, "UTC", "secret"
    path.write_text("#: name=best\n0 3 * * * calc_best\n")
    return path


def scraped(client: Client) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels, in order."""
    response = client.get("/metrics", headers={"authorization": "Bearer secret"})
    assert response.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def test_jobs_are_told_as_they_are_at_this_moment(client: Client) -> None:
    due = timezone.now().replace(microsecond=0) - timedelta(minutes=2)
    ended_at = due + timedelta(seconds=90)
    Run.objects.create(
        job="best", scheduled_for=due, state="succeeded",
        claimed_at=due, started_at=due, ended_at=ended_at,
    )  # fmt: skip
    found = scraped(client)
    assert found["ask_status_well",] == 1
    assert found["ask_status_trouble", "crontab"] == 0
    assert found["ask_job_condition", "best", "well"] == 1
    assert found["ask_job_condition", "best", "failing"] == 0
    assert found["ask_job_late_seconds", "best"] == 0
    assert found["ask_job_end_timestamp_seconds", "best"] == ended_at.timestamp()
    assert found["ask_job_success_timestamp_seconds", "best"] == ended_at.timestamp()
    assert found["ask_job_success_seconds", "best"] == 90
    assert found["ask_job_runs_last_day", "best", "succeeded"] == 1
    assert found["ask_job_runs_last_day", "best", "failed"] == 0
    Run.objects.update(state="failed")
    found = scraped(client)
    assert found["ask_status_well",] == 0
    assert found["ask_job_condition", "best", "failing"] == 1
    assert ("ask_job_success_seconds", "best") not in found


def test_a_crontab_that_cannot_be_read_is_told(client: Client, crontab: Path) -> None:
    crontab.write_text("61 * * * * true\n")
    found = scraped(client)
    assert found["ask_status_well",] == 0
    assert found["ask_status_trouble", "crontab"] == 1


def test_requests_are_counted_by_method_view_and_status(client: Client) -> None:
    names = [
        ("ask_request_seconds_count", "2xx", "GET", "crawlers.robots"),
        ("ask_request_seconds_count", "4xx", "crawlers.robots", "other"),
        ("ask_request_seconds_count", "4xx", "GET", "slashes.without_slash"),
        ("ask_request_seconds_count", "4xx", "GET", "none"),
    ]
    before = scraped(client)
    client.get("/robots.txt")
    client.get("/robots.txt")
    client.generic("BREW", "/robots.txt")
    client.get("/nosuch/")
    client.get("/nosuch")
    after = scraped(client)
    assert [after[name] - before.get(name, 0) for name in names] == [2, 1, 1, 1]


def test_no_label_holds_what_a_stranger_chose(client: Client) -> None:
    client.generic("XYZZY", "/xyzzy", headers={"host": "xyzzy"})
    response = client.get("/metrics", headers={"authorization": "Bearer secret"})
    assert not re.search("xyzzy", response.content.decode(), re.I)


@pytest.mark.parametrize("given", ["", "secret", "Bearer ", "Bearer secrets", "Bearer é"])
def test_strangers_are_refused(client: Client, given: str) -> None:
    response = client.get("/metrics", headers={"authorization": given})
    assert response.status_code == 401
    assert response.content == b""


def test_without_a_token_there_is_no_such_page(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    for given in ("", "Bearer ", "Bearer secret"):
        assert client.get("/metrics", headers={"authorization": given}).status_code == 404


def test_prometheus_chooses_its_format(client: Client) -> None:
    for accept, kind in (
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text"),
        ("", "text/plain"),
    ):
        headers = {"authorization": "Bearer secret", "accept": accept}
        response = client.get("/metrics", headers=headers)
        assert response.headers["Content-Type"].startswith(kind)
        assert response.headers["Cache-Control"] == "no-store"
