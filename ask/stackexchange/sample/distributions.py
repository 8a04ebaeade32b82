"""The shapes that the figures of real communities have, as tables to draw from.

A draw is `table[int(random() * len(table))]`: quick, and the same on every version of Python.
"""

import math
from statistics import NormalDist

SIZE = 1024


def log_normal(*, median: float, sigma: float) -> list[float]:
    """Return the quantiles of a log-normal distribution: most are small, few are very large."""
    normal = NormalDist()
    return [median * math.exp(sigma * normal.inv_cdf((at + 0.5) / SIZE)) for at in range(SIZE)]


def weighted(shares: list[tuple[int, float]]) -> list[int]:
    """Return a table in which each value has its share; the first takes what is left."""
    total = sum(share for _, share in shares)
    table = [
        value for value, share in shares[1:] for _ in range(max(1, round(share / total * SIZE)))
    ]
    return [shares[0][0]] * (SIZE - len(table)) + table


ANSWERS = weighted(
    [
        (1, 35.0),
        (0, 9.5),
        (2, 25.5),
        (3, 13.5),
        (4, 7.5),
        (5, 4.0),
        (6, 2.0),
        (7, 1.1),
        (8, 0.7),
        (9, 0.4),
        (10, 0.3),
        (11, 0.2),
        (13, 0.1),
        (15, 0.1),
    ]
)
COMMENTS = weighted(
    [
        (0, 57.0),
        (1, 17.0),
        (2, 11.0),
        (3, 6.5),
        (4, 3.5),
        (5, 2.0),
        (6, 1.2),
        (7, 0.8),
        (8, 0.5),
        (9, 0.3),
        (11, 0.2),
    ]
)
COMMENT_SCORES = weighted([(0, 66.0), (1, 19.0), (2, 7.0), (3, 4.0), (5, 2.0), (8, 1.0), (14, 0.4)])
TAG_COUNTS = weighted([(2, 34.0), (1, 18.0), (3, 29.0), (4, 13.0), (5, 6.0)])
DOWN_VOTES = weighted([(0, 89.0), (1, 8.0), (2, 2.0), (3, 0.6), (6, 0.2)])
UP_VOTES_OF_QUESTION = [int(value) for value in log_normal(median=4.4, sigma=0.95)]
UP_VOTES_OF_ANSWER = [int(value) for value in log_normal(median=2.7, sigma=1.0)]
VIEWS = [int(value) + 5 for value in log_normal(median=400, sigma=1.7)]
DAYS_UNTIL_VOTE = [int(value) for value in log_normal(median=2.5, sigma=3.1)]
HOURS_UNTIL_ANSWER = log_normal(median=5.0, sigma=2.0)
HOURS_UNTIL_COMMENT = log_normal(median=3.0, sigma=2.0)
HOURS_UNTIL_EDIT = log_normal(median=2.0, sigma=2.8)
BOUNTIES = weighted([(50, 60.0), (100, 25.0), (150, 5.0), (200, 6.0), (250, 2.0), (500, 2.0)])
