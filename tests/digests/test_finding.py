"""Whom what was written concerns, and that nothing is told twice or left out."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from ask.accounts.models import Frequency, User
from ask.core.content import LOCAL_IDS
from ask.digests import finding
from ask.digests.models import Mark, Notice
from ask.questions.following import follow_question, follow_tag
from ask.questions.models import Post
from tests.cast import NOON, answer, ask, comment, person, tag
from tests.digests.telling import alice, bob, carol, choose, find, told

pytestmark = pytest.mark.django_db(databases="__all__")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_the_asker_hears_of_an_answer() -> None:
    given = answer(ask(by=alice()), by=bob())
    assert find() == 1
    assert told(alice()) == [("answers", given.id, None)]
    notice = Notice.objects.get()
    assert (notice.actor_id, notice.happened_at) == (bob().id, NOON)
    assert notice.frequency == Frequency.INSTANT


def test_an_author_hears_of_a_comment() -> None:
    given = answer(ask(by=alice()), by=bob())
    remark = comment(given, by=carol())
    find()
    assert told(bob()) == [("comments", given.id, remark.id)]


def test_who_is_mentioned_hears_of_that_and_of_nothing_else() -> None:
    question = ask(by=alice())
    comment(question, by=bob())
    remark = comment(question, "@Alice and @bob, see above", by=carol())
    find()
    assert ("mentions", question.id, remark.id) in told(alice())
    assert told(bob()) == [("mentions", question.id, remark.id)]


def test_only_who_took_part_is_mentioned() -> None:
    question = ask(by=alice())
    comment(question, "@Bob would know", by=carol())
    bob()
    find()
    assert told(bob()) == []


def test_followers_hear_of_answers_comments_and_new_questions() -> None:
    question = ask(by=alice(), tags="sky")
    dora = person("Dora", email="dora@example.org")
    follow_question(person=carol(), question=question, now=NOON)
    follow_tag(person=dora, tag=tag("sky"), now=NOON)
    find()
    assert told(dora) == [("followed", question.id, None)]
    given = answer(question, by=bob(), now=NOON + MINUTE)
    remark = comment(given, by=alice(), now=NOON + MINUTE)
    find(NOON + MINUTE)
    assert told(carol()) == [("followed", given.id, None), ("followed", given.id, remark.id)]
    assert len(told(dora)) == 1


def test_who_follows_later_hears_of_nothing_older() -> None:
    question = ask(by=alice())
    answer(question, by=bob())
    follow_question(person=carol(), question=question, now=NOON + MINUTE)
    find()
    assert told(carol()) == []


def test_nobody_hears_of_their_own_deeds() -> None:
    question = ask(by=alice(), tags="sky")
    follow_tag(person=alice(), tag=tag("sky"), now=NOON - DAY)
    follow_question(person=alice(), question=question, now=NOON - DAY)
    given = answer(question, by=alice())
    comment(given, "@Alice: I was wrong", by=alice())
    find()
    assert told(alice()) == []


def test_of_one_thing_somebody_hears_once() -> None:
    question = ask(by=alice(), tags="sky light")
    for name in ("sky", "light"):
        follow_tag(person=bob(), tag=tag(name), now=NOON - DAY)
    follow_question(person=alice(), question=question, now=NOON - DAY)
    given = answer(question, by=carol())
    find()
    assert told(bob()) == [("followed", question.id, None)]
    assert told(alice()) == [("answers", given.id, None)]
    Mark.objects.all().delete()
    assert find() == 0
    assert Notice.objects.count() == 2


def test_of_what_is_deleted_nobody_hears() -> None:
    question = ask(by=alice())
    answer(question, by=bob(), deleted_at=NOON)
    gone = ask("Another title", by=alice(), deleted_at=NOON)
    comment(gone, by=bob())
    comment(answer(gone, by=carol()), by=bob())
    find()
    assert not Notice.objects.exists()


def test_closed_accounts_and_the_site_itself_hear_of_nothing() -> None:
    answer(ask(by=person("Gone", is_active=False)), by=bob())
    answer(ask(by=User.objects.create(id=-1, username="community")), by=bob())
    answer(ask(by=alice()), by=bob())
    find()
    assert list(Notice.objects.values_list("user_id", flat=True)) == [alice().id]


def test_what_comes_with_a_dump_is_no_news() -> None:
    question = ask(by=alice(), id=7)
    answer(question, by=bob(), id=8)
    comment(question, by=bob(), id=9)
    find()
    assert not Notice.objects.exists()
    given = answer(question, by=bob())
    assert given.id >= LOCAL_IDS
    find()
    assert told(alice()) == [("answers", given.id, None)]


def test_how_soon_is_what_was_chosen_when_it_was_found() -> None:
    choose(alice(), answers="weekly", comments="never")
    question = ask(by=alice())
    answer(question, by=bob())
    comment(question, by=bob())
    answer(ask("No address", by=person("Dora")), by=bob())
    find()
    assert list(Notice.objects.order_by("id").values_list("frequency", flat=True)) == [
        "weekly",
        "never",
        "never",
    ]


# Windows


def test_the_first_time_only_the_last_day_is_looked_at() -> None:
    question = ask(by=alice(), now=NOON - 3 * DAY)
    answer(question, by=bob(), now=NOON - 2 * DAY)
    given = answer(question, by=bob(), now=NOON - DAY / 2)
    find()
    assert told(alice()) == [("answers", given.id, None)]


def test_after_days_in_which_nothing_ran_all_is_found() -> None:
    question = ask(by=alice())
    find()
    for day in range(5):
        answer(question, by=bob(), now=NOON + day * DAY)
    assert find(NOON + 9 * DAY) == 5


def test_what_became_complete_late_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "BATCH", 2)
    question = ask(by=alice())
    posts = [answer(question, by=bob(), now=NOON) for _ in range(6)]
    late = posts[2]
    Post.objects.filter(id=late.id).delete()  # its transaction is not complete yet
    assert find(NOON + MINUTE) == 5
    late.save(force_insert=True)
    assert find(NOON + 2 * MINUTE) == 1
    assert find(NOON + 3 * MINUTE) == 0
    assert find(NOON + 60 * MINUTE) == 0
    mark = Mark.objects.get(name="posts")
    assert (mark.last_id, mark.seen) == (posts[-1].id, [])


def test_stopped_in_the_middle_the_next_time_does_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "BATCH", 2)
    question = ask(by=alice())
    for _ in range(5):
        answer(question, by=bob())

    class Killed(Exception):
        pass

    def killed(count: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        finding.find(now=NOON, advanced=killed)
    assert Notice.objects.count() < 5
    find()
    assert Notice.objects.count() == 5


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_clocks_that_jump_lose_nothing(jump: timedelta) -> None:
    question = ask(by=alice())
    find()
    moments = (NOON, NOON + jump, NOON + jump + MINUTE, NOON + 2 * MINUTE, NOON + DAY / 2)
    for count, moment in enumerate(moments, start=1):
        answer(question, by=bob(), now=moment)
        find(moment)
        assert Notice.objects.count() == count
    find(NOON + DAY)
    assert len(Mark.objects.get(name="posts").seen) == 0


def test_a_batch_takes_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    find()
    follow_tag(person=carol(), tag=tag("sky"), now=NOON - DAY)
    for number in range(60):
        question = ask(f"Question number {number}", by=alice(), tags="sky")
        comment(answer(question, by=bob()), "@Alice, yes", by=carol())
    with django_assert_max_num_queries(26):
        find()
    assert Notice.objects.count() > 150
