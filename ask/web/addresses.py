"""Addresses that people write, and how they are read: of questions, and of tags, where a `+` joins
tags and `c++` is one."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from django.http import Http404

from ask.questions.models import Post, PostType, Question, Tag

MAX_PIECES = 16

_QUESTION = re.compile(r"\s*(?:\S*/(?:questions|q|a)/)?([0-9]{1,18})(?:[/?#]\S*)?\s*")


def tag_path(names: Iterable[str]) -> str:
    """`c++` and `linux` → `/questions/tagged/c%2B%2B+linux`."""
    return "/questions/tagged/" + "+".join(quote(name, safe="") for name in names)


def tag_info_path(name: str) -> str:
    return f"/tags/{quote(name, safe='')}/info"


def tag_following_path(name: str) -> str:
    return f"/tags/{quote(name, safe='')}/following"


def question_following_path(id: int) -> str:
    return f"/questions/{id}/following"


def tags_at(text: str) -> list[Tag]:
    """The tags that an address names, already percent-decoded.

    A server hands `c%2B%2B+linux` over as `c+++linux`, so the names that exist decide where one
    ends: the longest that does, from left to right. Raises `Http404` when a part is no tag.
    """
    pieces = text.lower().replace(" ", "+").split("+")
    is_short = len(pieces) <= MAX_PIECES
    spans = {
        (start, end): "+".join(pieces[start:end])
        for start in range(len(pieces) if is_short else 0)
        for end in range(start + 1, len(pieces) + 1)
    }
    known: dict[str, Tag] = {
        tag.name: tag
        for tag in Tag.objects.filter(name__in={text, *spans.values()}).select_related(
            "excerpt_post"
        )
    }
    if text in known:  # as it stands: a dump may have names with spaces or capitals
        return [known[text]]
    if not is_short:
        raise Http404
    found: list[Tag] = []
    start = 0
    while start < len(pieces):
        ends = range(len(pieces), start, -1)
        end = next((end for end in ends if spans[start, end] in known), None)
        if end is None:
            raise Http404
        tag = known[spans[start, end]]
        if tag not in found:
            found.append(tag)
        start = end
    return found


def question_at(text: str) -> Question | None:
    """The question that an address, here or at the source, or a bare number names.

    Of an answer, the question that it answers.
    """
    named = _QUESTION.fullmatch(text)
    if not named:
        return None
    id = int(named[1])
    answer = Post.objects.filter(id=id, post_type=PostType.ANSWER).only("parent_id").first()
    asked = answer.parent_id if answer else id
    found: Question | None = Question.objects.listed().filter(id=asked).first()
    return found
