"""Which of the questions that wait for an answer a digest shows."""

from datetime import datetime

from ask.questions.models import Question

SHOWN = 10

CANDIDATES = 30
"""More than are shown: nobody is shown their own."""


def best_unanswered(*, since: datetime, until: datetime) -> list[Question]:
    """The best questions asked in a time that have no good answer yet, the highest first."""
    asked = Question.objects.unanswered().filter(
        created_at__gte=since, created_at__lt=until, closed_at=None, score__gte=0
    )
    shown = asked.only("title", "post_type", "owner_id", "score", "answer_count", "tags")
    return list(shown.order_by("-score", "-hotness", "-id")[:CANDIDATES])
