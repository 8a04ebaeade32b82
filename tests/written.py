"""What people write through the house's own functions, every counter right."""

from datetime import datetime
from typing import Any

from ask.accounts.models import User
from ask.questions import answering, asking, commenting
from ask.questions.counters import Tally, recount
from ask.questions.models import Comment, Post
from ask.ratings.counters import MEDALS, TALLIES
from tests import cast

TITLE = "Why is the sky blue?"
BODY = "It looks *blue* to me, at noon at least."
ANSWER = "Short waves are scattered more than long ones."
REMARK = "Are you sure that it is blue?"


def ask(*, by: User | None = None, now: datetime = cast.NOON, **more: Any) -> Post:
    """Alice's question unless somebody else is named; its tag is there."""
    cast.tag("sky")
    return asking.ask(
        person=by or cast.alice(), now=now, **{"title": TITLE, "body": BODY, "tags": "sky", **more}
    )


def answer(
    question: Post, *, by: User | None = None, now: datetime = cast.NOON, **more: Any
) -> Post:
    """Bob's answer unless somebody else is named."""
    return answering.answer(
        person=by or cast.bob(), question=question, now=now, **{"body": ANSWER, **more}
    )


def comment(
    post: Post, *, by: User | None = None, now: datetime = cast.NOON, **more: Any
) -> Comment:
    """Bob's comment unless somebody else is named."""
    return commenting.comment(
        person=by or cast.bob(), post=post, now=now, **{"text": REMARK, **more}
    )


def drift() -> list[str]:
    """Every counter of the site that is not what it counts, in words; the cast's medals are made
    up."""
    return [
        str(finding)
        for tally in TALLIES
        if tally is not MEDALS
        for finding in recount(tally, is_mending=False, advanced=lambda count: None)
        if finding.drift_count
    ]


def mend(tally: Tally) -> None:
    """Write the right values of a tally."""
    recount(tally, is_mending=True, advanced=lambda count: None)
