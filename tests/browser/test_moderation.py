"""Keeping order in a real browser: with the script in place, and without it all the same."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from ask.moderation.closing import close
from ask.moderation.deleting import delete
from ask.moderation.flagging import flag
from ask.moderation.models import Flag
from ask.moderation.suspending import suspend
from ask.questions.models import Comment, LinkType, Post, PostLink, Question
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

AUDIT = Path(__file__).with_name("audit.js").read_text()
SCREENS: tuple[ViewportSize, ...] = ({"width": 1280, "height": 900}, {"width": 360, "height": 740})
Member = Callable[..., Page]


def test_what_is_flagged_is_settled_in_place(member: Member) -> None:
    sid = cast.person("Sid", reputation=60)
    spam, question = written.ask(by=sid, title="Buy my watches, now!"), written.ask()
    written.comment(question, text="You are all idiots, all of you.", by=sid)
    page = member(cast.bob())
    page.goto(spam.get_absolute_url())
    page.get_by_role("link", name="Flag", exact=True).click()
    page.get_by_role("radio", name="something else").check()
    page.get_by_role("button", name="Flag it").click()
    expect(page.get_by_role("alert").first).to_contain_text("Say what a moderator should look at.")
    expect(page.get_by_role("radio", name="something else")).to_be_checked()
    page.get_by_label("What should a moderator know?").fill("He sells <watches>")
    page.get_by_role("button", name="Flag it").click()
    expect(page.get_by_text("Thank you: a moderator will look at it.")).to_be_focused()
    page.goto(question.get_absolute_url())
    page.get_by_role("link", name="Flag this comment").click()
    page.get_by_label("rude or abusive").check()
    page.get_by_role("button", name="Flag it").click()
    expect(page.get_by_text("Thank you: a moderator will look at it.")).to_be_visible()

    moderator = member(cast.carol())
    faults: list[str] = []
    moderator.on("pageerror", lambda error: faults.append(str(error)))
    moderator.goto("/moderation")
    moderator.evaluate("window.isTheSamePage = true")
    first = moderator.get_by_role("form", name="Buy my watches, now!")
    expect(first).to_contain_text("He sells <watches>")
    first.get_by_role("button", name="Delete it").click()
    expect(moderator.get_by_role("status")).to_have_text("It is settled.")
    expect(first).to_have_count(0)
    moderator.get_by_role("button", name="Delete the comment").click()
    expect(moderator.get_by_text("Nothing waits")).to_be_visible()
    assert moderator.evaluate("window.isTheSamePage")
    assert faults == []
    assert not Comment.objects.exists()
    assert [each.id for each in Question.objects.all()] == [question.id]
    assert set(Flag.objects.values_list("is_helpful", flat=True)) == {True}

    moderator.goto("/moderation/log")
    expect(moderator.locator(".deeds > li")).to_have_count(4)
    moderator.get_by_role("link", name="Sid").first.click()
    moderator.get_by_label("Yes, delete 0 posts of Sid.").check()
    moderator.get_by_role("button", name="Delete the spammer").click()
    expect(moderator.get_by_role("status")).to_contain_text("The account is closed")


def test_a_duplicate_is_found_while_typing(member: Member) -> None:
    original, question = written.ask(title="Why is water wet, really?"), written.ask()
    page = member(cast.carol())
    page.goto(question.get_absolute_url())
    page.get_by_role("link", name="Close", exact=True).click()
    field = page.get_by_label("The original")
    expect(field).to_be_hidden()
    page.get_by_label("It was asked before.").check()
    field.press_sequentially("water")
    page.get_by_label("Why is water wet, really?").check()
    expect(field).to_have_value("water")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("status")).to_have_text("The question is closed.")
    expect(page.get_by_text("It has answers here:")).to_be_visible()
    link = PostLink.objects.get(link_type=LinkType.DUPLICATE)
    assert link.related_post_id == original.id
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("status")).to_have_text("The question is open again.")


def test_three_people_close_a_question_with_a_script_and_without(member: Member) -> None:
    question = written.ask()
    address = question.get_absolute_url()
    dan, eve, finn = (
        member(cast.person(name, reputation=3_000), java_script_enabled=name != "Eve")
        for name in ("Dan", "Eve", "Finn")
    )
    for page, missing, stays in ((dan, 2, False), (dan, 2, True), (eve, 1, True)):
        page.goto(address)
        page.get_by_role("link", name="Close").click()
        page.get_by_label("It needs details.").check()
        page.get_by_role("button", name="Vote to close it").click()
        expect(page.get_by_role("status")).to_contain_text(f"counted; {missing} more")
        expect(page.get_by_text(f"{missing} more vote")).to_be_visible()
        if not stays:
            page.get_by_role("button", name="Withdraw your vote").click()
            expect(page.get_by_role("status")).to_have_text("Your vote is withdrawn.")
    finn.goto(address)
    finn.get_by_role("link", name="Close (2)").click()
    finn.get_by_label("It asks for opinions.").check()
    finn.get_by_role("button", name="Close it").click()
    expect(finn.get_by_role("status")).to_have_text("The question is closed.")
    expect(finn.get_by_role("note")).to_contain_text("It needs details.")
    eve.reload()
    eve.get_by_role("button", name="Reopen").click()
    expect(eve.get_by_text("Reopen (1)")).to_be_visible()


def test_what_was_written_stays_when_the_site_is_away(member: Member) -> None:
    question = written.ask()
    page = member(cast.bob())
    page.goto(f"/posts/{question.id}/flags")
    page.get_by_role("radio", name="something else").check()
    field = page.get_by_label("What should a moderator know?")
    field.fill("Something long to say")
    page.route("**/flags", lambda route: route.abort())
    page.get_by_role("button", name="Flag it").click()
    expect(page.locator(".refusal")).to_contain_text("What you wrote is still here")
    expect(field).to_have_value("Something long to say")


def test_order_is_kept_without_javascript(member: Member) -> None:
    original, question = written.ask(title="Why is water wet, really?"), written.ask()
    page = member(cast.carol(), java_script_enabled=False)
    page.goto(f"/questions/{question.id}/closure")
    page.get_by_label("It was asked before.").check()
    page.get_by_label("The original").fill("water wet")
    page.get_by_role("button", name="Close it").click()
    page.get_by_label(original.title or "").check()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("The question is closed.")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("It is deleted.")).to_be_visible()
    page.get_by_role("button", name="Undelete").click()
    expect(page.get_by_text("It is here again.")).to_be_visible()
    flag(person=cast.bob(), post=question, reason="low_quality", now=timezone.now())
    page.goto("/moderation")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Nothing waits")).to_be_visible()

    bob = cast.bob()
    page.goto(f"/moderation/people/{bob.id}")
    page.get_by_label("Why? The person reads it.").fill("Too many wrong flags")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("Bob is suspended.")).to_be_visible()
    theirs = member(bob, java_script_enabled=False)
    theirs.goto("/questions")
    theirs.get_by_role("link", name="Why?").click()
    expect(theirs.get_by_text("Too many wrong flags")).to_be_visible()
    page.get_by_role("button", name="End the suspension").click()
    expect(page.get_by_text("Bob is not suspended any more.")).to_be_visible()


def test_no_page_has_a_fault_on_any_screen_in_any_light(member: Member) -> None:
    now = timezone.now()
    carol, dan = cast.carol(), cast.person("Dan" * 20, reputation=300)
    question = written.ask(by=dan, title="W" * 60 + " and wider still", now=now)
    deleted, closed = written.answer(question, now=now), written.ask(by=dan, now=now)
    said = written.comment(question, by=dan, text="Unbreakable" * 20, now=now)
    flag(person=cast.bob(), post=question, reason="other", text="Long" * 60, now=now)
    flag(person=cast.bob(), post=question, comment=said, reason="rude", now=now)
    delete(person=carol, post=deleted, now=now)
    close(person=carol, question=closed, reason="105", now=now)
    close(person=dan, question=question, reason="103", now=now)
    until = now + timedelta(days=7)
    suspend(person=carol, whom=dan, until=until, reason="Rude" * 60, now=now)
    of_carol = [
        "/moderation",
        "/moderation/log?by=nobody",
        "/moderation/log",
        f"/moderation/people/{dan.id}",
        f"/questions/{question.id}/closure?reason=101&words=sky",
        f"/posts/{question.id}/flags",
        f"/comments/{said.id}/flags",
        question.get_absolute_url(),
        "/help/privileges",
        f"/users/{cast.bob().id}?tab=reputation",
    ]
    faults = []
    for language in ("en-US", "ru-RU"):
        for user, paths in ((carol, of_carol), (dan, ["/users/suspension"])):
            page = member(user, locale=language)
            for path in paths:
                page.goto(path)
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    for screen in SCREENS:
                        page.set_viewport_size(screen)
                        faults += [
                            f"{path}, {language}, {scheme}, {screen['width']}: {fault}"
                            for fault in page.evaluate(AUDIT)
                        ]
    assert faults == []
    assert Post.objects.filter(deleted_at__isnull=False).count() == 1
