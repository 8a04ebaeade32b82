"""Draws the pictures of `docs/jobs.md`: a site with a day of runs behind it, seen in Chromium.

`make pictures` runs it on a database of its own.
"""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, expect, sync_playwright

FOLDER = Path("docs/pictures")

CRONTAB = """\
MAILTO=""

#: timeout=30m retries=2 catchup=once
*/10 * * * * calc_best
#: timeout=2h catchup=once
*/5 * * * * render_posts
#: timeout=2h retries=1
30 3 * * * recount
#: name=send_mail timeout=10m
* * * * * send_mail
#: name=backup timeout=4h
0 2 * * * backup.sh
"""

PROGRAM = """\
#!/bin/sh
for i in $(seq 1 {steps}); do
    echo "$i/{steps} {phase}" >&3
    echo "{phase}: $i"
    sleep 0.4
done
"""

WRONG = ("*/5 * * * *", "*/5 25 * * *")
PHONE = {"width": 390, "height": 780}
DESKTOP = {"width": 1180, "height": 760}


def main() -> None:
    """Draw all of them. Raises AssertionError when a page does not show what it should."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ask.settings"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        prepare(folder, port=port)
        with served(port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium",
                                                 args=["--no-sandbox"])  # fmt: skip
            draw(browser, url=f"http://127.0.0.1:{port}")
            browser.close()


def prepare(folder: Path, *, port: int) -> None:
    """A site with programs that take a while, and a day of runs."""
    (folder / "crontab").write_text(f"PATH=bin:/usr/bin:/bin\n{CRONTAB}")
    (folder / "bin").mkdir()
    for name, steps, phase in (
        ("calc_best", 60, "Hotness"), ("render_posts", 40, "Rendering posts"),
        ("recount", 60, "Counting votes"), ("send_mail", 2, "Sending"), ("backup.sh", 20, "Tables"),
    ):  # fmt: skip
        (folder / "bin" / name).write_text(PROGRAM.format(steps=steps, phase=phase))
        (folder / "bin" / name).chmod(0o755)
    os.environ |= {
        "CRONTAB": str(folder / "crontab"), "CRON_FOLDER": str(folder / "cron"),
        "CRON_EDITABLE": "on", "CRON_ZONE": "UTC", "METRICS_FOLDER": str(folder / "metrics"),
        "CACHE_URL": "locmemcache://", "SITE_URL": f"http://127.0.0.1:{port}",
        "SITE_NAME": "Ask", "DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(),
    }  # fmt: skip
    manage("migrate", "--verbosity=0")
    manage("collectstatic", "--noinput", "--verbosity=0")
    manage("createsuperuser", "--noinput", "--username=carol")
    django.setup()
    remember_a_day()


def remember_a_day() -> None:
    """The runs that the crontab would have had, and what people did."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup()

    from ask.cron.crontab import Crontab  # noqa: PLC0415
    from ask.cron.interventions import Person, pause  # noqa: PLC0415
    from ask.cron.models import Attempt, Run  # noqa: PLC0415

    now = timezone.now()
    chance = random.Random(7)
    usual = {"calc_best": 24, "render_posts": 16, "recount": 900, "send_mail": 1, "backup": 2400}
    crontab = Crontab.read(Path(os.environ["CRONTAB"]).read_bytes())
    for entry in crontab.entries:
        moments = entry.schedule.runs(int((now - timedelta(days=1)).timestamp()), zone=UTC)
        for moment in moments:
            due = datetime.fromtimestamp(moment, UTC)
            if due > now - timedelta(minutes=2):
                break
            seconds = usual[entry.name] * chance.uniform(0.8, 1.3)
            is_bad = entry.name == "render_posts" and due.hour == (now.hour - 7) % 24
            run = Run.objects.create(
                job=entry.name, scheduled_for=due, claimed_at=due, cause="schedule",
                started_at=due + timedelta(seconds=0.01), attempt_count=1, host="q1.example.org",
                ended_at=due + timedelta(seconds=seconds), command=entry.command,
                state="failed" if is_bad else "succeeded",
                peak_memory=int(40e6 * chance.uniform(0.9, 1.2)),
            )  # fmt: skip
            if is_bad:
                Attempt.objects.create(
                    run=run, number=1, started_at=due, exit_status=1,
                    ended_at=due + timedelta(seconds=seconds), peak_memory=run.peak_memory,
                    cpu=3, output_bytes=60,
                    output_head="The database cannot be reached: connection refused\n",
                )  # fmt: skip
    pause("backup", by=Person(name="Alice"), reason="the disk is being replaced", now=now)


def manage(*command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], check=True)


@contextmanager
def served(port: int) -> Iterator[None]:
    """The server and the scheduler."""
    commands = (["serve", f"--port={port}", "--workers=1"], ["scheduler", "--patience=0"])
    started = [subprocess.Popen([sys.executable, "manage.py", *command]) for command in commands]
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                    break
            except urllib.error.URLError:
                assert started[0].poll() is None, "the server has ended"
        yield
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(60)


def draw(browser: Browser, *, url: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    page = visit(browser, url, DESKTOP)
    for name in ("recount", "calc_best"):
        page.locator(f"#start-{name}").click()
    bar = page.get_by_role("progressbar", name="How far recount is")
    expect(bar).to_be_visible(timeout=20_000)
    page.wait_for_timeout(8_000)
    page.evaluate("document.querySelector('#said').textContent = ''")
    save(page, "jobs")
    save(visit(browser, url, PHONE, color_scheme="dark"), "jobs-phone-dark", is_whole=False)
    page.goto("/jobs/entries/render_posts")
    save(page, "entry")
    page.goto("/jobs/")
    page.locator(".now h3 a").first.click()
    page.wait_for_timeout(1_500)
    save(page, "run")
    russian = visit(browser, url, DESKTOP, color_scheme="dark", locale="ru")
    save(russian, "jobs-russian-dark", is_whole=False)
    page.goto("/jobs/crontab")
    text = page.locator("textarea")
    text.fill(text.input_value().replace(*WRONG))
    page.wait_for_timeout(2_000)
    page.evaluate("document.querySelector('.lead code').textContent = 'crontab'")
    save(page, "crontab")


def visit(browser: Browser, url: str, size: dict[str, int], **options: str) -> Page:
    """A page of somebody who is logged in."""
    context = browser.new_context(base_url=url, viewport=size, **{"locale": "en", **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/jobs/")
    page.fill("[name=username]", "carol")
    page.fill("[name=password]", os.environ["DJANGO_SUPERUSER_PASSWORD"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/jobs/")
    return page


def save(page: Page, name: str, *, is_whole: bool = True) -> None:
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=is_whole)


if __name__ == "__main__":
    main()
