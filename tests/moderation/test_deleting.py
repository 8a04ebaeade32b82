"""Taking away what should not stand there, and bringing it back."""

from datetime import timedelta
from typing import Any

import pytest

from ask.accounts.models import User
from ask.moderation.deleting import delete, delete_comment, undelete
from ask.moderation.flagging import flag, settle
from ask.moderation.models import AuditEntry, Flag
from ask.questions.models import Answer, Comment, Post, PostHistory, Question, Tag, VoteType
from ask.questions.privileges import NotAllowed
from ask.questions.threads import Conflict
from ask.ratings.accepting import accept
from ask.ratings.voting import vote
from tests import cast, written

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(hours=1)


def remove(post: Post, *, by: User | None = None) -> None:
    delete(person=by or cast.carol(), post=post, now=LATER)


def bring_back(post: Post, *, by: User | None = None) -> None:
    undelete(person=by or cast.carol(), post=post, now=LATER)


def up(post: Post, kind: VoteType = VoteType.UP) -> None:
    vote(person=cast.person("Vera", reputation=500), post=post, kind=kind, now=cast.NOON)


def counted_thread() -> tuple[Post, Post, Post]:
    """A question with two answers, one accepted and upvoted, the other voted down."""
    cast.carol()
    question = written.ask()
    good, bad = written.answer(question), written.answer(question, by=cast.person("Dan"))
    accept(person=cast.alice(), answer=good, now=cast.NOON)
    up(good)
    up(bad, VoteType.DOWN)
    up(question)
    return question, good, bad


def reputations() -> dict[str, int]:
    return dict(User.objects.values_list("display_name", "reputation"))


def test_a_question_goes_with_its_answers_and_comes_back_with_them() -> None:
    question, good, bad = counted_thread()
    before = reputations()
    written.comment(question)
    remove(question)
    assert not Question.objects.exists() and not Answer.objects.exists()
    assert Tag.objects.get().question_count == 0
    assert (cast.alice().question_count, cast.bob().answer_count) == (0, 0)
    assert reputations() == {**before, "Alice": 120, "Bob": 2_340, "Vera": 500}
    assert written.drift() == []
    bring_back(question)
    found = Question.objects.get()
    assert (found.answer_count, found.accepted_answer_id, found.is_answered) == (2, good.id, True)
    assert {each.id for each in Answer.objects.all()} == {good.id, bad.id}
    assert reputations() == before
    assert written.drift() == []
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["delete", "undelete"]


def test_what_was_deleted_before_does_not_come_back_with_its_question() -> None:
    question, good, bad = counted_thread()
    remove(bad)
    remove(question)
    with pytest.raises(Conflict, match="Its question is deleted"):
        bring_back(bad)
    bring_back(question)
    assert [each.id for each in Answer.objects.all()] == [good.id]
    bring_back(bad)
    assert Question.objects.get().answer_count == 2
    assert written.drift() == []


def test_a_deleted_answer_is_not_accepted_any_more() -> None:
    _question, good, _bad = counted_thread()
    remove(good)
    found = Question.objects.get()
    assert (found.accepted_answer_id, found.is_answered, found.answer_count) == (None, False, 1)
    assert (cast.bob().reputation, cast.alice().reputation) == (2_340, 130)
    bring_back(good)
    assert Question.objects.get().accepted_answer_id is None
    assert Question.objects.get().is_answered
    assert written.drift() == []


def test_it_is_deleted_once() -> None:
    question = written.ask()
    remove(question)
    with pytest.raises(Conflict, match="was deleted"):
        remove(question)
    bring_back(question)
    with pytest.raises(Conflict, match="not deleted"):
        bring_back(question)
    kinds = PostHistory.objects.order_by("id").values_list("history_type", flat=True)
    assert list(kinds)[-2:] == [12, 13]


def test_who_wrote_it_may_delete_it_unless_others_lose_by_it() -> None:
    question = written.ask()
    one = written.answer(question)
    remove(one, by=cast.bob())
    remove(question, by=cast.alice())
    bring_back(question, by=cast.alice())
    assert not AuditEntry.objects.exists()
    bring_back(one, by=cast.bob())
    up(one)
    with pytest.raises(NotAllowed, match="Others have answered"):
        remove(question, by=cast.alice())
    accept(person=cast.alice(), answer=one, now=cast.NOON)
    with pytest.raises(NotAllowed, match="accepted: it stays"):
        remove(one, by=cast.bob())


def test_what_a_moderator_deleted_only_moderators_bring_back() -> None:
    given = written.answer(written.ask())
    remove(given)
    with pytest.raises(NotAllowed, match="only moderators bring it back"):
        bring_back(given, by=cast.person("Tara", reputation=20_000))
    bring_back(given, by=cast.person("Mona", is_moderator=True))
    assert Answer.objects.exists()


@pytest.mark.parametrize("columns", [{}, {"reputation": 20_000}, {"is_moderator": True}])
def test_nobody_brings_back_their_own_that_another_deleted(columns: dict[str, Any]) -> None:
    author = cast.person("Dan", **columns)
    given = written.answer(written.ask(), by=author)
    remove(given)
    with pytest.raises(NotAllowed, match="Somebody else deleted this"):
        bring_back(given, by=author)


def test_who_undoes_what_another_deleted_is_written_down() -> None:
    given = written.answer(written.ask())
    trusted, other = (cast.person(name, reputation=20_000) for name in ("Tara", "Tom"))
    up(given, VoteType.DOWN)
    remove(given, by=trusted)
    bring_back(given, by=other)
    remove(given, by=cast.bob())
    bring_back(given, by=trusted)
    found = AuditEntry.objects.order_by("id").values_list("action", "user__display_name")
    assert list(found) == [("delete", "Tara"), ("undelete", "Tom"), ("undelete", "Tara")]


def test_the_privilege_is_for_closed_questions_and_bad_answers() -> None:
    trusted = cast.person("Tara", reputation=20_000)
    question = written.ask()
    given = written.answer(question)
    with pytest.raises(NotAllowed, match="Only a closed question"):
        remove(question, by=trusted)
    with pytest.raises(NotAllowed, match="score below 0"):
        remove(given, by=trusted)
    up(given, VoteType.DOWN)
    remove(given, by=trusted)
    Post.objects.filter(id=question.id).update(closed_at=LATER)
    remove(question, by=trusted)
    assert AuditEntry.objects.count() == 2


def flagged(post: Post, said: Comment | None = None) -> Flag:
    flag(person=cast.person("Vera", reputation=500), post=post, comment=said, reason="rude",
         now=cast.NOON)  # fmt: skip
    found: Flag = Flag.objects.latest("id")
    return found


def test_flags_on_what_others_delete_were_helpful() -> None:
    question = written.ask()
    given, said = written.answer(question), written.comment(question, by=cast.alice())
    other = written.comment(question)
    one, two, *waiting = [
        flagged(question), flagged(question, said), flagged(given), flagged(question, other)
    ]  # fmt: skip
    delete_comment(person=cast.carol(), comment=said, now=LATER)
    remove(question)
    for each in (one, two):
        each.refresh_from_db()
        assert (each.is_helpful, each.settled_at, each.settled_by) == (True, LATER, cast.carol())
    assert list(Flag.objects.waiting()) == waiting
    assert AuditEntry.objects.filter(action="settle_flag").count() == 2
    with pytest.raises(Conflict, match="was deleted"):
        flagged(Post(id=question.id))


def test_a_comment_that_its_author_deletes_settles_its_flags() -> None:
    said = written.comment(written.ask(), by=cast.alice())
    flagged(said.post, said)
    assert delete_comment(person=cast.alice(), comment=said, now=LATER) == 1
    assert Flag.objects.get().is_helpful
    assert not AuditEntry.objects.exists()


def test_who_deletes_their_post_and_brings_it_back_gets_rid_of_no_flag() -> None:
    given = written.answer(written.ask())
    waiting = flagged(given)
    assert delete(person=cast.bob(), post=given, now=LATER) == 0
    assert list(Flag.objects.waiting()) == [waiting]
    bring_back(given, by=cast.bob())
    assert list(Flag.objects.waiting()) == [waiting]


@pytest.mark.parametrize("is_helpful", [True, False])
def test_what_was_flagged_rightly_its_author_does_not_bring_back(is_helpful: bool) -> None:
    given = written.answer(written.ask())
    waiting = flagged(given)
    remove(given, by=cast.bob())
    after = LATER + timedelta(minutes=1)
    assert settle(person=cast.carol(), flag=waiting, is_helpful=is_helpful, now=after)
    if is_helpful:
        with pytest.raises(NotAllowed, match="it stays deleted"):
            bring_back(given, by=cast.bob())
        bring_back(given)
    else:
        bring_back(given, by=cast.bob())
    assert Answer.objects.exists()


def test_strangers_delete_nothing() -> None:
    with pytest.raises(NotAllowed):
        remove(written.ask(), by=cast.bob())


def test_a_comment_is_erased_and_the_log_keeps_it() -> None:
    question = written.ask()
    said, other = written.comment(question), written.comment(question)
    with pytest.raises(NotAllowed):
        delete_comment(person=cast.alice(), comment=said, now=LATER)
    for _ in range(2):
        delete_comment(person=cast.carol(), comment=said, now=LATER)
    delete_comment(person=cast.bob(), comment=other, now=LATER)
    assert not Comment.objects.exists()
    assert Post.objects.get().comment_count == 0
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("delete_comment", written.REMARK)
    assert entry.person_id == cast.bob().id
