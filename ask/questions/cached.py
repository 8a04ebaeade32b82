"""How much there is of everything: filled after an import and by `calc_best`."""

from typing import TypedDict

from ask.accounts.models import User
from ask.caching.cached_value import CachedValue
from ask.questions.models import Answer, Comment, Question, Tag


class Totals(TypedDict):
    questions: int
    unanswered: int
    without_answers: int
    answers: int
    comments: int
    tags: int
    users: int


def _totals() -> Totals:
    return Totals(
        questions=Question.objects.count(),
        unanswered=Question.objects.unanswered().count(),
        without_answers=Question.objects.without_answers().count(),
        answers=Answer.objects.count(),
        comments=Comment.objects.count(),
        tags=Tag.objects.count(),
        users=User.objects.people().count(),
    )


totals = CachedValue("totals", _totals)
