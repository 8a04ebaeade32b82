"""What `calc_best` does: hotness where it is stale, then the lists that every page shows."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from ask.questions.cached import totals
from ask.questions.models import HOTNESS_STALE, Post, PostType
from ask.ratings.cached import badges, best_tags, best_users, hot_questions, rankings
from ask.ratings.hotness import hotness

BATCH = 1_000
"""Posts that are written in one transaction."""

_WRITE = """
    UPDATE questions_post SET hotness = %s, is_hotness_stale = false
    WHERE id = %s AND score = %s AND answer_count IS NOT DISTINCT FROM %s
"""


class _Row(NamedTuple):
    id: int
    post_type: int
    score: int
    answer_count: int | None
    created_at: datetime
    hotness: float
    is_hotness_stale: bool

    def right_hotness(self) -> float:
        if self.post_type != PostType.QUESTION:
            return self.hotness
        return hotness(
            score=self.score, answer_count=self.answer_count or 0, created_at=self.created_at
        )


def post_count(*, is_full: bool) -> int:
    """Posts that `refresh_hotness` will look at."""
    return Post.objects.filter(_looked_at(is_full=is_full)).count()


def refresh_hotness(*, is_full: bool, advanced: Callable[[int], None]) -> int:
    """Compute hotness where it is marked as stale, or everywhere; returns how many rows changed.

    A full run writes the same values as one that follows the marks, if nobody forgot a mark. A
    question whose votes change between reading and writing keeps its mark for the next run.
    """
    changed = 0
    last = None
    looked_at = Post.objects.filter(_looked_at(is_full=is_full)).order_by("id")
    while True:
        behind = looked_at if last is None else looked_at.filter(id__gt=last)
        rows = [_Row(*row) for row in behind.values_list(*_Row._fields)[:BATCH]]
        if not rows:
            return changed
        last = rows[-1].id
        values = [
            (right, row.id, row.score, row.answer_count)
            for row in rows
            if (right := row.right_hotness()) != row.hotness or row.is_hotness_stale
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_WRITE, values)
        changed += len(values)
        advanced(len(rows))


def fill_lists() -> None:
    """Put the best questions, users and tags, the badges and all counts into the cache."""
    for value in (hot_questions, best_users, best_tags, badges, rankings, totals):
        value.fill()


def _looked_at(*, is_full: bool) -> Q:
    return Q(post_type=PostType.QUESTION) | HOTNESS_STALE if is_full else HOTNESS_STALE
