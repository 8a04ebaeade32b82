"""How a text came to be: the rows of its history, put together to revisions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ask.accounts.models import User
from ask.questions.history import Voter, voters_in
from ask.questions.models import PostHistory, PostHistoryType

TITLES = {
    PostHistoryType.INITIAL_TITLE,
    PostHistoryType.EDIT_TITLE,
    PostHistoryType.ROLLBACK_TITLE,
}
BODIES = {
    PostHistoryType.INITIAL_BODY,
    PostHistoryType.EDIT_BODY,
    PostHistoryType.ROLLBACK_BODY,
}
TAGS = {
    PostHistoryType.INITIAL_TAGS,
    PostHistoryType.EDIT_TAGS,
    PostHistoryType.ROLLBACK_TAGS,
}
ROLLBACKS = {
    PostHistoryType.ROLLBACK_TITLE,
    PostHistoryType.ROLLBACK_BODY,
    PostHistoryType.ROLLBACK_TAGS,
}


VOTED_ON = {PostHistoryType.CLOSED, PostHistoryType.REOPENED}


@dataclass(slots=True)
class Text:
    """A post's title, tags and markdown at some time; None is what nothing is known of."""

    title: str | None = None
    tags: str | None = None
    body: str | None = None


@dataclass(slots=True)
class Revision:
    """What somebody did to a post at once. What did not change the text has no number."""

    guid: str
    at: datetime
    user: User | None
    user_display_name: str | None
    number: int | None = None
    is_rollback: bool = False
    kinds: list[int] = field(default_factory=list)
    comment: str = ""
    voters: list[Voter] = field(default_factory=list)
    """Who closed or opened it."""
    before: Text = field(default_factory=Text)
    after: Text = field(default_factory=Text)


def revisions(rows: Iterable[PostHistory]) -> list[Revision]:
    """The revisions of one post, oldest first. `rows` are its history, `oldest` first, with their
    users."""
    found: dict[str, Revision] = {}
    text = Text()
    number = 0
    for row in rows:
        revision = found.get(row.revision_guid)
        if revision is None:
            revision = found[row.revision_guid] = Revision(
                guid=row.revision_guid,
                at=row.created_at,
                user=row.user,
                user_display_name=row.user_display_name,
                before=text,
                after=replace(text),
            )
            text = revision.after
        kind = row.history_type
        revision.kinds.append(kind)
        revision.comment = revision.comment or row.comment or ""
        revision.is_rollback = revision.is_rollback or kind in ROLLBACKS
        if kind in TITLES:
            text.title = row.text
        elif kind in TAGS:
            # `<a><b>` in older dumps, `|a|b|` in newer ones.
            text.tags = " ".join(name for name in re.split(r"[<>|\s]+", row.text or "") if name)
        elif kind in BODIES:
            text.body = row.text
        else:
            if kind in VOTED_ON:
                revision.voters = voters_in(row.text)
            continue
        if revision.number is None:
            number += 1
            revision.number = number
    return list(found.values())
