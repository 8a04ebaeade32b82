"""What people did here, through the house's own functions, when a newer dump comes."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS
from ask.moderation.closing import close
from ask.moderation.deleting import delete
from ask.moderation.editing import edit_comment
from ask.moderation.flagging import flag
from ask.moderation.models import AuditEntry, CloseVote, Flag
from ask.moderation.suspending import suspend
from ask.questions import comment_votes, drafts
from ask.questions.following import follow_question, follow_tag
from ask.questions.models import (
    Allowance,
    Comment,
    CommentVote,
    Draft,
    FollowedPost,
    FollowedTag,
    Post,
    Vote,
    VoteType,
)
from ask.ratings.accepting import accept
from ask.ratings.models import ReputationDay
from ask.ratings.voting import vote, vote_of
from tests import cast, written
from tests.stackexchange.dumps import answer, comment, question, small, user
from tests.stackexchange.test_carrying import after, before
from tests.stackexchange.test_importing import bring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

UP = VoteType.UP


def up(post: Post, *, by: User) -> None:
    vote(person=by, post=post, kind=UP, now=cast.NOON)


def carol() -> User:
    return cast.carol()


def newer(folder: Path, *, reputation: int) -> Path:
    return after(folder, Users=[user(1, "Alice", Reputation=reputation), user(2, "Bob")])


def test_what_was_gained_here_is_added_to_what_the_newer_dump_says(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    alice = User.objects.get(id=1)
    assert (alice.reputation, alice.base_reputation) == (101, 101)
    local = cast.person("Dora", reputation=1)
    up(Post.objects.get(id=1), by=carol())
    up(written.ask(by=local), by=carol())
    vote(person=User.objects.get(id=1), post=Post.objects.get(id=4), kind=UP, now=cast.NOON)
    for number in range(2):
        assert bring(newer(tmp_path / f"after{number}", reputation=150)).drift == {}
        people = dict(User.objects.values_list("display_name", "reputation"))
        assert (people["Alice"], people["Bob"], people["Dora"]) == (160, 111, 11)
        assert User.objects.get(id=1).up_vote_count == 6
        assert carol().up_vote_count == 2
        assert ReputationDay.objects.count() == 3
        # Where a dump has the votes that its scores count, or none.
        assert [line for line in written.drift() if "Post." not in line] == []
    up(Post.objects.get(id=2), by=carol())
    assert User.objects.get(id=2).reputation == 121


def test_what_was_deleted_here_gives_no_points_after_an_import_either(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    up(Post.objects.get(id=1), by=carol())
    delete(person=carol(), post=Post.objects.get(id=1), now=cast.NOON)
    assert User.objects.get(id=1).reputation == 101
    bring(after(tmp_path / "after"))
    assert Post.objects.get(id=1).deleted_at == cast.NOON
    assert User.objects.get(id=1).reputation == 101


def test_votes_can_be_turned_after_an_import(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    up(Post.objects.get(id=1), by=carol())
    bring(after(tmp_path / "after"))
    post = Post.objects.get(id=1)
    assert vote_of(person=carol(), post=post) == UP
    score = post.score
    assert vote(person=carol(), post=post, kind=VoteType.DOWN, now=cast.NOON) == score - 2
    assert User.objects.get(id=1).reputation == 99


def test_votes_for_comments_are_added_to_what_the_newer_dump_says(tmp_path: Path) -> None:
    comments = [comment(9, post=1, user=2, Score=3), comment(10, post=1, Score=1)]
    lost = comment(1, post=3, user=4, Score=4)
    bring(before(tmp_path / "before", Comments=[*comments, lost]))
    mine = written.comment(Post.objects.get(id=1))
    for said in (*Comment.objects.filter(id__in=(1, 10)), mine):
        comment_votes.vote(person=carol(), comment=said, is_useful=True, now=cast.NOON)
    edit_comment(person=carol(), comment=mine, text="So it is, after all.", now=cast.NOON)
    newer = [comment(10, post=1, Score=6)]
    posts = [
        question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1, CommentCount=1),
        answer(2, to=1, Score=2),
        question(3, Tags="<beer>", CommentCount=0, Score=0),
    ]
    # The first dump, the same again, and a newer one that has lost two comments and Eve.
    folders = [
        before(tmp_path / "again", Comments=[*comments, lost]),
        *(after(tmp_path / f"after{number}", Comments=newer, Posts=posts) for number in (1, 2)),
    ]
    for folder, scores in zip(folders, ({1: 5, 9: 3, 10: 2}, *[{1: 5, 10: 7}] * 2), strict=True):
        report = bring(folder)
        assert dict(Comment.objects.values_list("id", "score")) == {**scores, mine.id: 1}
        assert [line for line in written.drift() if "Comment." in line] == []
    assert report.kept == {"Users": 1, "Comments": 1}
    assert dict(Post.objects.values_list("id", "comment_count")) == {1: 2, 2: 0, 3: 1}
    assert Comment.objects.get(id=mine.id).edit_count == 1
    with pytest.raises(IntegrityError):
        CommentVote.objects.create(comment_id=10, user=carol(), created_at=cast.NOON)
    # Without any comment of the dump's, one that was kept would seem to be all that there are.
    (folders[-1] / "Comments.xml").unlink()
    bring(folders[-1])
    assert list(Comment.objects.values_list("id", flat=True)) == [mine.id]


def test_one_vote_a_person_and_post_is_still_held(tmp_path: Path) -> None:
    bring(small(tmp_path))
    up(Post.objects.get(id=1), by=carol())
    bring(small(tmp_path))
    with pytest.raises(IntegrityError):
        Vote.objects.create(post_id=1, user=carol(), vote_type=VoteType.DOWN)
    accept(person=User.objects.get(id=1), answer=Post.objects.get(id=2), now=cast.NOON)


def test_what_stands_beside_the_content_outlives_it(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    lost = Post.objects.get(id=3)
    follow_question(person=carol(), question=lost, now=cast.NOON)
    follow_tag(person=carol(), tag=cast.tag("hops"), now=cast.NOON)
    flag(person=carol(), post=Post.objects.get(id=1), reason="spam", now=cast.NOON)
    drafts.save(
        person=cast.bob(),
        token=uuid4(),
        kind=Draft.Kind.ANSWER,
        post=lost,
        body="I",
        now=cast.NOON,
    )
    close(person=carol(), question=Post.objects.get(id=1), reason="103", now=cast.NOON)
    close(
        person=cast.person("Vera", reputation=3_000),
        question=written.ask(),
        reason="101",
        original=lost,
        now=cast.NOON,
    )
    tables = (FollowedPost, FollowedTag, Flag, CloseVote, Draft, AuditEntry, Allowance)
    known = [list(model._default_manager.order_by("pk").values()) for model in tables]
    report = bring(after(tmp_path / "after"))
    assert [list(model._default_manager.order_by("pk").values()) for model in tables] == known
    assert all(known)
    # What is followed and answered stays, although the dump has lost it.
    assert report.kept["Posts"] == 1
    assert Post.objects.filter(id=3).exists()
    follow_tag(person=cast.bob(), tag=cast.tag("hops"), now=cast.NOON)
    assert FollowedTag.objects.count() == 2


def test_what_is_flagged_stays_until_moderators_have_seen_it(tmp_path: Path) -> None:
    bring(before(tmp_path / "before"))
    flag(person=carol(), post=Post.objects.get(id=3), reason="spam", now=cast.NOON)
    assert bring(after(tmp_path / "after")).kept["Posts"] == 1
    assert Flag.objects.waiting().get().post.id == 3


def test_a_suspension_and_an_office_outlive_an_import(tmp_path: Path) -> None:
    bring(small(tmp_path))
    later = cast.NOON.replace(year=2030)
    suspend(person=carol(), whom=User.objects.get(id=1), until=later, reason="Rude", now=cast.NOON)
    User.objects.filter(id=2).update(is_moderator=True)
    bring(small(tmp_path))
    assert User.objects.get(id=1).suspended_until == later
    assert User.objects.get(id=2).is_moderator


def test_rows_of_here_go_on_having_ids_of_here(tmp_path: Path) -> None:
    bring(small(tmp_path))
    first = written.ask()
    bring(small(tmp_path))
    second = written.ask()
    assert LOCAL_IDS <= first.id < second.id
    up(second, by=carol())
    bring(small(tmp_path))
    up(first, by=carol())
    assert ReputationDay.objects.get().vote_points == 20
