"""Keeping somebody from writing."""

from datetime import timedelta

import pytest

from ask.accounts.models import User
from ask.moderation.closing import close
from ask.moderation.flagging import flag
from ask.moderation.models import AuditEntry, CloseVote, Flag
from ask.moderation.suspending import lift, reason_of_suspension, remove_spammer, suspend
from ask.questions import comment_votes
from ask.questions.models import Answer, Comment, CommentVote, Post, Question, Vote, VoteType
from ask.questions.privileges import NotAllowed
from ask.questions.texts import BadText
from ask.ratings.accepting import accept
from ask.ratings.voting import vote
from tests import cast, written

pytestmark = pytest.mark.django_db

LATER = cast.NOON + timedelta(days=7)


def test_a_suspension_ends_by_itself_or_is_lifted() -> None:
    dan = cast.person("Dan")
    suspend(person=cast.carol(), whom=dan, until=LATER, reason="Rude", now=cast.NOON)
    with pytest.raises(NotAllowed, match="suspended until May 8, 2024"):
        written.ask(by=cast.person("Dan"))
    written.ask(by=cast.person("Dan"), now=LATER)
    for _ in range(2):
        lift(person=cast.carol(), whom=dan, now=cast.NOON)
    written.ask(by=cast.person("Dan"))
    entries = AuditEntry.objects.order_by("id").values_list("action", "detail")
    assert list(entries) == [("suspend", "2024-05-08 12:00 UTC: Rude"), ("lift", "")]


def test_only_moderators_suspend_and_not_one_another() -> None:
    options = {"until": LATER, "reason": "", "now": cast.NOON}
    with pytest.raises(NotAllowed, match="for moderators"):
        suspend(person=cast.bob(), whom=cast.alice(), **options)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="Moderators are not suspended"):
        suspend(
            person=cast.carol(),
            whom=cast.person("Mona", is_moderator=True),
            **options,  # type: ignore[arg-type]
        )


def test_a_suspension_ends_in_the_future() -> None:
    with pytest.raises(BadText):
        suspend(person=cast.carol(), whom=cast.bob(), until=cast.NOON, reason="Rude", now=cast.NOON)


def test_a_suspension_has_a_reason() -> None:
    assert reason_of_suspension(cast.bob()) == ""
    with pytest.raises(BadText, match="Say why"):
        suspend(person=cast.carol(), whom=cast.bob(), until=LATER, reason=" ", now=cast.NOON)
    for reason in ("Rude", "Rude: 10:00 UTC: again"):
        suspend(person=cast.carol(), whom=cast.bob(), until=LATER, reason=reason, now=cast.NOON)
        assert reason_of_suspension(cast.bob()) == reason


def spammer() -> User:
    return cast.person("Spam", reputation=1_000)


def test_a_spammer_goes_with_everything() -> None:
    good = written.ask()
    kept = written.answer(good)
    theirs = written.ask(by=spammer())
    below = written.answer(theirs)
    spam = written.answer(good, by=spammer())
    accept(person=cast.alice(), answer=spam, now=cast.NOON)
    remark = written.comment(kept, by=cast.alice())
    for person, said in ((spammer(), remark), (cast.bob(), written.comment(good, by=spammer()))):
        comment_votes.vote(person=person, comment=said, is_useful=True, now=cast.NOON)
    for post, kind in ((good, VoteType.UP), (kept, VoteType.DOWN)):
        vote(person=spammer(), post=post, kind=kind, now=cast.NOON)
    vote(person=cast.bob(), post=spam, kind=VoteType.DOWN, now=cast.NOON)
    flag(person=cast.bob(), post=theirs, reason="spam", now=cast.NOON)
    User.objects.filter(id=spammer().id).update(
        about="<p>Buy</p>", website_url="https://spam", reputation=3_000
    )
    close(person=spammer(), question=good, reason="103", now=cast.NOON)
    assert remove_spammer(person=cast.carol(), whom=spammer(), now=LATER) == 2
    assert [each.id for each in Question.objects.all()] == [good.id]
    assert [each.id for each in Answer.objects.all()] == [kept.id]
    assert Post.objects.get(id=below.id).deleted_at == LATER
    assert not Vote.objects.filter(user=spammer()).exists()
    assert (Comment.objects.get(), Comment.objects.get().score) == (remark, 0)
    assert not CommentVote.objects.exists()
    found = Question.objects.get()
    assert (found.score, found.comment_count, found.accepted_answer_id) == (0, 0, None)
    assert (cast.alice().reputation, cast.bob().reputation) == (120, 2_340)
    assert not spammer().is_active
    assert (spammer().up_vote_count, spammer().down_vote_count) == (0, 0)
    assert Flag.objects.get().is_helpful
    assert not CloseVote.objects.exists()
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.detail) == ("remove", "Spam: 3 posts, 3 votes, 1 comments")
    gone = spammer()
    assert (gone.display_name, gone.about, gone.website_url) == (f"user{gone.id}", None, None)
    assert gone.edited_at == LATER, "or a newer dump would bring the profile back"
    assert written.drift() == []
    assert remove_spammer(person=cast.carol(), whom=spammer(), now=LATER) == 0


def test_flags_on_what_a_spammer_wrote_were_helpful_wherever_it_stands() -> None:
    theirs, good = written.ask(by=spammer()), written.ask()
    below = written.answer(theirs)
    spam, fine = written.comment(good, by=spammer()), written.comment(theirs)
    vera = cast.person("Vera", reputation=500)
    flagged: list[tuple[Post, Comment | None]] = [
        (theirs, None), (good, spam), (theirs, fine), (good, None), (below, None),
    ]  # fmt: skip
    for post, said in flagged:
        flag(person=vera, post=post, comment=said, reason="rude", now=cast.NOON)
    remove_spammer(person=cast.carol(), whom=spammer(), now=LATER)
    settled = Flag.objects.filter(is_helpful=True, settled_at=LATER)
    assert list(settled.order_by("id").values_list("post_id", "comment_id")) == [
        (theirs.id, None),
        (good.id, spam.id),
    ]
    assert Flag.objects.waiting().count() == 3


def test_nobody_else_is_removed() -> None:
    with pytest.raises(NotAllowed):
        remove_spammer(person=cast.bob(), whom=spammer(), now=LATER)
    with pytest.raises(NotAllowed):
        remove_spammer(person=cast.carol(), whom=cast.carol(), now=LATER)
