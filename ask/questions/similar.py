"""Questions whose titles are like one that somebody is typing."""

import re
from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from operator import and_
from typing import Final

from django.db import connections
from django.db.models import Q, QuerySet, Value

from ask.questions.models import Question, TitleMatches

SHORTEST: Final = 3
"""Letters of a word that says what a title is about."""

SAY_NOTHING: Final = frozenset(
    "and are but can does for from get has have how into its not that the there this was what when "
    "where which why will with you без где для есть если или как когда который можно надо под "
    "почему при про что чтобы это".split()
)
"""Words that most titles have."""

WORDS: Final = 4
"""The longest ones, which are the rarest, are looked for."""

READ: Final = 200
"""Matches that are compared: common words would match every title of a large site."""

_WORD = re.compile(r"\w+")


def similar(title: str, *, most: int) -> list[Question]:
    """Those that share two of its words or more, the most alike first."""
    stems = _stems(title)
    if not stems:
        return []
    sharing = _sharing(stems).only("post_type", "title", "score", "is_answered", "answer_count")
    ranked = sorted(
        sharing[:READ], key=lambda found: (_shared(found, stems), found.score), reverse=True
    )
    return ranked[:most]


def _stems(title: str) -> list[str]:
    """The beginnings of its longest words: endings differ, in Russian more than in English."""
    words = {word for word in _WORD.findall(title.lower()) if len(word) >= SHORTEST}
    longest = sorted(words - SAY_NOTHING, key=lambda word: (-len(word), word))[:WORDS]
    return [word[: max(4, len(word) - 2)] for word in longest]


def _sharing(stems: Sequence[str]) -> QuerySet[Question]:
    """With two of the stems, or with the only one."""
    pairs: list[tuple[str, ...]] = [*combinations(stems, 2)] or [tuple(stems)]
    found: QuerySet[Question] = Question.objects.all()
    if connections[found.db].vendor == "postgresql":
        query = " | ".join(" & ".join(f"{stem}:*" for stem in pair) for pair in pairs)
        return found.filter(TitleMatches("title", Value(query)))
    wanted = Q()
    for pair in pairs:
        wanted |= reduce(and_, map(_has, pair))
    return found.filter(wanted)


def _has(stem: str) -> Q:
    # SQLite knows capitals of English letters only.
    return Q(title__contains=stem.capitalize()) | Q(title__icontains=stem)


def _shared(question: Question, stems: Sequence[str]) -> int:
    words = _WORD.findall((question.title or "").lower())
    return sum(any(word.startswith(stem) for word in words) for stem in stems)
