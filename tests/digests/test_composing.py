"""What mails say, to whom, and what they leave out."""

import re
from datetime import timedelta
from email.message import Message

import pytest
from allauth.account.models import EmailAddress
from pytest_django import DjangoAssertNumQueries, Settings

from ask.digests.models import DeadAddress, Mail, MailReason, Notice
from ask.questions.models import Comment, Post, Question
from tests.cast import NOON, answer, ask, comment
from tests.digests.telling import (
    alice,
    bob,
    carol,
    choose,
    find,
    html_of,
    outcome,
    plan,
    written,
)

pytestmark = pytest.mark.django_db(databases="__all__")

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://ask.example"
    settings.DEFAULT_FROM_EMAIL = "ask@ask.example"


def news() -> None:
    """All that happened becomes mails."""
    find()
    plan()


def only_reason() -> object:
    (found,) = outcome().values()
    return found


def test_an_answer_is_told_with_its_beginning_and_its_address() -> None:
    given = answer(ask("Why is <this> so?", by=alice()), by=bob(), body="<p>Because &lt;b&gt;</p>")
    news()
    mail = written()["alice@example.org"]
    assert mail.subject == "Bob answers: Why is <this> so?"
    assert "Because <b>" in mail.body
    assert f"https://ask.example/a/{given.id}" in mail.body
    html = html_of(mail)
    assert "Why is &lt;this&gt; so?" in html
    assert "Because &lt;b&gt;" in html
    assert f'href="https://ask.example/a/{given.id}"' in html
    assert "<img" not in html
    assert not re.search(r"(src|background)=|url\(", html), "nothing is fetched from elsewhere"
    assert "prefers-color-scheme: dark" in html


def test_the_reader_is_spoken_to_in_their_language() -> None:
    choose(alice(), language="ru")
    answer(ask("Why?", by=alice()), by=bob())
    news()
    mail = written()["alice@example.org"]
    assert mail.subject == "Bob отвечает: Why?"
    assert '<html lang="ru">' in html_of(mail)
    assert "Больше никаких писем" in mail.body


def test_several_things_are_told_in_one_mail() -> None:
    question = ask("Why?", by=alice())
    remark = comment(question, "@Alice: really?", by=carol())
    answer(question, by=bob())
    news()
    mail = written()["alice@example.org"]
    assert mail.subject == "2 new things on Ask"
    assert mail.body.index("Bob answers: Why?") < mail.body.index("Carol mentions you: Why?")
    assert f"#comment-{remark.id}" in mail.body


def test_a_digest_tells_the_day_and_the_unanswered() -> None:
    choose(alice(), answers="daily", digest="daily")
    ask("Her own", by=alice(), score=9)
    ask("The best", by=bob(), score=5, tags="sky")
    ask("Not so good", by=bob(), score=1)
    ask("Bad", by=bob(), score=-1)
    answer(ask("Answered", by=bob(), score=8), by=carol(), is_accepted=True)
    answer(ask("Told", by=alice(), score=-2), by=bob())
    find()
    plan(NOON + DAY)
    mail = written()["alice@example.org"]
    assert mail.subject == "The day on Ask"
    assert "Bob answers: Told" in mail.body
    waiting = mail.body.partition("wait for an answer")[2]
    assert waiting.index("The best") < waiting.index("Not so good")
    for title in ("Her own", "Bad", "Answered"):
        assert title not in waiting


def test_more_than_a_mail_holds_is_in_the_inbox() -> None:
    question = ask(by=alice())
    for _ in range(30):
        answer(question, by=bob())
    news()
    mail = written()["alice@example.org"]
    assert mail.subject == "30 new things on Ask"
    assert mail.body.count("Bob answers") == 25
    assert "5 more in your inbox" in mail.body


# What a mail does not say


def test_what_was_deleted_meanwhile_is_left_out() -> None:
    given = answer(ask(by=alice()), by=bob())
    news()
    Post.objects.filter(id=given.id).update(deleted_at=NOON)
    assert only_reason() == MailReason.NOTHING


def test_an_answer_goes_with_its_question_and_a_comment_with_its_post() -> None:
    question = ask(by=alice())
    remark = comment(answer(question, by=bob()), by=carol())
    news()
    Question.objects.filter(id=question.id).update(deleted_at=NOON)
    assert set(outcome().values()) == {MailReason.NOTHING}
    Post.objects.filter(id=question.id).update(deleted_at=None)
    assert len(written()) == 2
    Comment.objects.filter(id=remark.id).delete()
    assert list(written()) == ["alice@example.org"]


def test_what_was_read_or_is_unwanted_meanwhile_is_left_out() -> None:
    answer(ask(by=alice()), by=bob())
    news()
    choose(alice(), answers="never")
    assert only_reason() == MailReason.UNWANTED
    Notice.objects.update(read_at=NOON)
    assert only_reason() == MailReason.NOTHING


def test_who_has_no_confirmed_or_a_dead_address_gets_none() -> None:
    answer(ask(by=alice()), by=bob())
    news()
    DeadAddress.objects.create(address="alice@example.org", since=NOON, by="Carol")
    assert only_reason() == MailReason.BOUNCED
    EmailAddress.objects.update(verified=False)
    assert only_reason() == MailReason.NO_ADDRESS


# The lines before the text


def headers(message: object) -> Message:
    return message.message()  # type: ignore[no-any-return, attr-defined]


def test_a_mail_says_how_to_get_no_more_of_it_and_that_a_machine_wrote_it() -> None:
    answer(ask(by=alice()), by=bob())
    news()
    found = headers(written()["alice@example.org"])
    link = found["List-Unsubscribe"]
    assert re.fullmatch(r"<https://ask\.example/mail/unsubscribe/[\w.:-]+>", link)
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["List-ID"] == "<answers.ask.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["From"] == "Ask <ask@ask.example>"
    assert found["Message-ID"].endswith("@ask.example>")
    assert found.get_content_type() == "multipart/alternative"


def test_the_same_mail_has_the_same_message_id_each_time() -> None:
    question = ask(by=alice())
    answer(question, by=bob())
    comment(question, by=bob())
    comment(answer(ask("By Bob", by=bob()), by=carol()), by=bob())
    news()
    first, second = written(), written()
    ids = {to: headers(mail)["Message-ID"] for to, mail in first.items()}
    assert ids == {to: headers(mail)["Message-ID"] for to, mail in second.items()}
    assert len(set(ids.values())) == len(ids) > 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_nobody_writes_headers(end: str) -> None:
    title = f"Why?{end}Bcc: everybody@example.org"
    mallory = bob()
    mallory.display_name = f"Bob{end}X-Evil: yes"
    mallory.save()
    answer(ask(title, by=alice()), by=mallory)
    news()
    found = headers(written()["alice@example.org"])
    assert found["Bcc"] is None
    assert found["X-Evil"] is None
    assert found["Subject"] == "Bob X-Evil: yes answers: Why? Bcc: everybody@example.org"


def test_a_long_title_makes_no_endless_subject() -> None:
    answer(ask("Long " * 100, by=alice()), by=bob())
    news()
    assert len(written()["alice@example.org"].subject) == 150


def test_a_batch_takes_as_many_queries_as_a_single_mail(
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for user in (alice(), bob(), carol()):
        choose(user, answers="daily", digest="daily", comments="daily")
        question = ask(f"Asked by {user.username}", by=user)
        other = bob() if user != bob() else carol()
        comment(answer(question, by=other), by=alice())
    find()
    plan(NOON + DAY)
    mails = list(Mail.objects.all())
    assert len(mails) == 3
    with django_assert_num_queries(9):
        assert len(outcome()) == 3
    Mail.objects.exclude(pk=mails[0].pk).delete()
    with django_assert_max_num_queries(9):
        assert len(outcome()) == 1
