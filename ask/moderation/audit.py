"""Who did what by a privilege."""

from datetime import datetime

from ask.accounts.models import User
from ask.moderation.models import AuditAction, AuditEntry
from ask.questions.models import Post


def record(
    action: AuditAction,
    *,
    by: User,
    now: datetime,
    post: Post | None = None,
    person_id: int | None = None,
    detail: str = "",
) -> None:
    """Write it down; to be called in the transaction of what is done.

    `person_id` is to whom it was done, by default who wrote the post.
    """
    if person_id is None and post is not None:
        person_id = post.owner_id
    AuditEntry.objects.create(
        user=by, action=action, done_at=now, post=post, person_id=person_id, detail=detail
    )
