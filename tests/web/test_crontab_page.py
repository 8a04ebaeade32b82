"""The crontab on a page: who may change it, what is said of it, and that nothing is lost."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.db import OperationalError, connections, router
from django.test import Client
from pytest_django import Settings

from ask.accounts.models import User
from ask.cron import interventions
from ask.cron.models import Intervention
from ask.cron.replacing import Changed
from tests.cast import person, staff
from tests.web.visiting import client_of, text_of

pytestmark = pytest.mark.django_db(databases="__all__")

PAGE, PREVIEW = "/jobs/crontab", "/jobs/crontab/preview"
BEFORE = "API_TOKEN=verysecret\n@daily a.sh\n# a remark\n0 3 * * * b.sh --all\n"
AFTER = BEFORE.replace("@daily", "@hourly")
WRONG = "0 24 * * * a.sh\n"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def crontab(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "crontab"
    settings.CRONTAB, settings.CRON_ZONE, settings.CRON_EDITABLE = path, "Europe/Berlin", True
    path.write_text(BEFORE)
    return path


@pytest.fixture
def editor() -> Client:
    """Of somebody who may change it."""
    return client_of(staff("view_run", "change_crontab"))


def began(client: Client) -> str:
    """The version that a form begins with now."""
    found = re.search(r'name="began" value="(\w+)"', text_of(client.get(PAGE)))
    assert found
    return found[1]


def typed(html: str) -> str:
    """What stands in the textarea, as a browser takes it."""
    found = re.search(r"<textarea[^>]*>\n?(.*)</textarea>", html, re.S)
    assert found
    return unescape(found[1])


def send(client: Client, text: str, *, to: str = PAGE, **values: Any) -> Any:
    """What a browser sends, which ends lines in a way of its own."""
    values = {"began": began(client), **values}
    return client.post(to, {"text": text.replace("\n", "\r\n"), **values})


# Who may

Visitor = Callable[[], User | None]
VISITORS: dict[str, tuple[Visitor, int, int]] = {
    # who: the status of the page, and of a change
    "a stranger": (lambda: None, 302, 302),
    "a member": (lambda: person("Erin"), 403, 403),
    "a member with both permissions": (
        lambda: staff("view_run", "change_crontab", is_staff=False), 403, 403,
    ),
    "staff who may not look": (lambda: staff("change_crontab", "start_run"), 403, 403),
    "staff who may look": (lambda: staff("view_run", "start_run", "pause_job"), 200, 403),
    "staff who may change it": (lambda: staff("view_run", "change_crontab"), 200, 302),
    "a superuser": (lambda: person("Root", is_staff=True, is_superuser=True), 200, 302),
}  # fmt: skip


@pytest.mark.parametrize("who", VISITORS)
def test_the_page_and_a_change_are_for_whom_they_are_for(crontab: Path, who: str) -> None:
    visitor, page_status, change_status = VISITORS[who]
    client = client_of(visitor())
    response = client.get(PAGE)
    assert response.status_code == page_status
    digest = re.search(r'name="began" value="(\w+)"', response.content.decode())
    assert bool(digest) is (change_status == 302 and who != "a stranger")
    values = {"text": AFTER, "began": digest[1] if digest else ""}
    preview_status = 200 if digest else change_status
    assert client.post(PREVIEW, values).status_code == preview_status
    response = client.post(PAGE, values)
    assert response.status_code == change_status
    if who == "a stranger":
        assert response.headers["Location"].startswith("/users/login?next=/jobs/")
    assert crontab.read_text() == (AFTER if digest else BEFORE)
    assert Intervention.objects.count() == bool(digest)


def test_nobody_may_where_the_setting_is_off(
    crontab: Path, editor: Client, settings: Settings
) -> None:
    digest = began(editor)
    settings.CRON_EDITABLE = False
    html = text_of(editor.get(PAGE))
    assert "<textarea" not in html
    assert "CRON_EDITABLE is off" in html
    for path in (PAGE, PREVIEW):
        assert editor.post(path, {"text": AFTER, "began": digest}).status_code == 403
    assert crontab.read_text() == BEFORE


@pytest.mark.parametrize("path", [PAGE, PREVIEW])
def test_a_change_needs_the_token_of_its_page(crontab: Path, path: str) -> None:
    client = client_of(staff("view_run", "change_crontab"), is_strict=True)
    digest = began(client)
    assert client.post(path, {"text": AFTER, "began": digest}).status_code == 403
    assert crontab.read_text() == BEFORE


def test_nothing_is_shown_by_looking_at_the_preview(editor: Client) -> None:
    assert editor.get(PREVIEW).status_code == 405
    assert editor.put(PAGE).status_code == 405


def test_who_may_only_look_sees_no_secret(crontab: Path, editor: Client) -> None:
    send(editor, BEFORE.replace("verysecret", "moresecret"))
    reader = client_of(staff("view_run"))
    html = text_of(reader.get(PAGE))
    assert "API_TOKEN=…" in html
    assert "secret" not in html
    assert "secret" not in text_of(reader.get("/jobs/interventions"))
    assert "moresecret" in text_of(editor.get(PAGE))
    assert crontab.read_text().startswith("API_TOKEN=moresecret\n")


# What is said


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "text",
    [
        BEFORE,
        WRONG,
        "",
        "0 0 */2 * 1 a\n",
        "\n\n</textarea><script>alert(1)</script>\n",
        "#: name=<b>\n0 0 * * * echo '&amp;' <i> \"\n",
        "#: name=a\t\n\t@daily a\tb\n",
        "* * * * <x> a\n@reboot b %c&d\n",
        "no\u2028thing\u202e\x1b[2J\n",
    ],
)
def test_the_page_is_valid_and_says_what_was_typed(
    crontab: Path, editor: Client, text: str, language: str
) -> None:
    editor.cookies["lang"] = language
    crontab.write_text(text)
    reader = client_of(staff("view_run"))
    reader.cookies["lang"] = language
    pages = [
        editor.get(PAGE),
        reader.get(PAGE),
        send(editor, f"{text}# more", to=PREVIEW),
        send(editor, f"{text}61 * * * * <u>"),
    ]
    assert [page.status_code for page in pages] == [200, 200, 200, 422]
    for page in pages:
        html = text_of(page)
        # Whatever is in the textarea is as it was typed; the browser shows it.
        html5lib.HTMLParser(strict="\x1b" not in text).parse(html)
        assert f'<html lang="{language}">' in html
        assert " style=" not in html
        assert "<script>" not in html
        assert "<u>" not in html
    assert typed(text_of(pages[0])) == text
    assert typed(text_of(pages[3])) == f"{text}61 * * * * <u>"


def test_an_error_stands_below_its_line_with_what_to_write(editor: Client) -> None:
    html = text_of(send(editor, f"@daily b.sh\n{WRONG}", to=PREVIEW))
    line = html.partition('<li class="wrong">')[2].partition("</li>")[0]
    assert '<span class="at">2</span>' in line
    assert "<code>0 <mark>24</mark> * * * a.sh</code>" in line
    assert "the hour goes from 0 to 23; write <code>0</code>" in line
    assert "line 2, column 3" in line
    assert "1 error</span> It cannot be saved" in html


def test_it_is_all_said_in_russian(editor: Client) -> None:
    editor.cookies["lang"] = "ru"
    html = text_of(send(editor, WRONG + "0 0 */2 * 1 c\n" + BEFORE, to=PREVIEW))
    assert "час может быть от 0 до 23; напишите <code>0</code>" in html
    assert "1 ошибка, 1 предупреждение" in html
    assert "каждый день в 03:00" in html


def test_the_preview_shows_the_next_runs_and_what_differs(editor: Client) -> None:
    text = BEFORE.replace("@daily a.sh\n", "30 2 * * 6 c.sh\n").replace("--all", "--none")
    html = text_of(send(editor, text, to=PREVIEW))
    entries = dict(re.findall(r"<li(?: class=\"(\w+)\")?><h3>(?:<del>)?(\w)", html))
    assert entries == {"new": "c", "changed": "b", "removed": "a"}
    assert "every Saturday at 02:30 <code>30 2 * * 6</code>" in html
    first = html.partition('<ol class="next-runs">')[2].partition("</ol>")[0]
    assert first.count("<li>") == 5
    assert re.search(r"<li>\d{4}-\d\d-\d\d 02:30 CES?T</li>", first)
    assert "<del>-@daily a.sh\n</del>" in html
    assert "<ins>+30 2 * * 6 c.sh\n</ins>" in html


def test_a_preview_saves_nothing_and_keeps_what_was_typed(crontab: Path, editor: Client) -> None:
    html = text_of(send(editor, AFTER, to=PREVIEW))
    assert typed(html) == AFTER
    assert 'formaction="/jobs/crontab/preview"' in html
    assert crontab.read_text() == BEFORE
    assert not Intervention.objects.exists()


def test_while_somebody_types_only_what_is_found_is_sent(editor: Client) -> None:
    values = {"text": WRONG, "began": began(editor)}
    html = text_of(editor.post(PREVIEW, values, headers=HTMX))
    assert "<html" not in html
    assert "<textarea" not in html
    assert 'id="verdict" hx-swap-oob="innerHTML"' in html
    assert "the hour goes from 0 to 23" in html
    html5lib.HTMLParser(strict=True).parseFragment(html)


def test_who_was_logged_out_is_told_and_keeps_what_they_typed() -> None:
    response = client_of(None).post(PREVIEW, {"text": AFTER}, headers=HTMX)
    assert response.status_code == 200
    assert "HX-Refresh" not in response.headers
    assert "no longer logged in" in text_of(response)
    assert "@hourly" not in text_of(response)


# What is saved


def test_a_change_is_saved_and_recorded(crontab: Path) -> None:
    who = staff("view_run", "change_crontab")
    client = client_of(who)
    response = send(client, AFTER)
    assert (response.status_code, response.headers["Location"]) == (302, PAGE)
    assert crontab.read_bytes() == AFTER.encode()
    done = Intervention.objects.get()
    assert (done.kind, done.job, done.state, done.by, done.by_id) == (
        "edit", "", "done", str(who), who.pk,
    )  # fmt: skip
    assert done.at.microsecond % 1000 == 0
    assert "-@daily a.sh\n+@hourly a.sh\n" in done.text
    html = text_of(client.get(PAGE))
    assert "The crontab is changed." in html
    assert "<ins>+@hourly a.sh\n</ins>" in html
    assert str(who) in html


def test_lines_end_as_unix_ends_them_and_the_last_one_too(crontab: Path, editor: Client) -> None:
    send(editor, "# жук\n@hourly x.sh")
    assert crontab.read_bytes() == "# жук\n@hourly x.sh\n".encode()


def test_what_is_there_already_is_no_change(crontab: Path, editor: Client) -> None:
    before = crontab.stat().st_ino
    response = send(editor, BEFORE.removesuffix("\n"))
    assert response.status_code == 302
    assert "Nothing was changed." in text_of(editor.get(PAGE))
    assert crontab.stat().st_ino == before
    assert not Intervention.objects.exists()


def test_nothing_is_saved_while_an_error_stands(crontab: Path, editor: Client) -> None:
    response = send(editor, WRONG)
    assert response.status_code == 422
    assert typed(text_of(response)) == WRONG
    assert crontab.read_text() == BEFORE


def test_a_warning_hinders_nothing(crontab: Path, editor: Client) -> None:
    html = text_of(send(editor, "0 0 */2 * 1 a.sh\n", to=PREVIEW))
    assert "1 warning" in html
    assert "crons disagree about these days" in html
    assert send(editor, "0 0 */2 * 1 a.sh\n").status_code == 302
    assert crontab.read_text() == "0 0 */2 * 1 a.sh\n"


@pytest.mark.parametrize("values", [{}, {"began": "x"}])
def test_a_form_without_its_text_is_no_wish_for_an_empty_crontab(
    crontab: Path, editor: Client, values: dict[str, str]
) -> None:
    assert editor.post(PAGE, values).status_code == 400
    assert crontab.read_text() == BEFORE


def test_a_crontab_is_begun_where_there_is_none(crontab: Path, editor: Client) -> None:
    crontab.unlink()
    send(editor, AFTER)
    assert crontab.read_text() == AFTER


# What goes wrong


def test_a_change_of_somebody_else_is_shown_and_nothing_is_lost(
    crontab: Path, editor: Client
) -> None:
    mine, theirs = BEFORE + "@weekly mine.sh\n", BEFORE + "@weekly theirs.sh\n"
    digest = began(editor)
    crontab.write_text(theirs)
    values = {"text": mine, "began": digest}
    assert "Somebody else changed" in text_of(editor.post(PREVIEW, values, headers=HTMX))
    response = editor.post(PAGE, values)
    assert response.status_code == 409
    assert crontab.read_text() == theirs
    html = text_of(response)
    assert typed(html) == mine
    assert "<del>-@weekly theirs.sh\n</del>" in html
    # Whoever has seen the difference may decide.
    again = re.search(r'name="began" value="(\w+)"', html)
    assert again
    assert editor.post(PAGE, {"text": mine, "began": again[1]}).status_code == 302
    assert crontab.read_text() == mine


def test_a_change_in_the_last_moment_is_not_overwritten(
    crontab: Path, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(path: Path, **_: object) -> None:
        crontab.write_text("@weekly theirs.sh\n")
        raise Changed(path)

    monkeypatch.setattr(interventions, "replace", late)
    response = send(editor, AFTER)
    assert response.status_code == 409
    assert "<del>-@weekly theirs.sh\n</del>" in text_of(response)
    assert typed(text_of(response)) == AFTER
    assert not Intervention.objects.exists()


def test_nothing_is_saved_that_cannot_be_recorded(crontab: Path, editor: Client) -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "cron_intervention" in sql:
            raise OperationalError("the database is away")
        return execute(sql, params, many, context)

    digest = began(editor)
    alias = router.db_for_write(Intervention)
    with connections[alias].execute_wrapper(away):
        response = editor.post(PAGE, {"text": AFTER, "began": digest})
    assert response.status_code == 503
    assert "cannot be recorded" in text_of(response)
    assert typed(text_of(response)) == AFTER
    assert crontab.read_text() == BEFORE


@pytest.mark.parametrize("data", [b"@daily a\n# \xe9\n", b"@daily a\n# \0\n", b"#\n# a\rb\n"])
def test_what_a_browser_would_change_is_not_edited_here(
    crontab: Path, editor: Client, data: bytes
) -> None:
    digest = began(editor)
    crontab.write_bytes(data)
    html = text_of(editor.get(PAGE))
    assert "<textarea" not in html
    assert "Line 2 holds what is no text in UTF-8" in html
    response = editor.post(PAGE, {"text": AFTER, "began": digest})
    assert response.status_code == 409
    assert typed(text_of(response)) == AFTER
    assert crontab.read_bytes() == data


def test_a_character_that_was_lost_on_its_way_is_an_error(crontab: Path, editor: Client) -> None:
    digest = began(editor)
    response = editor.generic(
        "POST", PAGE, f"began={digest}&text=%23+%E9%0A",
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert response.status_code == 422
    assert "the sign of a character that was lost" in text_of(response)
    assert crontab.read_text() == BEFORE


def test_windows_line_ends_in_the_file_are_mended_by_a_save(crontab: Path, editor: Client) -> None:
    crontab.write_bytes(b"@daily a.sh\r\n@hourly b.sh\r\n")
    assert "a carriage return" in text_of(editor.get(PAGE))
    assert send(editor, "@daily a.sh\n@hourly b.sh\n").status_code == 302
    assert crontab.read_bytes() == b"@daily a.sh\n@hourly b.sh\n"


def test_why_it_cannot_be_changed_is_said(
    crontab: Path, editor: Client, settings: Settings
) -> None:
    settings.CRONTAB = crontab.parent / "none" / "crontab"
    assert f"may not write to the folder {settings.CRONTAB.parent}" in text_of(editor.get(PAGE))
    settings.CRONTAB = crontab.parent
    html = text_of(editor.get(PAGE))
    assert "It cannot be read: Is a directory." in html
    assert "<textarea" not in html
    response = editor.post(PAGE, {"text": AFTER, "began": ""})
    assert (response.status_code, typed(text_of(response))) == (409, AFTER)


def test_many_problems_and_many_entries_are_shown_in_part(editor: Client) -> None:
    text = "".join(f"#: name=job{number}\n0 {number % 30} * * * a\n" for number in range(1500))
    response = send(editor, text, to=PREVIEW)
    html = text_of(response)
    assert html.count('<li class="wrong">') == 200
    assert html.count('<ol class="next-runs">') == 200
    assert "300 errors" in html
