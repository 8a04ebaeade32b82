"""Votes for and against questions and answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from ask.accounts.models import User
from ask.questions import limits, threads
from ask.questions.models import CAST_HERE, Post, PostType, Vote, VoteType
from ask.questions.privileges import require
from ask.questions.threads import Thread
from ask.ratings.reputation import Event, credit

VALUES: Final = {VoteType.UP: 1, VoteType.DOWN: -1}
_PRIVILEGES: Final = {VoteType.UP: "vote_up", VoteType.DOWN: "vote_down"}
_COUNTS: Final = {VoteType.UP: "up_vote_count", VoteType.DOWN: "down_vote_count"}


def vote_of(*, person: User, post: Post) -> VoteType | None:
    """How somebody has voted on a post here."""
    found = Vote.objects.filter(CAST_HERE, user=person, post=post).first()
    return None if found is None else VoteType(found.vote_type)


def votes_of(*, person: User, posts: Iterable[int]) -> dict[int, VoteType]:
    """How somebody has voted here on the posts with these ids, by id."""
    found = Vote.objects.filter(CAST_HERE, user=person, post__in=list(posts))
    return {post: VoteType(kind) for post, kind in found.values_list("post_id", "vote_type")}


def vote(*, person: User, post: Post, kind: VoteType | None, now: datetime) -> int:
    """Let somebody's vote on a post be up, down or, for None, withdrawn; returns the post's score.

    What it is already is done nothing for, so it may be repeated. Raises NotAllowed, TooOften, and
    Conflict where the post is deleted.
    """
    require(person, _PRIVILEGES[kind] if kind else "write", now=now, post=post)
    with transaction.atomic():
        thread = threads.lock(post)
        thread.require_present()
        known = Vote.objects.filter(CAST_HERE, user=person, post=post).first()
        before = None if known is None else VoteType(known.vote_type)
        if kind == before:
            return thread.post.score
        events = []
        counts: dict[str, int] = {}
        if known is not None and before is not None:
            known.delete()
            events.append(_event(thread, kind=before, person=person, at=known.created_at, sign=-1))
            counts[_COUNTS[before]] = -1
        if kind is not None:
            limits.count(person, "vote", now=now)
            Vote.objects.create(post=thread.post, user=person, vote_type=kind, created_at=now)
            events.append(_event(thread, kind=kind, person=person, at=now))
            counts[_COUNTS[kind]] = 1
        score = thread.post.score + sum(event.sign * VALUES[event.kind] for event in events)
        change_score(thread, score=score)
        credit(events, counts={person.id: counts})
    return score


def change_score(thread: Thread, *, score: int) -> None:
    """Write another score of a locked post, and whether its question is answered by it."""
    post, question = thread.post, thread.question
    if post is question:
        Post.objects.filter(id=post.id).update(score=score, is_hotness_stale=True)
        return
    Post.objects.filter(id=post.id).update(score=score)
    if score > 0 and not question.is_answered:
        Post.objects.filter(id=question.id).update(is_answered=True)
    elif score <= 0 < post.score:
        refresh_is_answered(question)


def refresh_is_answered(question: Post) -> None:
    """Write whether a locked question is answered, by what stands below it now."""
    is_answered = (
        question.accepted_answer_id is not None
        or Post.objects.filter(
            parent_id=question.id,
            post_type=PostType.ANSWER,
            deleted_at=None,
            score__gt=0,
        ).exists()
    )
    if is_answered != question.is_answered:
        Post.objects.filter(id=question.id).update(is_answered=is_answered)


def _event(thread: Thread, *, kind: VoteType, person: User, at: datetime, sign: int = 1) -> Event:
    return Event(
        kind=kind,
        post=thread.post,
        question=thread.question,
        voter_id=person.id,
        at=at,
        sign=sign,
    )
