"""How much there is of everything: filled after an import and by `calc_best`."""

from typing import TypedDict

from django.db.models import F, Max

from ask.accounts.models import User
from ask.caching.cached_value import CachedValue
from ask.questions.models import Answer, Comment, Question, Tag
from ask.questions.rendering_due import site_delimiter


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
        users=User.objects.listed().count(),
    )


class Stretch(TypedDict):
    """Questions whose ids divided by `STRETCH` are the same."""

    number: int
    changed_at: str


STRETCH = 10_000


def _stretches() -> list[Stretch]:
    """Every stretch of ids that has questions, in order: the pages of the sitemap."""
    found = (
        Question.objects.annotate(number=F("id") / STRETCH)
        .values("number")
        .annotate(changed_at=Max("last_activity_at"))
        .order_by("number")
    )
    return [
        Stretch(number=one["number"], changed_at=one["changed_at"].isoformat()) for one in found
    ]


def _delimiter() -> str | None:
    found = site_delimiter()
    return None if found is None else found.value


def _required_tags() -> list[str]:
    return list(
        Tag.objects.filter(is_required=True).order_by("name").values_list("name", flat=True)
    )


totals = CachedValue("totals", _totals)
stretches = CachedValue("stretches", _stretches)
delimiter = CachedValue("delimiter", _delimiter)
"""How formulas are written here, if they are: a value of `Delimiter`."""
required_tags = CachedValue("required_tags", _required_tags)
"""Tags of which every question bears one at least, on sites that have any (as meta sites do)."""
