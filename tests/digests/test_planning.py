"""When mails are planned, and that each notice is told by one."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from ask.accounts.models import Frequency
from ask.digests import planning
from ask.digests.models import Mail, MailKind, MailState, Notice
from ask.digests.planning import DAILY, WEEKLY, due
from tests.cast import NOON, answer, ask, comment
from tests.digests.telling import alice, bob, carol, choose, find, plan

pytestmark = pytest.mark.django_db(databases="__all__")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _hour(settings: Settings) -> None:
    settings.DIGEST_HOUR = 7


def keys() -> list[str]:
    return list(Mail.objects.order_by("id").values_list("key", flat=True))


def sent() -> None:
    """All that waits goes out."""
    Mail.objects.filter(state=MailState.PLANNED).update(state=MailState.SENT, ended_at=NOON)


def test_what_is_to_be_told_at_once_is_one_mail_a_person() -> None:
    question = ask(by=alice())
    for _ in range(2):
        comment(answer(question, by=bob()), by=carol())
    find()
    assert plan() == 2
    assert plan() == 0
    by_mail = Notice.objects.order_by("user_id").values_list("user_id", "mail__user_id")
    assert list(by_mail) == [(alice().id,) * 2] * 2 + [(bob().id,) * 2] * 2


def test_while_a_mail_waits_what_is_new_waits_for_the_next() -> None:
    question = ask(by=alice())
    answer(question, by=bob())
    find()
    plan()
    answer(question, by=carol())
    find()
    assert plan() == 0
    sent()
    assert plan() == 1
    assert len({*Notice.objects.values_list("mail_id", flat=True)}) == 2


def test_what_was_read_on_the_site_is_not_mailed() -> None:
    answer(ask(by=alice()), by=bob())
    find()
    Notice.objects.update(read_at=NOON)
    assert plan() == 0


def test_digests_are_due_at_an_hour_and_weekly_ones_on_monday() -> None:
    wednesday = datetime(2024, 5, 1, 7, tzinfo=NOON.tzinfo)
    assert due(DAILY, now=wednesday) == wednesday
    assert due(DAILY, now=wednesday - HOUR) == wednesday - DAY
    assert due(WEEKLY, now=wednesday) == wednesday - 2 * DAY
    assert due(WEEKLY, now=wednesday - 2 * DAY - HOUR) == wednesday - 9 * DAY


def test_a_digest_comes_once_a_day_with_all_that_was_not_told() -> None:
    choose(alice(), answers="daily")
    question = ask(by=alice())
    plan(NOON)
    answer(question, by=bob(), now=NOON)
    answer(question, by=bob(), now=NOON + HOUR)
    find(NOON + HOUR)
    assert plan(NOON + HOUR) == 0, "this day's are planned already"
    tomorrow = NOON + DAY
    assert plan(tomorrow) == 1
    assert plan(tomorrow + HOUR) == 0
    assert keys() == [f"digest:daily:2024-05-02:user {alice().id}"]
    assert Notice.objects.filter(mail__isnull=False).count() == 2


def test_after_days_in_which_nothing_ran_one_digest_tells_all() -> None:
    choose(alice(), answers="daily", comments="weekly")
    plan()
    question = ask(by=alice())
    for day in range(6):
        answer(question, by=bob(), now=NOON + day * DAY)
        comment(question, by=bob(), now=NOON + day * DAY)
    later = NOON + 6 * DAY
    find(later)
    assert plan(later) == 2
    assert not Notice.objects.untold(Frequency.DAILY).exists()
    assert not Notice.objects.untold(Frequency.WEEKLY).exists()
    sent()
    assert plan(later + HOUR) == 0


@pytest.mark.parametrize("jump", [DAY * 400, -DAY * 400])
def test_clocks_that_jump_bring_no_digest_twice_and_lose_none(jump: timedelta) -> None:
    choose(alice(), answers="daily")
    question = ask(by=alice())
    told = 0
    for number, moment in enumerate(
        (NOON, NOON + jump, NOON, NOON + DAY, NOON + jump, NOON + 2 * DAY)
    ):
        answer(question, by=bob(), now=moment)
        find(moment)
        plan(moment)
        sent()
        told = Notice.objects.filter(mail__isnull=False).count()
        assert Notice.objects.count() == number + 1
    assert told == 6
    assert len(keys()) == len(set(keys()))


def test_who_wants_unanswered_questions_gets_them_for_one_day_after_the_other() -> None:
    choose(bob(), digest="daily")
    choose(carol(), digest="weekly")
    ask(by=alice(), now=NOON, score=3)
    assert plan(NOON) == 0, "at seven there was none"
    assert plan(NOON + DAY) == 1
    mail = Mail.objects.get()
    assert (mail.user_id, mail.kind) == (bob().id, MailKind.DAILY)
    assert (mail.since, mail.until) == (due(DAILY, now=NOON), due(DAILY, now=NOON + DAY))
    sent()
    assert plan(NOON + 4 * DAY) == 1
    latest = Mail.objects.latest("id")
    assert latest.since == mail.until, "nothing is left out after a pause"
    sent()
    assert plan(NOON + 6 * DAY) == 2


def test_batches_are_planned_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "BATCH", 1)
    ask(by=carol(), now=NOON - DAY)
    for user in (alice(), bob(), carol()):
        choose(user, answers="daily", digest="daily")
        answer(ask(f"Of {user.username} alone", by=user), by=alice() if user != alice() else bob())
    find()
    assert plan() == 3
    assert Notice.objects.filter(mail=None).count() == 0
