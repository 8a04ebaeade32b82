"""Looking for what was written here and whom it concerns: it becomes their notices.

Posts and comments are read in the order of their ids, from a mark on. A transaction may get an id
and be complete only when higher ones are seen already; so the mark stays below everything that is
younger than `SETTLED`, and the ids above it that were read are remembered. However long ago the
last time was, everything is found, and once: whoever is killed in between finds the same notices
again, which the database knows already.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Max, QuerySet

from ask.core.content import LOCAL_IDS
from ask.digests.mentions import mentioned
from ask.digests.models import Mark, Notice, NoticeKind
from ask.digests.wishes import frequencies_of
from ask.questions.models import Comment, FollowedPost, FollowedTag, Post, PostType

SETTLED = timedelta(minutes=10)
"""No transaction takes longer."""

FIRST = timedelta(days=1)
"""How old what is told may be when a site looks for the first time."""

BATCH = 200
"""Posts or comments that are read at once."""

NOTICES = 1_000
"""Notices that are written at once."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A post or a comment that was written."""

    post: int
    comment: int | None = None
    actor: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Concern:
    """That an event concerns somebody."""

    event: Event
    user: int
    kind: NoticeKind


def find(*, now: datetime, advanced: Callable[[int], None]) -> int:
    """Make notices of all that was written since the last time; how many are new."""
    return sum(
        _read(name, rows, concerns=concerns, now=now, advanced=advanced)
        for name, rows, concerns in (
            ("posts", _POSTS, _of_posts),
            ("comments", _COMMENTS, _of_comments),
        )
    )


_POSTS: QuerySet[Any, Any] = Post.objects.values(
    "id", "post_type", "parent_id", "owner_id", "created_at", "deleted_at", "tags",
    "parent__owner_id", "parent__deleted_at",
)  # fmt: skip
_COMMENTS: QuerySet[Any, Any] = Comment.objects.values(
    "id", "post_id", "user_id", "created_at", "text", "post__post_type", "post__owner_id",
    "post__owner__display_name", "post__last_editor_id", "post__last_editor__display_name",
    "post__parent_id", "post__parent__owner_id", "post__parent__owner__display_name",
    "post__deleted_at", "post__parent__deleted_at",
)  # fmt: skip


def _read(
    name: str,
    rows: QuerySet[Any, Any],
    *,
    concerns: Callable[[list[dict[str, Any]]], Iterator[Concern]],
    now: datetime,
    advanced: Callable[[int], None],
) -> int:
    mark = _mark(name, rows, now=now)
    known, position, count = set(mark.seen), mark.last_id, 0
    mark.seen = []
    while batch := list(rows.filter(id__gt=position).order_by("id")[:BATCH]):
        position = batch[-1]["id"]
        fresh = [row for row in batch if row["id"] not in known]
        count += _store(concerns(fresh))
        for row in batch:
            # What the future wrote, was written before the clock was set back.
            if abs(row["created_at"] - now) > SETTLED and not mark.seen:
                mark.last_id = row["id"]
            else:
                mark.seen.append(row["id"])
        mark.save()
        advanced(len(fresh))
    return count


def _mark(name: str, rows: QuerySet[Any, Any], *, now: datetime) -> Mark:
    """How far was read."""
    mark: Mark | None = Mark.objects.filter(name=name).first()
    if mark is None:
        old = rows.filter(id__gte=LOCAL_IDS, created_at__lt=now - FIRST)
        last = old.aggregate(last=Max("id"))["last"] or LOCAL_IDS - 1
        mark, _ = Mark.objects.get_or_create(name=name, defaults={"last_id": last})
    return mark


def _of_posts(rows: list[dict[str, Any]]) -> Iterator[Concern]:
    answers: dict[int, list[Event]] = {}
    questions: dict[str, list[Event]] = {}
    for row in rows:
        event = Event(post=row["id"], actor=row["owner_id"], at=row["created_at"])
        if row["deleted_at"] or row["parent__deleted_at"]:
            continue
        if row["post_type"] == PostType.ANSWER and row["parent_id"]:
            answers.setdefault(row["parent_id"], []).append(event)
            if asker := row["parent__owner_id"]:
                yield Concern(event=event, user=asker, kind=NoticeKind.ANSWERS)
        elif row["post_type"] == PostType.QUESTION:
            for name in (row["tags"] or "").split():
                questions.setdefault(name, []).append(event)
    yield from _followed(FollowedPost.objects.filter(post_id__in=answers), "post_id", answers)
    yield from _followed(FollowedTag.objects.filter(tag_name__in=questions), "tag_name", questions)


def _of_comments(rows: list[dict[str, Any]]) -> Iterator[Concern]:
    below: dict[int, list[Event]] = {}
    present = [
        row for row in rows if not (row["post__deleted_at"] or row["post__parent__deleted_at"])
    ]
    speakers = _speakers(row["post_id"] for row in present if "@" in row["text"])
    for row in present:
        event = Event(
            post=row["post_id"], comment=row["id"], actor=row["user_id"], at=row["created_at"]
        )
        below.setdefault(row["post__parent_id"] or row["post_id"], []).append(event)
        if "@" in row["text"]:
            people = [*speakers.get(row["post_id"], ()), *_about(row)]
            others = [one for one in people if one[0] != row["user_id"]]
            for user in mentioned(row["text"], others):
                yield Concern(event=event, user=user, kind=NoticeKind.MENTIONS)
        if author := row["post__owner_id"]:
            yield Concern(event=event, user=author, kind=NoticeKind.COMMENTS)
    yield from _followed(FollowedPost.objects.filter(post_id__in=below), "post_id", below)


def _speakers(posts: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Who wrote comments below posts, the latest first."""
    rows = (
        Comment.objects.filter(post_id__in=set(posts), user__isnull=False)
        .order_by("-id")
        .values_list("post_id", "user_id", "user__display_name")
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for post, user, name in rows:
        if name is not None and (user, name) not in found.setdefault(post, []):
            found[post].append((user, name))
    return found


def _about(row: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Who wrote the post or changed it, and who asked."""
    for prefix in ("post__owner", "post__last_editor", "post__parent__owner"):
        if (name := row[f"{prefix}__display_name"]) is not None:
            yield row[f"{prefix}_id"], name


def _followed(
    follows: QuerySet[Any], column: str, events: dict[Any, list[Event]]
) -> Iterator[Concern]:
    """Who follows what the events belong to, and did so when they happened."""
    if not events:
        return
    rows = follows.values_list(column, "user_id", "followed_at")
    for key, user, since in rows.iterator(NOTICES):
        for event in events[key]:
            if since <= event.at:
                yield Concern(event=event, user=user, kind=NoticeKind.FOLLOWED)


def _store(concerns: Iterator[Concern]) -> int:
    """Write notices, in batches; how many are new. Nobody hears of their own deeds."""
    before = Notice.objects.aggregate(last=Max("id"))["last"] or 0
    while batch := list(islice(concerns, NOTICES)):
        chosen: dict[tuple[int, int, int | None], Concern] = {}
        for concern in batch:
            event = concern.event
            if concern.user != event.actor:
                chosen.setdefault((concern.user, event.post, event.comment), concern)
        wishes = frequencies_of({concern.user for concern in chosen.values()})
        Notice.objects.bulk_create(
            [
                Notice(
                    user_id=concern.user,
                    kind=concern.kind,
                    post_id=concern.event.post,
                    comment_id=concern.event.comment,
                    actor_id=concern.event.actor,
                    happened_at=concern.event.at,
                    frequency=wishes[concern.user][concern.kind],
                )
                for concern in chosen.values()
                if concern.user in wishes
            ],
            ignore_conflicts=True,
        )
    return Notice.objects.filter(id__gt=before).count()
