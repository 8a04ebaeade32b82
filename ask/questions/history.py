"""What happens to a post, written down as the dump has it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from ask.accounts.models import User
from ask.questions.licences import PRESENT
from ask.questions.models import Post, PostHistory, PostHistoryType


def write_texts(
    post: Post,
    texts: Mapping[PostHistoryType, str],
    *,
    by: User,
    now: datetime,
    comment: str | None = None,
) -> str:
    """One revision: the new titles, bodies and tags; returns its GUID."""
    return _write_revision(
        post, texts, user=by, created_at=now, content_license=PRESENT, comment=comment
    )


def write_first_texts(post: Post, texts: Mapping[PostHistoryType, str]) -> None:
    """The revision that a post came with, where its dump had no history."""
    _write_revision(
        post,
        texts,
        user_id=post.owner_id,
        user_display_name=post.owner_display_name,
        created_at=post.created_at,
        content_license=post.content_license,
    )


def _write_revision(post: Post, texts: Mapping[PostHistoryType, str], **columns: Any) -> str:
    guid = str(uuid4())
    PostHistory.objects.bulk_create(
        PostHistory(post=post, history_type=kind, revision_guid=guid, text=text, **columns)
        for kind, text in texts.items()
    )
    return guid


def write_event(
    *posts: Post,
    kind: PostHistoryType,
    by: User,
    now: datetime,
    comment: str | None = None,
    voters: Sequence[User] = (),
    **more: Any,
) -> None:
    """What somebody did to posts at once: JSON says who, and `more`.

    Without the names that a dump has there: they go when the accounts do. `voters` are all who
    wanted it, where they are several; `by` is then the last of them.
    """
    guid = str(uuid4())
    text = json.dumps({**more, "Voters": [{"Id": each.id} for each in voters or [by]]})
    PostHistory.objects.bulk_create(
        PostHistory(
            post=post,
            history_type=kind,
            revision_guid=guid,
            created_at=now,
            user=by,
            comment=comment,
            text=text,
        )
        for post in posts
    )


class Voter(NamedTuple):
    """Somebody who wanted an event."""

    id: int
    name: str
    """As a dump calls them."""


def voters_in(text: str | None) -> list[Voter]:
    """Who wanted what `write_event`, or a dump, wrote down; nobody where it says anything else."""
    try:
        found = json.loads(text or "{}").get("Voters", ())
        return [Voter(int(each["Id"]), str(each.get("DisplayName", ""))) for each in found]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return []


def tags_text(names: list[str]) -> str:
    """Tags as they stand in a history: `<a><b>`."""
    return "".join(f"<{name}>" for name in names)
