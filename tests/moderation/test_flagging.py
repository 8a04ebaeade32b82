"""What people report, and how it is settled."""

import pytest

from ask.moderation.flagging import flag, settle
from ask.moderation.models import AuditEntry, Flag
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from tests import cast, written

pytestmark = pytest.mark.django_db


def test_a_flag_waits_until_a_moderator_settles_it() -> None:
    question = written.ask()
    for _ in range(2):
        flag(person=cast.bob(), post=question, reason="spam", now=cast.NOON)
    waiting = Flag.objects.waiting().get()
    with pytest.raises(NotAllowed, match="for moderators"):
        settle(person=cast.bob(), flag=waiting, is_helpful=True, now=cast.NOON)
    assert settle(person=cast.carol(), flag=waiting, is_helpful=True, now=cast.NOON)
    assert not settle(person=cast.carol(), flag=waiting, is_helpful=False, now=cast.NOON)
    assert Flag.objects.get().is_helpful
    assert AuditEntry.objects.get().detail == "spam: helpful"
    flag(person=cast.bob(), post=question, reason="rude", now=cast.NOON)
    assert Flag.objects.count() == 2


def test_a_post_and_its_comments_are_flagged_apart() -> None:
    question = written.ask()
    said = written.comment(question)
    flag(person=cast.carol(), post=question, reason="rude", now=cast.NOON)
    for _ in range(2):
        flag(person=cast.carol(), post=question, comment=said, reason="rude", now=cast.NOON)
    assert sorted(Flag.objects.values_list("comment_id", flat=True), key=str) == [said.id, None]


@pytest.mark.parametrize(
    ("reason", "sentence"), [("boring", "Nothing is flagged"), ("other", "Say what")]
)
def test_a_flag_says_why(reason: str, sentence: str) -> None:
    with pytest.raises(BadText, match=sentence):
        flag(person=cast.bob(), post=written.ask(), reason=reason, now=cast.NOON)


def test_nobody_flags_what_they_wrote_themselves() -> None:
    question = written.ask()
    said = written.comment(question)
    with pytest.raises(NotAllowed, match="wrote themselves"):
        flag(person=cast.alice(), post=question, reason="spam", now=cast.NOON)
    with pytest.raises(NotAllowed, match="wrote themselves"):
        flag(person=cast.bob(), post=question, comment=said, reason="spam", now=cast.NOON)
    flag(person=cast.alice(), post=question, comment=said, reason="spam", now=cast.NOON)


def test_only_an_answer_is_no_answer_and_only_a_post_of_low_quality() -> None:
    question = written.ask()
    answer, said = written.answer(question), written.comment(question)
    for post, comment, reason in (
        (question, None, "not_an_answer"),
        (question, said, "not_an_answer"),
        (question, said, "low_quality"),
    ):
        with pytest.raises(BadText, match="Nothing is flagged"):
            flag(person=cast.carol(), post=post, comment=comment, reason=reason, now=cast.NOON)
    flag(person=cast.carol(), post=answer, reason="not_an_answer", now=cast.NOON)
    flag(person=cast.carol(), post=question, reason="low_quality", now=cast.NOON)
    assert Flag.objects.count() == 2


def test_newcomers_flag_nothing() -> None:
    with pytest.raises(NotAllowed, match="15 to flag posts"):
        flag(person=cast.person("Dan"), post=written.ask(), reason="spam", now=cast.NOON)
