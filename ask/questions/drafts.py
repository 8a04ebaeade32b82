"""What is being written, kept by the server; and a form that is sent twice writes once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions import limits
from ask.questions.models import Draft, Post
from ask.questions.privileges import NotAllowed, require
from ask.questions.texts import BODY, BadText, in_order

LONGEST: Final = 2 * BODY.stop
"""Characters that are kept: what is too long to be published is not lost for that."""

BATCH: Final = 1_000
"""Drafts that one statement removes."""

_BEGIN = """
    INSERT INTO questions_draft (token, user_id, kind, post_id, title, tags, body, saved_at)
    VALUES (%s, %s, %s, %s, '', '', '', %s)
    ON CONFLICT (token) DO UPDATE SET saved_at = excluded.saved_at
    RETURNING user_id, kind, post_id, published_id
"""


@dataclass(frozen=True)
class Publication:
    """A draft on its way out, locked until the end of the transaction."""

    token: UUID | None
    published_id: int | None = None
    """What was made of it already: the form was sent twice."""

    def end(self, made_id: int) -> None:
        """Remember what was made of it; its text is kept there."""
        if self.token:
            Draft.objects.filter(token=self.token).update(
                published_id=made_id, title="", tags="", body=""
            )


def save(
    *,
    person: User,
    token: UUID,
    kind: Draft.Kind,
    post: Post | None = None,
    title: str = "",
    tags: str = "",
    body: str,
    now: datetime,
) -> bool:
    """Keep what somebody has written so far, whatever it is.

    `post` is what is answered, commented on or edited. Returns whether it is kept: not if it was
    published meanwhile. Raises BadText if it is far too long, TooOften, NotAllowed.
    """
    if len(title) + len(tags) + len(body) > LONGEST:
        raise BadText(_("This is too long to be kept."), field="body")
    require(person, "write", now=now)
    written = {"title": in_order(title), "tags": in_order(tags), "body": in_order(body)}
    with transaction.atomic():
        limits.count(person, "draft", now=now)
        own, published_id = _begin(person=person, token=token, kind=kind, post=post, now=now)
        if published_id is not None:
            return False
        Draft.objects.filter(token=own).update(**written)
    return True


def of(person: User) -> QuerySet[Draft]:
    """What somebody has not published, the latest first."""
    return (
        Draft.objects.filter(user=person, published_id=None)
        .exclude(title="", tags="", body="")
        .order_by("-saved_at")
    )


def discard(*, person: User, token: UUID) -> None:
    """Forget a draft of this person."""
    of(person).filter(token=token).delete()


def begin(
    *,
    person: User,
    token: UUID | None,
    kind: Draft.Kind,
    now: datetime,
    post: Post | None = None,
) -> Publication:
    """Lock a draft to publish it, first in the transaction; without a token nothing is remembered.

    `post` is what is answered or commented on. Whoever sends the same form at the same moment waits
    here, and then finds what was made. Raises NotAllowed for somebody else's.
    """
    if token is None:
        return Publication(None)
    return Publication(*_begin(person=person, token=token, kind=kind, post=post, now=now))


def _begin(
    *, person: User, token: UUID, kind: Draft.Kind, post: Post | None, now: datetime
) -> tuple[UUID, int | None]:
    """The token of this form's draft, and what was made of it."""
    key = Draft._meta.pk.get_db_prep_value(token, connection)
    post_id = post.id if post else None
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [key, person.id, kind.value, post_id, moment])
        user_id, *about, published_id = cursor.fetchone()
    if user_id != person.id:
        raise NotAllowed(_("This draft is somebody else's."))
    if about != [kind.value, post_id]:
        # The token of another form: this one has a draft beside that, always the same.
        other = uuid5(token, f"{kind.value} {post_id}")
        return _begin(person=person, token=other, kind=kind, post=post, now=now)
    return token, published_id


def remove_stale(*, before: datetime, is_trial: bool, advanced: Callable[[int], None]) -> int:
    """Remove drafts that nobody has touched since `before`; `advanced` is told of each batch.

    Returns how many there were; in a trial they stay.
    """
    stale = Draft.objects.filter(saved_at__lt=before)
    if is_trial:
        return stale.count()
    count = 0
    while tokens := list(stale.values_list("token", flat=True)[:BATCH]):
        # Asked again: somebody may have gone on writing meanwhile.
        removed, _by_table = stale.filter(token__in=tokens).delete()
        count += removed
        advanced(removed)
    return count
