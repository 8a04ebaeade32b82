"""The answer that helped who asked."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS
from ask.questions import limits, threads
from ask.questions.models import Post, Vote, VoteType
from ask.questions.privileges import require
from ask.questions.threads import Conflict, Thread
from ask.ratings.reputation import Event, credit
from ask.ratings.voting import refresh_is_answered

OWN_AFTER: Final = timedelta(days=2)
"""How long after asking somebody may accept an answer of their own."""


def accept(*, person: User, answer: Post, now: datetime) -> None:
    """Let this be the accepted answer, and no other. May be repeated.

    Raises Conflict where something is deleted or it is too early, NotAllowed, TooOften.
    """
    require(person, "write", now=now)
    with transaction.atomic():
        thread = threads.lock(answer)
        require(person, "accept", now=now, post=thread.post)
        thread.require_present()
        question, chosen = thread.question, thread.post
        if question.accepted_answer_id == chosen.id:
            return
        limits.count(person, "accept", now=now)
        if chosen.owner_id == person.id and now < question.created_at + OWN_AFTER:
            raise Conflict(_("An answer of your own can be accepted two days after you asked."))
        events = withdraw_acceptance(thread)
        Vote.objects.create(post=chosen, user=person, vote_type=VoteType.ACCEPTED, created_at=now)
        Post.objects.filter(id=question.id).update(accepted_answer=chosen, is_answered=True)
        events.append(
            Event(
                kind=VoteType.ACCEPTED,
                post=chosen,
                question=question,
                voter_id=person.id,
                at=now,
            )
        )
        credit(events)


def withdraw(*, person: User, answer: Post, now: datetime) -> None:
    """Let this answer not be accepted any more. May be repeated.

    Raises Conflict where something is deleted, NotAllowed.
    """
    require(person, "write", now=now)
    with transaction.atomic():
        thread = threads.lock(answer)
        require(person, "accept", now=now, post=thread.post)
        thread.require_present()
        if thread.question.accepted_answer_id == thread.post.id:
            credit(clear_acceptance(thread))


def clear_acceptance(thread: Thread) -> list[Event]:
    """Let a locked question have no accepted answer; returns what is to be credited."""
    events = withdraw_acceptance(thread)
    question = thread.question
    Post.objects.filter(id=question.id).update(accepted_answer=None)
    question.accepted_answer_id = None
    refresh_is_answered(question)
    return events


def withdraw_acceptance(thread: Thread) -> list[Event]:
    """Take away the votes that say which answer is accepted; returns what is to be credited."""
    question = thread.question
    if question.accepted_answer_id is None:
        return []
    votes = Vote.objects.filter(post_id=question.accepted_answer_id, vote_type=VoteType.ACCEPTED)
    events = [
        Event(
            kind=VoteType.ACCEPTED,
            post=vote.post,
            question=question,
            voter_id=vote.user_id or 0,
            at=vote.created_at,
            sign=-1,
        )
        # An imported one gave nothing here.
        for vote in votes.filter(id__gte=LOCAL_IDS, user__isnull=False).select_related("post")
    ]
    votes.delete()
    return events
