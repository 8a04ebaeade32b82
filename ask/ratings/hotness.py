"""How hot a question is."""

import math
from datetime import UTC, datetime

EPOCH = datetime(2008, 7, 31, tzinfo=UTC)
"""When the first question of Stack Overflow was asked. Any fixed moment gives the same order."""

PERIOD = 45_000
"""Seconds (12.5 hours) in which a new question overtakes one with ten times its points."""


def hotness(*, score: int, answer_count: int, created_at: datetime) -> float:
    """Points on a logarithmic scale plus age: higher is hotter.

    `sign(p) · log10(max(|p|, 1)) + (created_at − EPOCH) / PERIOD` with `p = score + answer_count`:
    the formula of Reddit's "hot" (reddit/reddit, `r2/lib/db/_sorts.pyx`, 2008–2017), with answers
    counted as votes. The present moment does not enter, so the value of a question changes only
    when its votes or answers do, and the order stays right as time passes.
    """
    points = score + answer_count
    size = math.log10(max(abs(points), 1))
    age = (created_at - EPOCH).total_seconds() / PERIOD
    return round(math.copysign(size, points) + age, 7)
