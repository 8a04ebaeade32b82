"""Writing in a real browser: with the script quickly and in place, and without it all the same."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Route, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from ask.questions.models import Draft, Post, PostType, Vote
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

AUDIT = Path(__file__).with_name("audit.js").read_text()
SCREENS: tuple[ViewportSize, ...] = ({"width": 1280, "height": 900}, {"width": 360, "height": 740})


def test_a_question_is_asked_with_what_helps_meanwhile(member: Callable[..., Page]) -> None:
    written.ask(title="Why is the evening sky so red?")
    page = member(cast.alice())
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/questions")
    page.get_by_role("link", name="Ask a question").click()
    page.get_by_label("Title", exact=True).press_sequentially("Why is the evening sky blue?")
    expect(page.locator("#similar")).to_contain_text("Why is the evening sky so red?")
    page.get_by_label("Text", exact=True).fill("I *wonder*")
    expect(page.locator("#preview em")).to_have_text("wonder")
    page.get_by_label("Tags", exact=True).press_sequentially("sk")
    expect(page.locator("#completions option")).to_have_attribute("value", "sky")
    page.get_by_role("button", name="Publish the question").click()
    expect(page.locator("#body-wrong")).to_contain_text("at least 30 characters")
    expect(page.get_by_label("Text", exact=True)).to_be_focused()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_label("Text", exact=True).press_sequentially(" why it is so, whatever the hour.")
    page.get_by_label("Tags", exact=True).fill("sky")
    page.get_by_role("button", name="Publish the question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why is the evening sky blue?")
    assert not Draft.objects.filter(published_id=None).exclude(body="").exists()
    assert faults == []


def test_a_question_is_voted_on_commented_answered_and_accepted(
    member: Callable[..., Page],
) -> None:
    question = written.ask()
    faults: list[str] = []
    bob = member(cast.bob())
    bob.on("pageerror", lambda error: faults.append(str(error)))
    bob.goto(question.get_absolute_url())
    bob.locator(f"#up-{question.id}").click()
    up = bob.locator(f"#up-{question.id}")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up).to_be_focused()
    expect(bob.locator(f"#vote-{question.id} b")).to_have_text("1")
    bob.get_by_role("button", name="Follow").click()
    expect(bob.get_by_role("button", name="Following")).to_be_focused()
    bob.get_by_role("link", name="Add a comment").click()
    remark = bob.get_by_label("Your comment")
    expect(remark).to_be_focused()
    remark.fill("short")
    bob.get_by_role("button", name="Add the comment").click()
    expect(bob.locator(".new .fault")).to_contain_text("at least 15 characters")
    remark.fill("At which hour did you look at it?")
    remark.press("Control+Enter")
    expect(bob.locator(f"#comments-{question.id} li")).to_contain_text("At which hour")
    expect(bob.get_by_role("link", name="Add a comment")).to_be_focused()
    edit = bob.get_by_role("link", name="Edit this comment")
    edit.click()
    remark = bob.get_by_label("The comment")
    expect(remark).to_be_focused()
    bob.get_by_role("link", name="Cancel").click()
    expect(edit).to_be_focused()
    edit.click()
    remark.fill("At which hour, and where, did you look at it?")
    remark.press("Control+Enter")
    expect(bob.locator(f"#comments-{question.id} li")).to_contain_text("and where")
    expect(edit).to_be_focused()
    bob.get_by_label("Your answer").fill("Because **short waves** are scattered more.")
    bob.get_by_role("button", name="Publish the answer").click()
    expect(bob.locator(".answer strong")).to_have_text("short waves")

    page = member(cast.alice())
    page.goto(question.get_absolute_url())
    page.get_by_role("button", name="Accept this answer").click()
    tick = page.get_by_role("button", name="Accept this answer")
    expect(tick).to_have_attribute("aria-pressed", "true")
    expect(tick).to_be_focused()
    useful = page.get_by_role("button", name="This comment is useful")
    useful.click()
    expect(useful).to_have_attribute("aria-pressed", "true")
    expect(useful).to_be_focused()
    expect(page.locator(".useful b")).to_have_text("1")
    question.refresh_from_db()
    assert question.accepted_answer is not None
    assert faults == []


def test_all_of_it_goes_without_a_script(member: Callable[..., Page]) -> None:
    cast.tag("sky")
    page = member(cast.alice(), java_script_enabled=False)
    page.goto("/questions/ask")
    page.get_by_label("Title", exact=True).fill("Why is the evening sky blue?")
    page.get_by_label("Text", exact=True).fill("short *and*")
    page.get_by_label("Tags", exact=True).fill("sky")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em")).to_have_text("and")
    page.get_by_role("button", name="Publish the question").click()
    expect(page.locator("#body-wrong")).to_contain_text("at least 30 characters")
    page.get_by_role("button", name="Save as a draft").click()
    page.get_by_role("link", name="Why is the evening sky blue?").click()
    page.get_by_label("Text", exact=True).fill("I wonder why it is so, whatever the hour.")
    page.get_by_role("button", name="Publish the question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why is the evening sky blue?")
    question = Post.objects.get(post_type=PostType.QUESTION)

    bob = member(cast.bob(), java_script_enabled=False)
    bob.goto(page.url)
    bob.get_by_label("Your answer").fill("Because short waves are scattered more.")
    bob.get_by_role("button", name="Publish the answer").click()
    expect(bob.locator(".answer")).to_contain_text("short waves")
    bob.locator(f"#up-{question.id}").click()
    expect(bob.locator(f"#up-{question.id}")).to_have_attribute("aria-pressed", "true")
    bob.locator(".post").first.get_by_role("link", name="Add a comment").click()
    bob.get_by_label("Your comment").fill("At which hour did you look at it?")
    bob.get_by_role("button", name="Add the comment").click()
    expect(bob.locator(f"#comments-{question.id} li")).to_contain_text("At which hour")
    bob.get_by_role("link", name="Edit this comment").click()
    bob.get_by_label("The comment").fill("At which hour, and where, did you look at it?")
    bob.get_by_role("button", name="Save the edit").click()
    expect(bob.locator(f"#comments-{question.id} li")).to_contain_text("and where")
    bob.get_by_role("link", name="Edit", exact=True).first.click()
    bob.get_by_label("What you changed").fill("A better title")
    bob.get_by_label("Title", exact=True).fill("Why is the sky blue in the evening?")
    bob.get_by_role("button", name="Save the edit").click()
    expect(bob.get_by_role("heading", level=1)).to_have_text("Why is the sky blue in the evening?")

    page.reload()
    useful = page.get_by_role("button", name="This comment is useful")
    useful.click()
    expect(useful).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Accept this answer").click()
    tick = page.get_by_role("button", name="Accept this answer")
    expect(tick).to_have_attribute("aria-pressed", "true")
    nina = member(cast.person("Nina"), java_script_enabled=False)
    nina.goto(page.url)
    nina.locator(f"#up-{question.id}").click()
    expect(nina.get_by_role("alert")).to_contain_text("You need a reputation of 15")


def test_a_refusal_is_shown_beside_the_button_and_goes_away(member: Callable[..., Page]) -> None:
    question = written.ask()
    page = member(cast.person("Nina"))
    page.goto(question.get_absolute_url())
    page.locator(f"#up-{question.id}").click()
    refusal = page.locator(f"#vote-{question.id} .refusal")
    expect(refusal).to_have_text("You need a reputation of 15 to vote up.")
    expect(refusal).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(refusal).to_be_empty()


def test_text_stays_when_the_site_fails_or_one_was_logged_out(
    member: Callable[..., Page], visitor: Callable[..., BrowserContext], live_server: LiveServer
) -> None:
    question = written.ask()
    page = member(cast.bob())
    page.goto(question.get_absolute_url())
    answer = page.get_by_label("Your answer")
    answer.fill("Because short waves are scattered more.")
    publish = page.get_by_role("button", name="Publish the answer")
    told = page.locator("#writing .refusal")

    def fail(route: Route) -> None:
        route.fulfill(status=500, body="broken")

    page.route("**/answers", fail)
    publish.click()
    expect(told).to_contain_text("The site did not take it.")
    page.unroute("**/answers")
    page.route("**/answers", lambda route: route.abort())
    publish.click()
    expect(told).to_contain_text("The site did not take it.")
    page.unroute("**/answers")

    cookies = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    publish.click()
    expect(told).to_contain_text("You are not logged in any more.")
    # Whoever logs in in another window has a new token as well.
    page.context.clear_cookies()
    session = next(one for one in cookies if one["name"] == settings.SESSION_COOKIE_NAME)
    page.context.add_cookies(
        [{"name": session["name"], "value": session["value"], "url": live_server.url}]
    )
    other = page.context.new_page()
    other.goto("/questions/ask")
    expect(answer).to_have_value("Because short waves are scattered more.")
    publish.click()
    expect(page.locator(".answer")).to_contain_text("short waves")


def test_a_double_click_does_a_thing_once(member: Callable[..., Page]) -> None:
    question = written.ask()
    page = member(cast.bob())
    page.goto(question.get_absolute_url())
    page.get_by_label("Your answer").fill("Because short waves are scattered more.")
    page.get_by_role("button", name="Publish the answer").dblclick()
    expect(page.locator(".answer")).to_have_count(1)
    assert Post.objects.filter(post_type=PostType.ANSWER).count() == 1
    page.locator(f"#up-{question.id}").dblclick()
    expect(page.locator(f"#up-{question.id}")).to_have_attribute("aria-pressed", re.compile("."))
    assert Vote.objects.count() <= 1


def test_the_tools_mark_what_is_chosen_and_undo_takes_it_back(member: Callable[..., Page]) -> None:
    page = member(cast.alice())
    page.goto("/questions/ask")
    text = page.get_by_label("Text", exact=True)
    text.fill("one two")
    text.press("Control+A")
    page.get_by_role("button", name="Bold").click()
    expect(text).to_have_value("**one two**")
    page.keyboard.press("Control+Z")
    expect(text).to_have_value("one two")
    page.get_by_role("button", name="Quotation").click()
    expect(text).to_have_value("> one two")


def test_no_page_has_a_fault_on_any_screen_in_any_light(member: Callable[..., Page]) -> None:
    question = written.ask()
    given = written.answer(question)
    remark = written.comment(given, by=cast.carol())
    written.comment(question, by=cast.bob())
    page = member(cast.carol())
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for language in ("en", "ru"):
        page.goto(f"/language/{language}?next=/questions/{question.id}")
        page.locator(".follow button").first.click()
        for path in (
            f"/questions/{question.id}",
            "/questions/ask",
            f"/questions/{question.id}/answers",
            f"/posts/{question.id}/edit",
            f"/posts/{given.id}/comments",
            f"/comments/{remark.id}/edit",
            f"/posts/{question.id}/revisions?view=side",
            "/users/drafts",
            "/users/following",
            "/questions/tagged/sky",
        ):
            page.goto(path)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for screen in SCREENS:
                    page.set_viewport_size(screen)
                    found = page.evaluate(AUDIT)
                    faults += [f"{path}, {language}, {scheme}, {screen}: {one}" for one in found]
    assert faults == []
