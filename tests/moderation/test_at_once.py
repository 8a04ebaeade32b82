"""Two people at once, and one person who clicks twice: on a real database, in real threads."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

import pytest

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.moderation.closing import close, reopen
from ask.moderation.deleting import delete, delete_comment, undelete
from ask.moderation.flagging import flag
from ask.moderation.models import CloseVote, Flag, Verdict
from ask.moderation.suspending import remove_spammer
from ask.questions import comment_votes, drafts
from ask.questions.editing import edit, source_of
from ask.questions.following import follow_question
from ask.questions.limits import LIMITS, TooOften
from ask.questions.models import (
    Allowance,
    Answer,
    Comment,
    CommentVote,
    Draft,
    FollowedPost,
    Post,
    PostHistory,
    PostHistoryType,
    Question,
    Tag,
    Vote,
    VoteType,
)
from ask.questions.threads import Conflict
from ask.ratings.accepting import accept
from ask.ratings.voting import vote
from ask.web.deletion import delete_account
from tests import cast, written
from tests.moderation.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)

UP, DOWN = VoteType.UP, VoteType.DOWN
MANY = 8


def people() -> list[User]:
    return [cast.person(f"Voter {number}", reputation=5_000) for number in range(MANY)]


def voting(person: User, post: Post, kind: VoteType | None) -> partial[int]:
    return partial(vote, person=person, post=post, kind=kind, now=cast.NOON)


def test_many_votes_at_once_are_all_counted() -> None:
    given = written.answer(written.ask())
    scores = at_once([voting(person, given, UP) for person in people()])
    assert sorted(scores, key=str) == list(range(1, MANY + 1))
    assert Post.objects.get(id=given.id).score == MANY
    assert cast.bob().reputation == 2_340 + 10 * MANY
    assert Question.objects.get().is_answered
    assert written.drift() == []


def test_a_double_click_votes_once() -> None:
    question, (person, *_) = written.ask(), people()
    assert at_once([voting(person, question, UP)] * MANY) == [1] * MANY
    assert Vote.objects.count() == 1
    assert cast.person("Voter 0").up_vote_count == 1
    assert written.drift() == []


def test_clicks_on_both_arrows_leave_one_vote() -> None:
    given, (person, *_) = written.answer(written.ask()), people()
    for _ in range(5):
        kinds = (UP, DOWN, None, UP, DOWN, UP, None, DOWN)
        found = at_once([voting(person, given, kind) for kind in kinds])
        assert not [each for each in found if isinstance(each, Exception)]
        assert Vote.objects.count() <= 1
        assert written.drift() == []


def test_votes_for_a_comment_are_all_counted_and_each_once() -> None:
    comment, crowd = written.comment(written.ask()), people()
    useful = partial(comment_votes.vote, comment=comment, is_useful=True, now=cast.NOON)
    found = at_once([partial(useful, person=person) for person in (*crowd, *crowd)])
    assert not [each for each in found if isinstance(each, Exception)]
    assert (CommentVote.objects.count(), Comment.objects.get().score) == (MANY, MANY)

    def insert() -> None:
        CommentVote.objects.create(comment=comment, user=cast.alice(), created_at=cast.NOON)

    assert at_once([insert] * MANY).count(None) == 1
    CommentVote.objects.filter(user=cast.alice()).delete()
    works = [partial(useful, person=person, is_useful=False) for person in crowd]
    at_once([*works, partial(delete_comment, person=cast.bob(), comment=comment, now=cast.NOON)])
    assert not Comment.objects.exists() and not CommentVote.objects.exists()
    assert written.drift() == []


def test_a_question_is_closed_once_by_three_of_many_votes_and_opened_once() -> None:
    question, crowd = written.ask(), people()
    for closing, kind in (
        (partial(close, reason="103"), PostHistoryType.CLOSED),
        (partial(reopen), PostHistoryType.REOPENED),
    ):
        works = [partial(closing, person=each, question=question, now=cast.NOON) for each in crowd]
        found = at_once([*works, works[0]])
        assert found.count(True) == 1
        assert len([each for each in found if isinstance(each, Conflict)]) >= MANY - 3
        (text,) = PostHistory.objects.filter(history_type=kind).values_list("text", flat=True)
        assert len({each["Id"] for each in json.loads(text or "")["Voters"]}) == 3
        assert not CloseVote.objects.exists()

    def insert() -> None:
        CloseVote.objects.create(
            post=question, user=crowd[0], verdict=Verdict.CLOSE, cast_at=cast.NOON
        )

    assert at_once([insert] * MANY).count(None) == 1


def test_one_answer_is_accepted() -> None:
    question = written.ask()
    answers = [written.answer(question, by=person) for person in people()]
    alice = cast.alice()
    found = at_once(
        [partial(accept, person=alice, answer=given, now=cast.NOON) for given in answers]
    )
    assert found == [None] * MANY
    chosen = Question.objects.get().accepted_answer_id
    assert Vote.objects.get().post_id == chosen
    assert (
        sum(User.objects.filter(username__startswith="voter").values_list("reputation", flat=True))
        == 5_000 * MANY + 15
    )
    assert cast.alice().reputation == 122
    assert written.drift() == []


def test_a_form_that_is_sent_twice_at_once_writes_once() -> None:
    question, bob = written.ask(), cast.bob()
    tokens = [uuid4() for _ in range(3)]
    asked = at_once([partial(written.ask, by=bob, draft=tokens[0])] * MANY)
    answered = at_once([partial(written.answer, question, by=bob, draft=tokens[1])] * MANY)
    said = at_once([partial(written.comment, question, by=bob, draft=tokens[2])] * MANY)
    for found in (asked, answered, said):
        assert len({each.id for each in found}) == 1  # type: ignore[attr-defined]
    assert (Question.objects.count(), Answer.objects.count(), Comment.objects.count()) == (2, 1, 1)
    assert written.drift() == []


def test_nobody_does_more_at_once_than_is_allowed() -> None:
    newcomer, most = cast.person("Dan"), LIMITS["ask"].newcomer
    cast.tag("sky")
    found = at_once([partial(written.ask, by=newcomer)] * (most + 4))
    assert [type(each) for each in found].count(TooOften) == 4
    assert Question.objects.count() == most
    assert written.drift() == []


def test_two_editors_lose_nothing() -> None:
    question = written.ask()
    seen = source_of(Question.objects.get()).revision
    found = at_once(
        [
            partial(
                edit,
                person=person,
                post=question,
                title=written.TITLE,
                body=f"{written.BODY} says {person}",
                tags="sky",
                based_on=seen,
                now=cast.NOON,
            )
            for person in people()
        ]
    )
    assert [type(each) for each in found].count(Conflict) == MANY - 1
    assert PostHistory.objects.filter(history_type=5).count() == 1


def test_the_same_new_tags_are_made_once() -> None:
    names = ["air", "sea", "sun", "sand"]
    works = []
    for number, person in enumerate(people()):
        mixed = random.Random(number).sample(names, len(names))
        works.append(partial(written.ask, by=person, tags=" ".join(mixed)))
    cast.tag("sky")
    found = at_once(works)
    assert not [each for each in found if isinstance(each, Exception)]
    assert set(Tag.objects.exclude(name="sky").values_list("question_count", flat=True)) == {MANY}
    assert written.drift() == []


def test_a_question_that_is_deleted_while_others_answer_and_vote_is_counted_right() -> None:
    carol = cast.carol()
    for _ in range(4):
        question = written.ask()
        given = written.answer(question)
        works: list[Callable[[], object]] = [
            partial(delete, person=carol, post=question, now=cast.NOON),
            partial(delete, person=carol, post=given, now=cast.NOON),
        ]
        for person in people():
            works.append(partial(written.answer, question, by=person))
            works.append(voting(person, given, UP))
            works.append(voting(person, question, DOWN))
        found = at_once(works)
        wrong = [each for each in found if isinstance(each, Exception)]
        assert not [each for each in wrong if not isinstance(each, Refusal)]
        assert written.drift() == []
        undelete(person=carol, post=Post.objects.get(id=question.id), now=cast.NOON)
        assert written.drift() == []


def test_nobody_waits_in_a_circle() -> None:
    """Everybody votes on everybody's, and somebody is removed meanwhile."""
    crowd = people()
    questions = [written.ask(by=person) for person in crowd]
    answers = [written.answer(question, by=crowd[-nth]) for nth, question in enumerate(questions)]

    def busy(person: User, seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(15):
            post = rng.choice([*questions, *answers])
            with suppress(Refusal):
                vote(person=person, post=post, kind=rng.choice((UP, DOWN, None)), now=cast.NOON)

    works: list[Callable[[], object]] = [
        partial(busy, person, seed) for seed, person in enumerate(crowd)
    ]
    works.append(partial(remove_spammer, person=cast.carol(), whom=crowd[0], now=cast.NOON))
    found = at_once(works)
    assert not [each for each in found if isinstance(each, Exception)]
    assert written.drift() == []


def test_what_is_flagged_and_deleted_at_once_leaves_no_flag_waiting() -> None:
    for _ in range(3):
        question, by = written.ask(), cast.carol()
        works: list[Callable[[], object]] = [
            partial(flag, person=person, post=question, reason="spam", now=cast.NOON)
            for person in people()
        ]
        works.insert(MANY // 2, partial(delete, person=by, post=question, now=cast.NOON))
        found = at_once(works)
        assert not [
            each for each in found if isinstance(each, Exception) and not isinstance(each, Refusal)
        ]
        assert Post.objects.get(id=question.id).deleted_at
        assert not Flag.objects.waiting().exists()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_what_somebody_writes_while_their_account_ends_is_erased_as_well() -> None:
    for number in range(3):
        person = cast.person(f"Leaver {number}")
        question = written.ask()

        def write(token: UUID, person: User = person, question: Post = question) -> None:
            drafts.save(
                person=person, token=token, kind=Draft.Kind.QUESTION, body="Secret", now=cast.NOON
            )
            follow_question(person=person, question=question, now=cast.NOON)

        works: list[Callable[[], object]] = [partial(write, uuid4()) for _ in range(MANY)]
        whom = User.objects.get(id=person.id)
        works.insert(MANY // 2, partial(delete_account, whom, now=cast.NOON))
        found = at_once(works)
        assert not [
            each for each in found if isinstance(each, Exception) and not isinstance(each, Refusal)
        ]
        for model in (Draft, FollowedPost, Allowance):
            assert not model._default_manager.filter(user=person).exists()


def test_the_constraint_holds_whoever_forgets_to_lock() -> None:
    question, (person, *_) = written.ask(), people()

    def insert() -> None:
        Vote.objects.create(post=question, user=person, vote_type=UP)

    found = at_once([insert] * MANY)
    assert found.count(None) == 1
    assert Vote.objects.count() == 1
