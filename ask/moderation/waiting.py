"""What waits for a moderator, and what is done about it at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.moderation.closing import close
from ask.moderation.deleting import delete, delete_comment
from ask.moderation.flagging import settle
from ask.moderation.models import Flag
from ask.questions.models import Comment, Post
from ask.questions.privileges import require
from ask.questions.texts import BadText

DELETE: Final = "delete"
CLOSE: Final = "close"
DEEDS: Final = (DELETE, CLOSE)


@dataclass(frozen=True)
class Matter:
    """What was flagged: a post, or a comment below it; and the flags, the oldest first."""

    post: Post
    comment_id: int | None
    comment: Comment | None
    """None where a post was flagged, or where the comment is gone."""
    flags: list[Flag]


def matters(flags: Iterable[Flag]) -> list[Matter]:
    """Flags, put together by what was flagged; in the order of the first one of each."""
    by_subject: dict[tuple[int, int | None], list[Flag]] = {}
    for flag in flags:
        by_subject.setdefault((flag.post.id, flag.comment_id), []).append(flag)
    ids = [comment for _post, comment in by_subject if comment is not None]
    comments = Comment.objects.select_related("user").in_bulk(ids) if ids else {}
    return [
        Matter(
            post=together[0].post,
            comment_id=comment_id,
            comment=comments.get(comment_id),
            flags=together,
        )
        for (_post, comment_id), together in by_subject.items()
    ]


def act(
    *,
    person: User,
    flags: Collection[Flag],
    is_helpful: bool,
    now: datetime,
    deed: str = "",
    reason: str = "",
) -> int:
    """Settle flags on one thing and do what follows, at once or not at all.

    `deed` is empty or one of `DEEDS`, "close" for one of `closing.OFFERED` that is no duplicate.
    Returns how many flags were still waiting; a deletion settles all that its post or comment has,
    also those that came meanwhile. Raises BadText, NotAllowed, and Conflict where the
    deed was done already.
    """
    require(person, "moderate", now=now)
    if not flags or (deed and deed not in DEEDS):
        raise BadText(_("There is nothing to settle."), field="flag")
    if len({(flag.post_id, flag.comment_id) for flag in flags}) > 1:
        raise BadText(_("These flags are not on the same thing."), field="flag")
    with transaction.atomic():
        # Before the flags: whoever takes everything of a spammer away locks in this order too.
        count = 0
        if deed:
            count = _do(deed, person=person, flag=next(iter(flags)), reason=reason, now=now)
        for flag in sorted(flags, key=lambda one: one.id):
            count += settle(person=person, flag=flag, is_helpful=is_helpful, now=now)
        return count


def _do(deed: str, *, person: User, flag: Flag, reason: str, now: datetime) -> int:
    """Returns how many flags were settled by that."""
    if deed == CLOSE:
        close(person=person, question=flag.post, reason=reason, now=now)
    elif flag.comment_id is None:
        return delete(person=person, post=flag.post, now=now)
    elif comment := Comment.objects.filter(id=flag.comment_id).first():
        return delete_comment(person=person, comment=comment, now=now)
    return 0
