"""Closing questions, and opening them again."""

import json
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from ask.accounts.models import User
from ask.moderation.closing import VOTES_LAST, ballot_of, close, remove_aged, reopen, withdraw
from ask.moderation.models import AuditEntry, CloseVote
from ask.questions.history import voters_in
from ask.questions.models import Post, PostHistory, PostLink, Question
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from ask.questions.threads import Conflict
from tests import cast, written

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(hours=1)


def shut(
    question: Post,
    *,
    by: User | None = None,
    reason: str = "103",
    now: datetime = LATER,
    original: Post | None = None,
) -> bool:
    return close(
        person=by or cast.carol(), question=question, reason=reason, now=now, original=original
    )


def open_again(question: Post, *, by: User | None = None) -> bool:
    return reopen(person=by or cast.carol(), question=question, now=LATER)


def voter(number: int) -> User:
    return cast.person(f"Voter {number}", reputation=3_000)


def voters_of(kind: int) -> list[str]:
    row = PostHistory.objects.get(history_type=kind)
    return [User.objects.get(id=each.id).display_name for each in voters_in(row.text)]


def audited() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("action", "detail"))


def test_a_question_is_closed_as_the_dump_says_it() -> None:
    question = written.ask()
    shut(question)
    found = Question.objects.with_closure().get()
    assert (found.closed_at, found.closure) == (LATER, "103")
    row = PostHistory.objects.get(history_type=10)
    carol = cast.carol()
    assert json.loads(row.text or "") == {"Voters": [{"Id": carol.id}]}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user_id, entry.person_id) == ("close", carol.id, cast.alice().id)


def test_a_duplicate_names_the_original() -> None:
    original, question = written.ask(), written.ask()
    shut(question, reason="101", original=original)
    row = PostHistory.objects.get(history_type=10)
    assert json.loads(row.text or "")["OriginalQuestionIds"] == [original.id]
    link = PostLink.objects.get()
    assert (link.post_id, link.related_post_id, link.link_type) == (question.id, original.id, 3)
    reopen(person=cast.carol(), question=question, now=LATER)
    assert not PostLink.objects.exists()


def test_a_duplicate_needs_another_question() -> None:
    question = written.ask()
    given = written.answer(question)
    for original in (None, question, given):
        with pytest.raises(BadText, match="no such question"):
            close(
                person=cast.carol(), question=question, reason="101", now=LATER, original=original
            )


def test_only_some_reasons_are_offered() -> None:
    with pytest.raises(BadText, match="not closed for this reason"):
        shut(written.ask(), reason="20")


def test_it_is_closed_once_and_opened_once() -> None:
    question = written.ask()
    shut(question)
    with pytest.raises(Conflict, match="closed already"):
        shut(question)
    reopen(person=cast.carol(), question=question, now=LATER)
    with pytest.raises(Conflict, match="open already"):
        reopen(person=cast.carol(), question=question, now=LATER)
    assert Question.objects.get().closed_at is None
    kinds = PostHistory.objects.order_by("id").values_list("history_type", flat=True)
    assert list(kinds)[-2:] == [10, 11]


def test_ones_own_question_needs_less_reputation() -> None:
    dan = cast.person("Dan", reputation=250)
    original, question = written.ask(), written.ask(by=dan)
    assert not shut(question, by=dan)
    # Who knows best that it was asked before is who asked.
    assert shut(question, by=dan, reason="101", original=original)
    assert not open_again(question, by=dan)
    with pytest.raises(NotAllowed, match="3000 to vote to close and reopen questions"):
        shut(original, by=dan)


# Votes


def test_a_question_is_closed_by_three_votes_for_what_most_named() -> None:
    question = written.ask()
    for number, reason in ((1, "105"), (2, "103")):
        for _ in range(2):  # the second time by a double click
            assert not shut(question, by=voter(number), reason=reason)
    assert Question.objects.get().closed_at is None
    assert shut(question, by=voter(3), reason="105")
    assert Question.objects.with_closure().get().closure == "105"
    assert voters_of(10) == ["Voter 1", "Voter 2", "Voter 3"]
    assert PostHistory.objects.get(history_type=10).user == voter(3)
    assert audited() == [
        ("close_vote", "105"),
        ("close_vote", "103"),
        ("close_vote", "105"),
        ("close", "105"),
    ]
    assert not CloseVote.objects.exists()
    # Those votes are spent: it takes as many to open it, and then to close it again.
    assert [open_again(question, by=voter(number)) for number in (1, 2, 4)] == [False, False, True]
    assert voters_of(11) == ["Voter 1", "Voter 2", "Voter 4"]
    assert audited()[-1] == ("reopen", "")
    assert not shut(question, by=voter(1))


def test_where_none_is_named_most_the_latest_reason_holds() -> None:
    question = written.ask()
    assert [shut(question, by=voter(n), reason=f"10{n}") for n in (4, 3, 5)][-1]
    assert Question.objects.with_closure().get().closure == "105"


def test_a_duplicate_has_every_original_that_was_named_and_is_there() -> None:
    one, other, gone, question = (written.ask() for _ in range(4))
    for number, original in ((1, one), (2, gone)):
        shut(question, by=voter(number), reason="101", original=original)
    ballot = ballot_of(question, person=voter(2), now=LATER)
    assert [post.id for post in ballot.originals] == [one.id, gone.id]
    assert (ballot.missing, ballot.own and ballot.own.original_id) == (1, gone.id)
    Post.objects.filter(id=gone.id).update(deleted_at=LATER)
    assert shut(question, by=voter(3), reason="101", original=other)
    row = PostHistory.objects.get(history_type=10)
    assert json.loads(row.text or "")["OriginalQuestionIds"] == [one.id, other.id]
    linked = PostLink.objects.filter(post=question).values_list("related_post_id", flat=True)
    assert set(linked) == {one.id, other.id}


def test_a_moderator_decides_alone_and_for_their_own_reason() -> None:
    original, question = written.ask(), written.ask()
    for number in (1, 2):
        shut(question, by=voter(number), reason="101", original=original)
    assert shut(question, reason="104")
    assert Question.objects.with_closure().get(id=question.id).closure == "104"
    assert not PostLink.objects.exists()
    assert voters_of(10) == ["Voter 1", "Voter 2", "Carol"]
    assert open_again(question)
    assert audited()[-1] == ("reopen", "")


def test_a_vote_can_be_changed_and_withdrawn() -> None:
    question = written.ask()
    for reason in ("103", "105"):
        shut(question, by=voter(1), reason=reason)
    assert CloseVote.objects.get().reason == "105"
    for was_there in (True, False):
        assert withdraw(person=voter(1), question=question, now=LATER) is was_there
    assert audited()[-1] == ("withdraw_vote", "")
    assert not shut(question, by=voter(2)) and not shut(question, by=voter(3))
    assert ballot_of(question, person=voter(1), now=LATER).missing == 1


def test_votes_age_away() -> None:
    question, aged = written.ask(), LATER + VOTES_LAST
    for number in (1, 2):
        shut(question, by=voter(number))
    assert not shut(question, by=voter(3), now=aged)
    assert ballot_of(question, person=voter(3), now=aged).missing == 2
    shut(question, by=voter(1), now=aged)  # who voted once may vote again
    for is_trial, count in ((True, 1), (False, 1), (False, 0)):
        assert remove_aged(now=aged, is_trial=is_trial, advanced=lambda count: None) == count
    assert CloseVote.objects.count() == 2
    assert shut(question, by=voter(2), now=aged)


def test_an_operator_may_let_one_person_be_enough(settings: Settings) -> None:
    settings.CLOSE_VOTES = 1
    question = written.ask()
    assert shut(question, by=voter(1)) and open_again(question, by=voter(1))
    assert audited() == [("close", "103"), ("reopen", "")]


def test_answers_are_not_closed() -> None:
    with pytest.raises(Conflict):
        shut(written.answer(written.ask()))
