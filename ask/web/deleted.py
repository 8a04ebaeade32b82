"""What was deleted, for those who may see it."""

from typing import Final, cast

from django.http import HttpRequest
from django.utils import timezone

from ask.accounts.models import User
from ask.questions.models import (
    Answer,
    AnswerQuerySet,
    Post,
    PostType,
    Question,
    QuestionQuerySet,
)
from ask.questions.privileges import may

MOST: Final = 30
"""How many deleted answers a page shows."""

# The managers of both leave out what is deleted.
_QUESTIONS = QuestionQuerySet(Question).filter(post_type=PostType.QUESTION).with_closure().shown()
_ANSWERS = AnswerQuerySet(Answer).filter(post_type=PostType.ANSWER).shown()


def may_see(request: HttpRequest, post: Post) -> bool:
    """Whether who asks may see a deleted post: who wrote it, and the privileged."""
    person = request.user
    return isinstance(person, User) and may(person, "see_deleted", now=timezone.now(), post=post)


def deleted_question(request: HttpRequest, id: int) -> Question | None:
    """A deleted question, shown; None for strangers, and where there is none or may not be seen."""
    if not request.user.is_authenticated:
        return None
    found = _QUESTIONS.filter(id=id, deleted_at__isnull=False).first()
    return cast(Question, found) if found is not None and may_see(request, found) else None


def deleted_answers(request: HttpRequest, question: Question) -> list[Post]:
    """Those to a question that may be seen, the latest deleted last: of many people, one's own."""
    person = request.user
    if not isinstance(person, User):
        return []
    found = _ANSWERS.to(question).filter(deleted_at__isnull=False)
    if not may(person, "see_deleted", now=timezone.now()):
        found = found.filter(owner=person)
    return list(found.order_by("deleted_at", "id")[:MOST])
