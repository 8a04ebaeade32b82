"""The staff's pages about the background processes: who may see and do what, and what is said."""

import itertools
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import html5lib
import pytest
from django.db import connections, router
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from ask.accounts.models import User
from ask.cron import interventions
from ask.cron.models import Attempt, Intervention, Pause, Run
from tests.cast import person, staff
from tests.web.visiting import client_of, text_of

pytestmark = pytest.mark.django_db(databases="__all__")

NAME = "best"
RUN, ENDED = UUID(int=1), UUID(int=2)

CRONTAB = """\
API_TOKEN=verysecret
#: name=best timeout=30m
*/10 * * * * calc_best
#: name=mail
@reboot send_mail
"""


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE = path, "Europe/Berlin"
    settings.CRON_FOLDER = tmp_path / "spool"
    path.write_text(CRONTAB)
    return path


@pytest.fixture(autouse=True)
def seen_to(monkeypatch: pytest.MonkeyPatch) -> list[Intervention]:
    """What would be handed to whoever carries it out."""
    found: list[Intervention] = []
    monkeypatch.setattr(interventions, "see_to", found.append)
    return found


@pytest.fixture
def runs() -> dict[UUID, Run]:
    """One that goes on, and one that failed."""
    now = timezone.now().replace(microsecond=0)
    going = Run.objects.create(
        id=RUN, job=NAME, scheduled_for=now, claimed_at=now, started_at=now, lease=NAME,
        host="one.example", command="calc_best", cause="schedule", attempt_count=1,
        progress_done=450, progress_total=1000, progress_phase="Rendering <posts>",
        peak_memory=12_300_000, output="first\nsecond <b>line</b>\n",
        environment={"API_TOKEN": "…", "PATH": "/bin"},
    )  # fmt: skip
    due = now - timedelta(hours=1)
    ended = Run.objects.create(
        id=ENDED, job=NAME, scheduled_for=due, claimed_at=due, started_at=due,
        ended_at=due + timedelta(seconds=4.2), state="failed", host="two.example",
        command="calc_best --all", cause="schedule", attempt_count=1,
    )  # fmt: skip
    Attempt.objects.create(
        run=ended, number=1, started_at=due, ended_at=due + timedelta(seconds=4.2), exit_status=3,
        peak_memory=5_000_000, cpu=1.5, output_bytes=50_000, output_head="it began <i>",
        output_tail="it ended",
    )  # fmt: skip
    return {RUN: going, ENDED: ended}


# Who may do what

SEES = "view_run"
PAGES = {
    "/jobs/": SEES,
    "/jobs/timeline": SEES,
    f"/jobs/entries/{NAME}": SEES,
    f"/jobs/entries/{NAME}/pause": "pause_job",
    "/jobs/history": SEES,
    "/jobs/interventions": SEES,
    f"/jobs/runs/{RUN}": SEES,
    f"/jobs/runs/{ENDED}": SEES,
}
BUTTONS = {
    f"/jobs/entries/{NAME}/runs": "start_run",
    f"/jobs/entries/{NAME}/pause": "pause_job",
    f"/jobs/entries/{NAME}/resumption": "pause_job",
    f"/jobs/runs/{RUN}/cancellation": "cancel_run",
    f"/jobs/runs/{ENDED}/retry": "start_run",
}
EVERY = [("GET", path, permission) for path, permission in PAGES.items()] + [
    ("POST", path, permission) for path, permission in BUTTONS.items()
]
PERMISSIONS = (SEES, "start_run", "cancel_run", "pause_job", "change_crontab")

Visitor = Callable[[str], User | None]
VISITORS: dict[str, tuple[Visitor, int, int]] = {
    # who: the status of a page, and of a button
    "a stranger": (lambda _: None, 302, 302),
    "a member": (lambda _: person("Erin"), 403, 403),
    "a member with the permission": (lambda name: staff(name, is_staff=False), 403, 403),
    "staff without the permission": (
        lambda name: staff(*(each for each in PERMISSIONS if each != name)), 403, 403,
    ),
    "staff with it": (staff, 200, 302),
    "a superuser": (lambda _: person("Root", is_staff=True, is_superuser=True), 200, 302),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "permission"), EVERY)
@pytest.mark.parametrize("who", VISITORS)
def test_each_page_and_button_is_for_whom_it_is_for(
    runs: dict[UUID, Run], who: str, method: str, path: str, permission: str
) -> None:
    visitor, page_status, button_status = VISITORS[who]
    client = client_of(visitor(permission))
    response = client.get(path) if method == "GET" else client.post(path)
    assert response.status_code == (page_status if method == "GET" else button_status)
    if who == "a stranger":
        assert response.headers["Location"].startswith("/users/login?next=/jobs/")
    if response.status_code == 403:
        assert "nav aria-label" in text_of(response)  # in the site's look
    if response.status_code >= 400 or who == "a stranger":
        assert not Intervention.objects.exists()
        assert not Pause.objects.exists()


@pytest.mark.parametrize("path", BUTTONS)
def test_a_button_needs_the_token_of_its_page(runs: dict[UUID, Run], path: str) -> None:
    client = client_of(staff(*PERMISSIONS), is_strict=True)
    assert client.post(path).status_code == 403
    assert not Intervention.objects.exists()


@pytest.mark.parametrize("path", [path for path in BUTTONS if not path.endswith("/pause")])
def test_nothing_is_done_by_looking(runs: dict[UUID, Run], path: str) -> None:
    assert client_of(staff(*PERMISSIONS)).get(path).status_code == 405


def test_who_was_logged_out_reloads_instead_of_swapping_a_login_in(client: Client) -> None:
    response = client.get("/jobs/", headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true"


def test_only_those_buttons_are_shown_that_work(runs: dict[UUID, Run]) -> None:
    html = text_of(client_of(staff(SEES)).get("/jobs/"))
    assert "<button" not in html
    assert "/pause" not in html
    html = text_of(client_of(staff(SEES, "cancel_run")).get("/jobs/"))
    assert html.count("<button") == 1


# What the pages say


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", [*PAGES, "/jobs/entries/mail", "/jobs/history?state=troubled"])
def test_every_page_is_valid_html(runs: dict[UUID, Run], language: str, path: str) -> None:
    who = staff(*PERMISSIONS)
    interventions.pause("mail", by=interventions.Person(name="<Eve>"), reason="<i>", now=now())
    response = client_of(who).get(path, headers={"accept-language": language})
    assert response.status_code == 200
    html = text_of(response)
    if path == "/jobs/timeline":
        html = f'<!doctype html><html lang="{language}"><title>part</title>{html}'
    html5lib.HTMLParser(strict=True).parse(html)
    assert f'<html lang="{language}">' in html
    assert "<b>line" not in html
    assert " style=" not in html
    assert "<script>" not in html


def now() -> datetime:
    return timezone.now()


def test_what_runs_shows_how_far_it_is(runs: dict[UUID, Run]) -> None:
    html = text_of(client_of(staff(SEES)).get("/jobs/"))
    assert '<progress value="45" max="100"' in html
    assert "450 of 1,000" in html
    assert "12 MB" in html
    assert "second &lt;b&gt;line" in html


def test_an_entry_says_when_it_runs_and_how_long_it_takes(runs: dict[UUID, Run]) -> None:
    Run.objects.filter(pk=ENDED).update(state="succeeded")
    html = text_of(client_of(staff(SEES)).get("/jobs/"))
    assert "every 10 minutes" in html
    assert "4.2 s" in html
    html = text_of(client_of(staff(SEES)).get("/jobs/", headers={"accept-language": "ru"}))
    assert "каждые 10 минут" in html
    assert "4,2 с" in html


def test_a_run_shows_no_secret(runs: dict[UUID, Run]) -> None:
    html = text_of(client_of(staff(SEES)).get(f"/jobs/runs/{RUN}"))
    assert "API_TOKEN" in html
    assert "verysecret" not in html


def test_an_ended_run_shows_its_attempts(runs: dict[UUID, Run]) -> None:
    html = text_of(client_of(staff(SEES)).get(f"/jobs/runs/{ENDED}"))
    assert "exit status <b>3</b>" in html
    assert "it began &lt;i&gt;" in html
    assert "50 kB between" in html


def test_an_entry_that_is_gone_keeps_its_runs(runs: dict[UUID, Run], crontab: Path) -> None:
    crontab.write_text("")
    client = client_of(staff(SEES))
    assert "no more" in text_of(client.get(f"/jobs/entries/{NAME}"))
    assert client.get("/jobs/entries/never").status_code == 404


def test_an_entry_whose_only_run_was_stopped_has_no_result_yet(runs: dict[UUID, Run]) -> None:
    Run.objects.filter(pk=RUN).delete()
    Run.objects.update(state="stopped")
    html = text_of(client_of(staff(SEES)).get(f"/jobs/entries/{NAME}"))
    assert "no result yet" in html
    assert "ended yet" not in html


BROKEN = "61 * * * * true\n"


@pytest.mark.parametrize("path", ["/jobs/", f"/jobs/entries/{NAME}", "/jobs/entries/never"])
def test_a_broken_crontab_is_said(runs: dict[UUID, Run], crontab: Path, path: str) -> None:
    crontab.write_text(BROKEN)
    client = client_of(staff(SEES))
    response = client.get(path)
    assert response.status_code == 200
    assert "cannot be read" in text_of(response)
    assert "no more" not in text_of(response)
    assert "Nothing runs" in text_of(client.get("/jobs/timeline"))


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_kept_by_anybody(runs: dict[UUID, Run], path: str) -> None:
    response = client_of(staff(*PERMISSIONS)).get(path)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/jobs/", f"/jobs/entries/{NAME}", f"/jobs/runs/{RUN}"])
def test_a_page_asks_each_second_while_something_goes_on(runs: dict[UUID, Run], path: str) -> None:
    client = client_of(staff(SEES))
    assert 'hx-trigger="every 1s' in text_of(client.get(path))
    Run.objects.update(state="succeeded", ended_at=now(), lease=None)
    assert 'hx-trigger="every 5s' in text_of(client.get(path))


@pytest.mark.parametrize("path", ["/jobs/", f"/jobs/entries/{NAME}"])
def test_a_page_asks_each_second_until_what_was_asked_for_has_begun(path: str) -> None:
    client = client_of(staff(SEES))
    interventions.ask_to_start(NAME, by=interventions.Person(name="Carol"), now=now())
    assert 'hx-trigger="every 1s' in (html := text_of(client.get(path)))
    assert "begins" in html
    Intervention.objects.update(at=now() - timedelta(hours=1))
    assert 'hx-trigger="every 5s' in (html := text_of(client.get(path)))
    assert "begins" not in html
    assert "nobody was there to start it in time" in html


def test_what_has_not_changed_is_not_sent_again(runs: dict[UUID, Run]) -> None:
    client = client_of(staff(*PERMISSIONS))
    Run.objects.update(state="succeeded", ended_at=now(), lease=None)
    headers = {"HX-Request": "true"}
    part = text_of(client.get("/jobs/", headers=headers))
    assert part.lstrip().startswith('<div id="live"')
    url = part.partition('hx-get="')[2].partition('"')[0]
    assert client.get(url, headers=headers).status_code == 204
    Run.objects.filter(pk=RUN).update(state="failed")
    assert client.get(url, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [RUN, ENDED]),
        ("?state=failed", [ENDED]),
        ("?state=troubled", [ENDED]),
        ("?state=running", [RUN]),
        ("?host=one.example", [RUN]),
        ("?job=other", []),
        ("?cause=person", []),
        ("?since=2000-01-01&until=2000-01-02", []),
        ("?since=2000-01-01", [RUN, ENDED]),
        ("?since=nonsense&until=9999-12-31", [RUN, ENDED]),
        ("?state=nonsense", []),
    ],
)
def test_the_history_is_filtered(runs: dict[UUID, Run], query: str, expected: list[UUID]) -> None:
    html = text_of(client_of(staff(SEES)).get(f"/jobs/history{query}"))
    assert [id for id in (RUN, ENDED) if f"/jobs/runs/{id}" in html] == expected


@pytest.mark.parametrize("page", ["0", "-1", "x", "9999999", "²"])
def test_there_is_no_such_page(page: str) -> None:
    assert client_of(staff(SEES)).get(f"/jobs/history?page={page}").status_code == 404


def test_more_runs_than_a_page_holds_are_on_the_next() -> None:
    moments = (now() - timedelta(minutes=n) for n in itertools.count())
    Run.objects.bulk_create(
        Run(job=NAME, scheduled_for=at, claimed_at=at, state="succeeded", cause="schedule")
        for at in itertools.islice(moments, 51)
    )
    client = client_of(staff(SEES))
    assert text_of(client.get("/jobs/history")).count("/jobs/runs/") == 50
    assert text_of(client.get("/jobs/history?page=2")).count("/jobs/runs/") == 1


QUERIES = {"/jobs/": 20, f"/jobs/entries/{NAME}": 20, f"/jobs/runs/{ENDED}": 10}


@pytest.mark.parametrize("path", QUERIES)
def test_many_entries_runs_and_attempts_take_no_more_queries(
    runs: dict[UUID, Run],
    crontab: Path,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
) -> None:
    names = [NAME, *(f"job{number}" for number in range(40))]
    crontab.write_text("".join(f"#: name={name}\n* * * * * true\n" for name in names))
    for number, name in enumerate(names):
        due = now() - timedelta(minutes=number + 1)
        Run.objects.create(
            job=name, scheduled_for=due, claimed_at=due, cause="schedule", state="running"
        )
        Attempt.objects.create(
            run=runs[ENDED], number=number + 2, started_at=due, ended_at=due, peak_memory=1, cpu=1,
            output_bytes=0, log="/var/log",
        )  # fmt: skip
    client = client_of(staff(*PERMISSIONS))
    connection = connections[router.db_for_read(Run)]
    with django_assert_max_num_queries(QUERIES[path], connection=connection):
        client.get(path)


@pytest.fixture
def log(tmp_path: Path, runs: dict[UUID, Run], settings: Settings) -> Iterator[Path]:
    """Where the log of the ended run stands."""
    folder = tmp_path / "spool" / "logs" / NAME
    folder.mkdir(parents=True)
    path = folder / "log"
    path.write_text("all of it")
    Run.objects.update(host=socket.gethostname())
    Attempt.objects.update(log=str(path))
    yield path


def test_a_whole_log_can_be_read(log: Path) -> None:
    response = client_of(staff(SEES)).get(f"/jobs/runs/{ENDED}/log/1")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"".join(response.streaming_content) == b"all of it"  # type: ignore[attr-defined]
    log.unlink()
    assert client_of(staff(SEES)).get(f"/jobs/runs/{ENDED}/log/1").status_code == 404


def test_a_log_of_another_host_is_not_looked_for_on_this_one(log: Path) -> None:
    Run.objects.update(host="elsewhere.example")
    client = client_of(staff(SEES))
    assert client.get(f"/jobs/runs/{ENDED}/log/1").status_code == 404
    html = text_of(client.get(f"/jobs/runs/{ENDED}"))
    assert "/log/1" not in html
    assert f"stands on elsewhere.example in {log}" in html


@pytest.mark.parametrize("path", ["/etc/passwd", "{logs}/../../crontab"])
def test_no_other_file_is_shown(log: Path, path: str) -> None:
    Attempt.objects.update(log=path.format(logs=log.parent.parent))
    assert client_of(staff(SEES)).get(f"/jobs/runs/{ENDED}/log/1").status_code == 404
    assert client_of(None).get(f"/jobs/runs/{ENDED}/log/1").status_code == 302


# What the buttons do


def test_a_run_is_asked_for_and_recorded(seen_to: list[Intervention]) -> None:
    who = staff("start_run")
    response = client_of(who).post(f"/jobs/entries/{NAME}/runs", {"back": "/jobs/entries/best"})
    assert response.headers["Location"] == "/jobs/entries/best"
    (asked,) = Intervention.objects.all()
    assert (asked.kind, asked.job, asked.by, asked.by_id) == ("start", NAME, str(who), who.pk)
    assert seen_to == [asked]


@pytest.mark.parametrize(
    "back",
    ["", "https://evil.example/jobs/", "//evil.example", "/admin/", "/jobs", "\\/jobs/", " /jobs/"],
)
def test_nobody_is_led_away(back: str) -> None:
    response = client_of(staff("start_run")).post(f"/jobs/entries/{NAME}/runs", {"back": back})
    assert response.headers["Location"] == "/jobs/"


def test_what_runs_already_is_not_asked_for(
    runs: dict[UUID, Run], seen_to: list[Intervention]
) -> None:
    client = client_of(staff("start_run", SEES))
    response = client.post(f"/jobs/entries/{NAME}/runs", follow=True)
    assert "best runs already." in text_of(response)
    assert not seen_to


def test_a_button_says_what_came_of_it_and_the_rest_is_renewed() -> None:
    client = client_of(staff("start_run"))
    response = client.post(f"/jobs/entries/{NAME}/runs", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.headers["HX-Trigger"] == "jobs"
    assert text_of(response).strip() == '<p class="notice done">best begins in a moment.</p>'


def test_an_ended_run_is_retried(runs: dict[UUID, Run], seen_to: list[Intervention]) -> None:
    Run.objects.filter(pk=RUN).delete()
    client_of(staff("start_run")).post(f"/jobs/runs/{ENDED}/retry")
    assert [(asked.kind, asked.run) for asked in seen_to] == [("retry", ENDED)]


def test_what_the_crontab_has_not_cannot_be_retried(
    runs: dict[UUID, Run], crontab: Path, seen_to: list[Intervention]
) -> None:
    crontab.write_text("")
    client_of(staff("start_run")).post(f"/jobs/runs/{ENDED}/retry")
    assert not seen_to


def test_a_run_is_cancelled(runs: dict[UUID, Run], seen_to: list[Intervention]) -> None:
    client = client_of(staff("cancel_run"))
    client.post(f"/jobs/runs/{RUN}/cancellation")
    client.post(f"/jobs/runs/{ENDED}/cancellation")
    assert [(asked.kind, asked.run) for asked in seen_to] == [("cancel", RUN)]


def test_while_nobody_can_read_the_crontab_the_buttons_say_so(
    runs: dict[UUID, Run], crontab: Path, seen_to: list[Intervention]
) -> None:
    Run.objects.filter(pk=RUN).delete()
    crontab.write_text(BROKEN)
    client = client_of(staff(*PERMISSIONS))
    for path in (
        f"/jobs/entries/{NAME}/runs", f"/jobs/runs/{ENDED}/retry", "/jobs/entries/never/pause",
    ):  # fmt: skip
        said = text_of(client.post(path, headers={"HX-Request": "true"}))
        assert "The crontab cannot be read." in said
        assert "done" not in said
        assert "The crontab cannot be read." in text_of(client.post(path, follow=True))
    assert not seen_to
    assert not Pause.objects.exists()


def test_what_ran_is_paused_and_resumed_though_nobody_can_read_the_crontab(
    runs: dict[UUID, Run], crontab: Path
) -> None:
    crontab.write_text(BROKEN)
    client = client_of(staff(*PERMISSIONS))
    assert client.get(f"/jobs/entries/{NAME}/pause").status_code == 200
    client.post(f"/jobs/entries/{NAME}/pause")
    assert [pause.job for pause in Pause.objects.all()] == [NAME]
    assert "Paused by" in text_of(client.get(f"/jobs/entries/{NAME}/pause"))
    client.post(f"/jobs/entries/{NAME}/resumption")
    assert not Pause.objects.exists()


def test_what_runs_is_cancelled_though_nobody_can_read_the_crontab(
    runs: dict[UUID, Run], crontab: Path, seen_to: list[Intervention]
) -> None:
    crontab.write_text(BROKEN)
    client_of(staff("cancel_run")).post(f"/jobs/runs/{RUN}/cancellation")
    assert [asked.run for asked in seen_to] == [RUN]


def test_what_nobody_began_in_time_can_be_asked_for_again(seen_to: list[Intervention]) -> None:
    by = interventions.Person(name="Carol")
    late = interventions.ask_to_start(NAME, by=by, now=now() - timedelta(hours=1))
    client_of(staff("start_run")).post(f"/jobs/entries/{NAME}/runs")
    late.refresh_from_db()
    assert (late.state, late.refusal) == ("refused", "late")
    assert len(seen_to) == 1
    assert seen_to != [late]


def test_a_reason_is_cut_where_it_becomes_a_story() -> None:
    client_of(staff("pause_job")).post(f"/jobs/entries/{NAME}/pause", {"reason": "x" * 501})
    assert Pause.objects.get().reason == "x" * 500


def test_an_entry_is_started_and_paused_by_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(staff(*PERMISSIONS))
    connection = connections[router.db_for_read(Run)]
    for deed in ("runs", "pause"):
        with django_assert_max_num_queries(14, connection=connection):
            client.post(f"/jobs/entries/{NAME}/{deed}")


def test_a_pause_has_a_reason_and_a_name(runs: dict[UUID, Run]) -> None:
    who = staff("pause_job", SEES)
    client = client_of(who)
    client.post(f"/jobs/entries/{NAME}/pause", {"reason": "  the disk \n is full "})
    paused = Pause.objects.get()
    assert (paused.job, paused.by, paused.reason) == (NAME, str(who), "the disk is full")
    html = text_of(client.get("/jobs/"))
    assert f"{who}: the disk is full" in html
    client.post(f"/jobs/entries/{NAME}/resumption")
    assert not Pause.objects.exists()
    kinds = Intervention.objects.order_by("at").values_list("kind", "by_id")
    assert list(kinds) == [("pause", who.pk), ("resume", who.pk)]


def test_what_is_gone_from_the_crontab_can_be_resumed(crontab: Path) -> None:
    interventions.pause("gone", by=interventions.Person(name="Carol"), reason="", now=now())
    client_of(staff("pause_job")).post("/jobs/entries/gone/resumption")
    assert not Pause.objects.exists()
    assert client_of(staff("pause_job")).post("/jobs/entries/gone/pause").status_code == 404
