"""Whatever people and jobs write, through whatever field: nothing of it runs in a browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode
from playwright.sync_api import BrowserContext, Dialog, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from ask.accounts.models import User
from ask.cron.interventions import Person, ask_to_start, pause
from ask.cron.models import Attempt, Run
from ask.digests.composing import Material
from ask.digests.letters import Unanswered, letter
from ask.digests.models import DeadAddress, Mail, Notice, Pause
from ask.moderation.models import AuditAction, AuditEntry, Flag
from ask.questions.markdown import render_comment
from ask.questions.models import Comment, Draft, Post, PostHistory
from ask.web.profiles import about_html
from tests import cast, written
from tests.stackexchange.test_harmless import TEXTS

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PAYLOADS = [text for text in TEXTS if "<" in text or "hostile" in text]

TRAP = "window.hostile = window.h = () => { window.hasActed = true; };"


class Watcher:
    """Opens pages, and knows what was done in them that only hostile code does."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.add_init_script(TRAP)
        self.page = context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("console", lambda message: self._console(message.text))
        self.here = ""

    def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"{self.here}: a dialog")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if host not in ("localhost", "127.0.0.1") and not url.startswith(("data:", "blob:")):
            self.faults.append(f"{self.here}: asks {url}")

    def _console(self, text: str) -> None:
        # What the policy had to stop, the cleaner let through.
        if "Content Security Policy" in text:
            self.faults.append(f"{self.here}: {text}")

    def open(self, address: str) -> Page:
        """Open a page, touch everything in it, and see that nothing came of it."""
        self.here = address
        self.page.goto(address)
        self.page.evaluate(
            """() => document.querySelectorAll("*").forEach((element) => {
                for (const name of ["mouseover", "focus", "click"])
                    if (!element.closest("a, button, form, summary"))
                        element.dispatchEvent(new Event(name, {bubbles: true}));
            })"""
        )
        if self.page.evaluate("window.hasActed === true"):
            self.faults.append(f"{address}: it ran")
        for script in self.page.evaluate(
            "[...document.querySelectorAll('[href], [src], [action]')]"
            ".flatMap((e) => ['href', 'src', 'action'].map((n) => e.getAttribute(n) || ''))"
            ".filter((u) => /^\\s*(javascript|vbscript|data:text)/i.test(u))"
        ):
            self.faults.append(f"{address}: leads to {script}")
        return self.page


Visitor = Callable[..., BrowserContext]


@pytest.fixture
def watcher(visitor: Visitor, live_server: LiveServer) -> Watcher:
    """Somebody who may see everything."""
    client = Client()
    client.force_login(cast.carol())
    context = visitor()
    name, value = "sessionid", client.cookies["sessionid"].value
    context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    assert Session.objects.exists()
    return Watcher(context)


def mallory() -> User:
    """Somebody all of whose fields are hostile."""
    everything = " ".join(PAYLOADS)
    found = cast.person("Mallory", reputation=5_000, base_reputation=5_000)
    User.objects.filter(pk=found.pk).update(
        display_name=PAYLOADS[0] + PAYLOADS[2], location=everything, about=about_html(everything),
        website_url="javascript:hostile()",
    )  # fmt: skip
    found.refresh_from_db()
    return found


def write_everything() -> list[str]:
    """Each payload through each field that people fill; the addresses that show them."""
    writer = mallory()
    addresses = ["/", "/questions", "/users", "/tags", writer.get_absolute_url()]
    moment = timezone.now() - timedelta(days=1)
    for number, payload in enumerate(PAYLOADS):
        at = moment + timedelta(minutes=10 * number)
        title = f"{number} {payload} is this hostile?"[:150]
        body = f"It is this.\n\n{payload}\n\n> {payload}\n\n`{payload}` is what I mean, and more."
        question = written.ask(by=writer, title=title, body=body, now=at)
        if number % 8 == 0:
            written.answer(question, body=body, now=at)
            written.comment(question, text=f"{payload} is a remark"[:600], now=at)
        addresses += [question.get_absolute_url(), f"/posts/{question.id}/revisions"]
    assert Post.objects.filter(owner=writer).count() == len(PAYLOADS)
    return addresses


def test_nothing_that_people_write_runs(watcher: Watcher) -> None:
    for address in write_everything():
        watcher.open(address)
    assert watcher.faults == []


def test_nothing_that_is_said_beside_it_runs(watcher: Watcher) -> None:
    """Summaries, flags, reasons, drafts, inbox, the log of mail, the admin, what is asked for."""
    writer, reader, now = mallory(), cast.carol(), timezone.now()
    everything = " ".join(PAYLOADS)
    question = written.ask(by=writer, title=f"{PAYLOADS[0]} is hostile?"[:150], now=now)
    PostHistory.objects.update(comment=everything)
    Flag.objects.create(post=question, user=writer, reason="other", text=everything, created_at=now)
    Comment.objects.create(
        post=question, user=writer, text=everything, html=render_comment(everything), created_at=now
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            user=writer, action=action, done_at=now, post=question, person=writer,
            detail=everything,
        )
        for action in AuditAction.values
    )  # fmt: skip
    Draft.objects.bulk_create(
        Draft(
            token=uuid4(), user=reader, kind=kind, title=everything, tags=everything,
            body=everything, saved_at=now, post=None if kind == "question" else question,
        )
        for kind in Draft.Kind.values
    )  # fmt: skip
    mail = Mail.objects.create(
        key=everything[:200], kind=3, user=writer, address=PAYLOADS[0], subject=everything,
        answer=everything, planned_at=now, due_at=now,
    )  # fmt: skip
    notice = Notice.objects.create(
        user=reader, kind="answers", post=question, actor=writer, happened_at=now, mail=mail,
        frequency="daily",
    )  # fmt: skip
    DeadAddress.objects.create(address=PAYLOADS[0], since=now, by=PAYLOADS[0], reason=everything)
    Pause.objects.create(since=now, by=PAYLOADS[0], reason=everything)
    User.objects.filter(pk=writer.pk).update(suspended_until=now + timedelta(days=1))
    entry = Material(users=[], notices=[notice]).entry(notice)
    assert entry
    waiting = Unanswered(title=everything, url="/", tags=everything, asker=1)
    message = letter(
        mail, user=reader.pk, to="carol@example.org", site=PAYLOADS[0], language="en",
        entries=[entry], unanswered=[waiting],
    )  # fmt: skip
    asked_for = urlencode({"q": everything, "search": everything, "filter": everything})
    lists = [model._meta.label_lower for model in admin.site._registry]
    for address in (
        f"/posts/{question.id}/revisions", f"/posts/{question.id}/timeline",
        f"/posts/{question.id}/edit", f"/questions/{question.id}/closure",
        f"/posts/{question.id}/flags", question.get_absolute_url(), writer.get_absolute_url(),
        f"{writer.get_absolute_url()}?tab=activity", f"{writer.get_absolute_url()}?tab=reputation",
        "/moderation", "/moderation/log", f"/moderation/people/{writer.pk}",
        "/users/drafts", "/users/inbox", "/users/settings", "/mail/log", "/questions/ask",
        f"/mail/log?{asked_for}", f"/users?{asked_for}", f"/tags?{asked_for}",
        f"/questions?{asked_for}", f"/questions/tagged/{quote(PAYLOADS[0].replace('/', ''))}",
        "/admin/", *(f"/admin/{name.replace('.', '/')}/" for name in lists),
    ):  # fmt: skip
        watcher.open(address)
    watcher.page.goto("about:blank")  # a mail has no policy of ours that would stop anything
    watcher.here = "a mail"
    watcher.page.set_content(str(message.alternatives[0][0]))
    watcher.page.wait_for_timeout(200)
    assert not watcher.page.evaluate("window.hasActed === true")
    assert watcher.faults == []


def test_nothing_that_a_job_prints_runs(
    watcher: Watcher, settings: Settings, tmp_path: Path
) -> None:
    settings.CRONTAB, settings.CRON_EDITABLE = tmp_path / "crontab", True
    everything, now = "\n".join(PAYLOADS), timezone.now()
    settings.CRONTAB.write_text(f"#: name=job\n* * * * * echo '{PAYLOADS[0]}'\n")
    run = Run.objects.create(
        job="job", scheduled_for=now, claimed_at=now, started_at=now, cause="schedule",
        host=PAYLOADS[0], user="<b>", command=everything, reason=everything, output=everything,
        progress_phase=PAYLOADS[4][:200], progress_done=1, progress_total=2,
        environment={PAYLOADS[0]: PAYLOADS[2]}, attempt_count=1,
    )  # fmt: skip
    Attempt.objects.create(
        run=run, number=1, started_at=now, ended_at=now, peak_memory=1, cpu=1, output_bytes=1,
        output_head=everything, output_tail=everything, reason=everything, log=PAYLOADS[0],
    )  # fmt: skip
    somebody = Person(name=PAYLOADS[0])
    pause("job", by=somebody, reason=everything, now=now)
    ask_to_start("job", by=somebody, now=now)
    for address in (
        "/jobs/", "/jobs/entries/job", f"/jobs/runs/{run.pk}", "/jobs/history",
        "/jobs/interventions", "/jobs/crontab", "/status/",
    ):  # fmt: skip
        watcher.open(address)
    assert watcher.faults == []


def test_what_would_run_is_noticed(watcher: Watcher) -> None:
    hostile = '<p><img src="x" onerror="hostile()"> <a href="javascript:hostile()">a</a></p>'
    question = cast.ask(body=hostile)
    watcher.open(question.get_absolute_url())
    watcher.page.wait_for_timeout(200)
    assert any("Content Security Policy" in fault for fault in watcher.faults)
    assert any("leads to javascript:" in fault for fault in watcher.faults)
