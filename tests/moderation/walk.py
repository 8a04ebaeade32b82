"""People who do anything at any time, as far as the house lets them."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from ask.accounts.models import User
from ask.core.refusal import Refusal
from ask.moderation.closing import close, reopen
from ask.moderation.closing import withdraw as withdraw_close_vote
from ask.moderation.deleting import delete, delete_comment, undelete
from ask.moderation.editing import edit_comment
from ask.moderation.flagging import flag, settle
from ask.moderation.models import Flag
from ask.moderation.suspending import lift, remove_spammer, suspend
from ask.questions import comment_votes, editing
from ask.questions.following import follow_question, unfollow_question
from ask.questions.models import Comment, Post, PostHistory, PostType, VoteType
from ask.ratings.accepting import accept, withdraw
from ask.ratings.voting import vote
from tests import cast, written

TAGS = [f"tag-{number}" for number in range(8)]
NEW_TAGS = [f"new-{number}" for number in range(30)]
RECENT = 40
"""Most is done to the latest posts."""


class Walk:
    """A random walk; the same seed walks the same way."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = cast.NOON
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        for name in TAGS:
            cast.tag(name)
        for number, reputation in enumerate((1, 1, 20, 130, 400, 2_500, 21_000)):
            cast.person(f"Person {number}", reputation=reputation)
        # One of them, and some posts, were imported.
        cast.person("Imported", id=7, reputation=3_000)
        for number in range(1, 6):
            cast.ask(
                f"Imported question {number}?",
                id=number,
                by=cast.person("Imported"),
                tags="tag-0 tag-1",
                owner_id=7,
            )
        User.objects.filter(id=7).update(question_count=5)
        cast.carol()
        self.actions: dict[str, tuple[int, Callable[[], object]]] = {
            "ask": (8, self.ask),
            "answer": (14, self.answer),
            "comment": (8, self.comment),
            "vote for a comment": (4, self.vote_for_comment),
            "edit a comment": (4, self.edit_comment),
            "edit": (8, self.edit),
            "roll back": (3, self.roll_back),
            "vote": (40, self.vote),
            "accept": (8, self.accept),
            "withdraw": (3, self.withdraw),
            "delete": (5, self.delete),
            "undelete": (5, self.undelete),
            "delete comment": (2, self.delete_comment),
            "close": (4, self.close),
            "reopen": (4, self.reopen),
            "withdraw a vote to close": (2, self.withdraw_close_vote),
            "flag": (2, self.flag),
            "settle": (2, self.settle),
            "follow": (3, self.follow),
            "suspend": (2, self.suspend),
            "lift": (2, self.lift),
            "remove spammer": (1, self.remove_spammer),
        }

    def go(self, steps: int) -> None:
        """Do so many things, of which some are refused."""
        names = list(self.actions)
        weights = [self.actions[name][0] for name in names]
        for _ in range(steps):
            self.now += timedelta(minutes=self.rng.expovariate(1 / 20))
            (name,) = self.rng.choices(names, weights)
            try:
                self.actions[name][1]()
                self.done[name] += 1
            except Refusal as refusal:
                assert str(refusal)
                self.refused[name] += 1

    def people(self) -> list[User]:
        return list(User.objects.order_by("id"))

    def person(self) -> User:
        return self.rng.choice(self.people())

    def owner_or_other(self, owner_id: int | None) -> User:
        if owner_id is not None and self.rng.random() < 0.6:
            return next(each for each in self.people() if each.id == owner_id)
        return self.person()

    def moderator(self) -> User:
        return cast.carol() if self.rng.random() < 0.7 else self.person()

    def post(self, **columns: object) -> Post:
        found = list(Post.objects.filter(**columns).order_by("-created_at", "-id")[:RECENT])
        if not found:
            raise Refusal("nothing is there")
        return self.rng.choice(found)

    def question(self, **columns: object) -> Post:
        return self.post(post_type=PostType.QUESTION, **columns)

    def given(self, **columns: object) -> Post:
        return self.post(post_type=PostType.ANSWER, **columns)

    def words(self) -> str:
        return f"{written.BODY} {self.rng.randrange(1_000)}"

    def tags(self) -> str:
        names = self.rng.sample(TAGS, self.rng.randrange(1, 4))
        if self.rng.random() < 0.2:
            names.append(self.rng.choice(NEW_TAGS))
        return " ".join(names)

    def ask(self) -> None:
        token = uuid4()
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            written.ask(by=self.last(), now=self.now, tags=self.tags(), draft=token)

    def last(self) -> User:
        """Somebody, and the same again within one moment."""
        rng = random.Random(self.now.timestamp())
        return rng.choice(self.people())

    def answer(self) -> None:
        written.answer(self.question(), by=self.person(), now=self.now)

    def comment(self) -> None:
        written.comment(self.post(), by=self.person(), now=self.now)

    def comment_of(self) -> Comment:
        found = Comment.objects.select_related("post").order_by("-id").first()
        if found is None:
            raise Refusal("nothing is there")
        return found

    def vote_for_comment(self) -> None:
        comment_votes.vote(
            person=self.person(),
            comment=self.comment_of(),
            is_useful=self.rng.random() < 0.8,
            now=self.now,
        )

    def edit_comment(self) -> None:
        comment = self.comment_of()
        owner = self.owner_or_other(comment.user_id)
        edit_comment(
            person=self.rng.choice((owner, self.moderator())),
            comment=comment,
            text=self.words(),
            now=self.now,
        )

    def edit(self) -> None:
        post = self.post()
        editing.edit(
            person=self.owner_or_other(post.owner_id),
            post=post,
            body=self.words(),
            title=written.TITLE,
            tags=self.tags(),
            now=self.now,
        )

    def roll_back(self) -> None:
        post = self.post()
        guids = PostHistory.objects.filter(post=post).values_list("revision_guid", flat=True)
        editing.roll_back(
            person=self.owner_or_other(post.owner_id),
            post=post,
            revision=self.rng.choice([*guids, "never"]),
            now=self.now,
        )

    def vote(self) -> None:
        kind = self.rng.choice((VoteType.UP, VoteType.UP, VoteType.UP, VoteType.DOWN, None))
        vote(person=self.person(), post=self.post(), kind=kind, now=self.now)

    def accept(self) -> None:
        given = self.given()
        asker = Post.objects.get(id=given.parent_id or 0).owner_id
        accept(person=self.owner_or_other(asker), answer=given, now=self.now)

    def withdraw(self) -> None:
        question = self.question(accepted_answer__isnull=False)
        given = Post.objects.get(id=question.accepted_answer_id or 0)
        withdraw(person=self.owner_or_other(question.owner_id), answer=given, now=self.now)

    def delete(self) -> None:
        post = self.post()
        delete(person=self.owner_or_other(post.owner_id), post=post, now=self.now)

    def undelete(self) -> None:
        post = self.post(deleted_at__isnull=False)
        undelete(person=self.owner_or_other(post.owner_id), post=post, now=self.now)

    def delete_comment(self) -> None:
        found = self.comment_of()
        delete_comment(person=self.owner_or_other(found.user_id), comment=found, now=self.now)

    def close(self) -> None:
        question = self.question()
        close(
            person=self.rng.choice((self.person(), self.moderator())),
            question=question,
            reason=self.rng.choice(("101", "103", "1")),
            original=self.question(),
            now=self.now,
        )

    def reopen(self) -> None:
        question = self.question(closed_at__isnull=False)
        person = self.rng.choice((self.person(), self.moderator()))
        reopen(person=person, question=question, now=self.now)

    def withdraw_close_vote(self) -> None:
        withdraw_close_vote(person=self.person(), question=self.question(), now=self.now)

    def flag(self) -> None:
        flag(person=self.person(), post=self.post(), reason="spam", now=self.now)

    def settle(self) -> None:
        waiting = Flag.objects.waiting().first()
        if waiting:
            settle(person=self.moderator(), flag=waiting, is_helpful=True, now=self.now)

    def follow(self) -> None:
        question = self.question()
        follow_question(person=self.person(), question=question, now=self.now)
        unfollow_question(person=self.person(), question=question)

    def suspend(self) -> None:
        until: datetime = self.now + timedelta(hours=6)
        suspend(
            person=self.moderator(), whom=self.person(), until=until, reason="Rude", now=self.now
        )

    def lift(self) -> None:
        lift(person=self.moderator(), whom=self.person(), now=self.now)

    def remove_spammer(self) -> None:
        """Whose account is then opened again, lest nobody be left."""
        whom = self.person()
        remove_spammer(person=self.moderator(), whom=whom, now=self.now)
        User.objects.filter(id=whom.id).update(is_active=True)
