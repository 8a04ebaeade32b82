"""Steering background processes in a browser, with a real server, scheduler and mail server."""

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from ask.cron.models import Run
from tests.cast import carol
from tests.cron.runs import until
from tests.services.mail import MailServer, mail_server
from tests.sites import Site, site

pytestmark = pytest.mark.django_db(databases="__all__")

CRONTAB = """\
MAILTO=ops@example.org
#: name=slow
0 0 1 1 * for i in $(seq 1 400); do echo "$i/400 Counting" >&3; echo "line $i"; sleep 0.1; done
#: name=fragile
0 0 1 1 * test -e well || { echo 'it is broken'; exit 3; }
#: name=each_minute
* * * * * true
"""

PASSWORD = "Correct-Horse-7"


@dataclass
class Place:
    """A site that is served, with a scheduler and a mail server."""

    url: str
    folder: Path
    mails: MailServer
    server: subprocess.Popen[str]

    def status(self) -> tuple[int, str]:
        """What a watchdog outside gets."""
        try:
            with urllib.request.urlopen(f"{self.url}/status/?format=json") as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def answers(self) -> bool:
        try:
            return bool(self.status())
        except urllib.error.URLError:
            return False


@contextmanager
def served(here: Site, *, port: int, has_scheduler: bool) -> Iterator[list[subprocess.Popen[str]]]:
    """The server, and the scheduler if there is to be one."""
    started: list[subprocess.Popen[str]] = []
    try:
        started.append(here.start("serve", f"--port={port}", "--workers=1"))
        if has_scheduler:
            started.append(here.start("scheduler", "--patience=0"))
        yield started
    finally:
        for process in reversed(started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in started:
            process.communicate(timeout=60)


@pytest.fixture(params=[True])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "crontab").write_text(CRONTAB)
    with mail_server() as mails, site(tmp_path) as here:
        here.environment |= {
            "CRONTAB": str(tmp_path / "crontab"),
            "CRON_FOLDER": str(tmp_path / "cron"),
            "METRICS_FOLDER": str(tmp_path / "metrics"),
            "EMAIL_URL": mails.url,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }
        here.run("collectstatic", "--noinput", "--verbosity=0")
        here.run("createsuperuser", "--noinput", "--username=carol")
        with served(here, port=port, has_scheduler=request.param) as started:
            found = Place(f"http://127.0.0.1:{port}", tmp_path, mails, started[0])
            until(found.answers, seconds=60)
            yield found


def logged_in(browser: Browser, place: Place, **options: bool) -> Page:
    context = browser.new_context(base_url=place.url, locale="en-US", **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/jobs/")
    page.fill("[name=login]", "carol")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.get_by_role("heading", name="Background processes")).to_be_visible()
    return page


def test_a_slow_job_is_started_watched_and_cancelled_and_a_failing_one_is_seen(
    browser: Browser, place: Place
) -> None:
    page = logged_in(browser, place)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    row = page.get_by_role("row", name="slow")

    # Its bar moves, and its output comes, without a reload.
    page.evaluate("window.isTheSamePage = true")
    row.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("slow begins in a moment.")).to_be_visible()
    bar = page.get_by_role("progressbar", name="How far slow is")
    expect(bar).to_be_visible(timeout=10_000)
    far = int(bar.get_attribute("value") or 0)
    until(lambda: int(bar.get_attribute("value") or 0) > far)
    expect(page.locator(".now pre")).to_contain_text("line")
    expect(row).to_contain_text("running")

    # It is cancelled, and said to be.
    page.get_by_role("button", name="Cancel slow").click()
    expect(bar).to_be_hidden(timeout=10_000)
    assert page.evaluate("window.isTheSamePage")
    row.get_by_role("link").nth(1).click()
    expect(page.locator(".lead")).to_contain_text("stopped")
    expect(page.get_by_text("carol cancelled slow")).to_be_visible()
    assert place.status()[0] == 200

    # A failing one turns red, is mailed, and the watchdog hears of it.
    page.goto("/jobs/")
    fragile = page.get_by_role("row", name="fragile")
    fragile.get_by_role("button", name="Run now").click()
    expect(fragile.locator(".mark.no")).to_have_text("✗ failing", timeout=10_000)
    expect(page.get_by_text("1 process did not run as it should.")).to_be_visible()
    until(lambda: place.mails.mails)
    assert "fragile failed" in place.mails.mails[0]["Subject"]
    assert "it is broken" in place.mails.mails[0].get_content()
    code, text = place.status()
    assert (code, '"condition": "failing"' in text) == (503, True)

    # What was wrong is mended, it is tried again, and all is well.
    (place.folder / "well").touch()
    fragile.get_by_role("link").nth(1).click()
    page.get_by_role("button", name="Run it again").click()
    until(lambda: place.status()[0] == 200)
    page.goto("/jobs/")
    expect(page.get_by_text("All is well")).to_be_visible()
    until(lambda: len(place.mails.mails) > 1)
    assert "fragile works again" in place.mails.mails[1]["Subject"]
    assert complaints == []


def test_everything_works_without_javascript(browser: Browser, place: Place) -> None:
    page = logged_in(browser, place, java_script_enabled=False)
    page.get_by_role("row", name="each_minute").get_by_role("link", name="Pause").click()
    page.get_by_label("Why?").fill("the disk is full")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("each_minute is paused.")).to_be_visible()
    expect(page.locator(".notice", has_text="Paused by carol")).to_contain_text("the disk is full")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("each_minute is resumed.")).to_be_visible()

    page.goto("/jobs/")
    page.get_by_role("row", name="slow").get_by_role("button", name="Run now").click()
    expect(page.get_by_text("slow begins in a moment.")).to_be_visible()

    def shows_its_bar() -> bool:
        page.reload()
        return page.get_by_role("progressbar").count() == 1

    until(shows_its_bar)
    page.get_by_role("button", name="Cancel slow").click()
    expect(page.get_by_text("slow is told to end.")).to_be_visible()
    until(lambda: not shows_its_bar())


@pytest.mark.parametrize("place", [False], indirect=True, ids=["without a scheduler"])
def test_buttons_work_where_no_scheduler_is(browser: Browser, place: Place) -> None:
    page = logged_in(browser, place)
    expect(page.get_by_text("No scheduler looks after the clock")).to_be_visible()
    row = page.get_by_role("row", name="slow")
    row.get_by_role("button", name="Run now").click()
    # The runner's own companion records it first after a minute, so the page sees it claimed only.
    expect(row).to_contain_text("running", timeout=20_000)
    page.get_by_role("button", name="Cancel slow").click()
    row.get_by_role("link").nth(1).click()
    expect(page.locator(".lead")).to_contain_text("stopped", timeout=20_000)


def test_whoever_reads_keeps_their_place(browser: Browser, place: Place) -> None:
    page = logged_in(browser, place)
    page.get_by_role("row", name="slow").get_by_role("button", name="Run now").click()
    box = page.locator(".now pre")
    expect(box).to_contain_text("line", timeout=10_000)

    def until_more_is_printed() -> None:
        shown = box.text_content()
        until(lambda: box.text_content() != shown)

    # The focus stays on a link that has no name of its own.
    link = page.get_by_role("row", name="slow").get_by_role("link", name="slow", exact=True)
    link.focus()
    for _ in range(3):
        until_more_is_printed()
        assert link.evaluate("(link) => link === document.activeElement")
    # What is selected is not taken away.
    page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('.now pre').parentElement)"
    )
    chosen = page.evaluate("getSelection().toString()")
    page.wait_for_timeout(2_500)
    assert page.evaluate("getSelection().toString()") == chosen
    page.evaluate("getSelection().removeAllRanges()")
    until_more_is_printed()

    # The newest lines are in sight, unless somebody scrolls to others.
    page.locator(".now h3 a").click()
    box = page.locator("pre.long")
    until(lambda: box.evaluate("(box) => box.scrollHeight > box.clientHeight + 50"))
    assert box.evaluate("(box) => box.tabIndex") == 0
    until_more_is_printed()
    until(lambda: box.evaluate("(box) => box.scrollTop + box.clientHeight > box.scrollHeight - 5"))
    box.evaluate("(box) => { box.scrollTop = 7; }")
    until_more_is_printed()
    until_more_is_printed()
    assert box.evaluate("(box) => box.scrollTop") == 7
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".lead")).to_contain_text("stopped", timeout=10_000)


def test_a_page_that_nobody_answers_says_so(browser: Browser, place: Place) -> None:
    page = logged_in(browser, place)
    place.server.send_signal(signal.SIGTERM)
    place.server.wait(60)
    expect(page.get_by_text("The site does not answer")).to_be_visible(timeout=15_000)
    page.get_by_role("row", name="slow").get_by_role("button", name="Run now").click()
    expect(page.get_by_text("That was not done.")).to_be_visible()


def test_a_login_elsewhere_breaks_no_button(browser: Browser, place: Place) -> None:
    page = logged_in(browser, place)
    cookies = [cookie for cookie in page.context.cookies() if cookie["name"] == "csrftoken"]
    page.context.add_cookies([{**cookies[0], "value": "x" * 32}])  # type: ignore[typeddict-item]
    page.get_by_role("row", name="each_minute").get_by_role("button", name="Run now").click()
    expect(page.get_by_text("each_minute begins in a moment.")).to_be_visible()


WIDTHS = (390, 1280)


@pytest.mark.django_db(transaction=True, databases="__all__")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_page_is_wider_than_its_screen(
    member: Callable[..., Page], settings: Settings, tmp_path: Path, language: str
) -> None:
    settings.CRONTAB, settings.CRON_EDITABLE = tmp_path / "crontab", True
    settings.CRON_FOLDER = tmp_path / "cron"
    settings.CRONTAB.write_text("#: name=a_rather_long_name_of_a_job\n*/7 3 * * 1-5 true\n")
    now = timezone.now()
    for minutes, state in enumerate(Run.State.values):
        due = now - timedelta(minutes=minutes)
        ended_at = None if state == "running" else due + timedelta(seconds=103)
        run = Run.objects.create(
            job="a_rather_long_name_of_a_job", scheduled_for=due, claimed_at=due, state=state,
            cause="catch-up", host="a-rather-long-name.of-a-host.example.org", started_at=due,
            ended_at=ended_at, command="/a/very/long/path" * 9, output="x" * 300, reason="y" * 90,
            progress_done=1_234_567, progress_total=9_876_543, progress_phase="z" * 90,
            environment={"A_RATHER_LONG_NAME_OF_A_VARIABLE": "/a/long/path:" * 20},
        )  # fmt: skip
    page = member(carol(), locale=language)
    wide = []
    for address in (
        "/jobs/", "/jobs/entries/a_rather_long_name_of_a_job", f"/jobs/runs/{run.pk}",
        "/jobs/entries/a_rather_long_name_of_a_job/pause", "/jobs/history", "/jobs/interventions",
        "/jobs/crontab", "/status/",
    ):  # fmt: skip
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            assert page.locator("html").get_attribute("lang") == language
            found = page.evaluate("document.documentElement.scrollWidth")
            wide += [f"{address} at {width}: {found}"] if found > width else []
            over = page.evaluate(
                "[...document.querySelectorAll('.figures dd, .mark, button')]"
                ".filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"
            )
            wide += [f"{address} at {width}: {text}" for text in over]
    assert wide == []
