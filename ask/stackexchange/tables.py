"""The dump's tables, column by column: which attribute is which field, and how its text reads.

Import and export both walk these declarations. What is said of the files stands in Stack
Exchange's own schema description; columns come and go with the years, so most may be absent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS, Content
from ask.questions.models import Comment, Post, PostHistory, PostLink, Tag, Vote
from ask.ratings.models import Badge


@dataclass(frozen=True)
class Column:
    """One attribute of a row and the column that holds it."""

    attribute: str
    column: str
    read: Callable[[str], Any] = str
    """Raises ValueError, with a reason, for a text that it cannot read."""
    is_required: bool = False
    default: Any = None
    """What is stored where the attribute is missing."""


@dataclass(frozen=True)
class Table:
    """One of the dump's eight files."""

    name: str
    model: type[Content]
    columns: tuple[Column, ...]
    ignored: frozenset[str] = frozenset()
    """Attributes that are known and not kept."""


def number(text: str) -> int:
    """A whole number of at most 32 bits, as all of the dump's are."""
    value = int(text)
    if not -(2**31) <= value < 2**31:
        raise ValueError("a number beyond 32 bits")
    return value


def small_number(text: str) -> int:
    """A code of an enumeration."""
    value = int(text)
    if not -(2**15) <= value < 2**15:
        raise ValueError("a code beyond 16 bits")
    return value


def row_id(text: str) -> int:
    """An id below those that are given here."""
    value = int(text)
    if not -(2**31) <= value < LOCAL_IDS:
        raise ValueError(f"an id beyond {LOCAL_IDS - 1}")
    return value


def moment(text: str) -> datetime:
    """A date of the dump, `2014-01-21T20:26:05.383`: no zone is written, UTC is meant."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def truth(text: str) -> bool:
    """`True` or `False`, as .NET writes them."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("neither True nor False")
    return text.lower() == "true"


_SEPARATORS = re.compile(r"[<>|\s]+")


def tag_names(text: str) -> str:
    """The names in `<a><b>` or `|a|b|`, with a space between and each once."""
    return " ".join(dict.fromkeys(name for name in _SEPARATORS.split(text) if name))


def _id(*, default: Any = None) -> Column:
    return Column("Id", "id", row_id, is_required=True, default=default)


def _created() -> Column:
    return Column("CreationDate", "created_at", moment, is_required=True)


_LICENSE = Column("ContentLicense", "content_license")

USERS = Table(
    "Users",
    User,
    (
        _id(),
        Column("DisplayName", "display_name", default=""),
        _created(),
        Column("LastAccessDate", "last_seen_at", moment),
        Column("Reputation", "reputation", number, default=1),
        Column("Views", "view_count", number, default=0),
        Column("UpVotes", "up_vote_count", number, default=0),
        Column("DownVotes", "down_vote_count", number, default=0),
        Column("WebsiteUrl", "website_url"),
        Column("Location", "location"),
        Column("AboutMe", "about"),
        Column("ProfileImageUrl", "profile_image_url"),
        Column("AccountId", "account_id", number),
        Column("Age", "age", small_number),
    ),
    ignored=frozenset({"EmailHash"}),
)
TAGS = Table(
    "Tags",
    Tag,
    (
        _id(),
        Column("TagName", "name", is_required=True),
        Column("Count", "question_count", number, default=0),
        Column("ExcerptPostId", "excerpt_post_id", row_id),
        Column("WikiPostId", "wiki_post_id", row_id),
        Column("IsModeratorOnly", "is_moderator_only", truth, default=False),
        Column("IsRequired", "is_required", truth, default=False),
    ),
)
POSTS = Table(
    "Posts",
    Post,
    (
        _id(),
        Column("PostTypeId", "post_type", small_number, is_required=True),
        Column("ParentId", "parent_id", row_id),
        Column("AcceptedAnswerId", "accepted_answer_id", row_id),
        _created(),
        Column("LastActivityDate", "last_activity_at", moment),
        Column("LastEditDate", "last_edited_at", moment),
        Column("ClosedDate", "closed_at", moment),
        Column("CommunityOwnedDate", "community_owned_at", moment),
        Column("DeletionDate", "deleted_at", moment),
        Column("OwnerUserId", "owner_id", row_id),
        Column("OwnerDisplayName", "owner_display_name"),
        Column("LastEditorUserId", "last_editor_id", row_id),
        Column("LastEditorDisplayName", "last_editor_display_name"),
        Column("Score", "score", number, default=0),
        Column("ViewCount", "view_count", number),
        Column("AnswerCount", "answer_count", number),
        Column("CommentCount", "comment_count", number, default=0),
        Column("FavoriteCount", "favorite_count", number),
        _LICENSE,
        Column("Title", "title"),
        Column("Tags", "tags", tag_names),
        Column("Body", "body", default=""),
    ),
)
COMMENTS = Table(
    "Comments",
    Comment,
    (
        _id(),
        Column("PostId", "post_id", row_id, is_required=True),
        Column("UserId", "user_id", row_id),
        Column("UserDisplayName", "user_display_name"),
        Column("Score", "score", number, default=0),
        _created(),
        _LICENSE,
        Column("Text", "text", default=""),
    ),
)
VOTES = Table(
    "Votes",
    Vote,
    (
        _id(),
        Column("PostId", "post_id", row_id, is_required=True),
        Column("VoteTypeId", "vote_type", small_number, is_required=True),
        Column("UserId", "user_id", row_id),
        _created(),
        Column("BountyAmount", "bounty_amount", number),
    ),
)
BADGES = Table(
    "Badges",
    Badge,
    (
        _id(),
        Column("UserId", "user_id", row_id, is_required=True),
        Column("Name", "name", is_required=True),
        Column("Class", "badge_class", small_number, default=3),
        Column("TagBased", "is_tag_based", truth, default=False),
        Column("Date", "awarded_at", moment, is_required=True),
    ),
)
POST_HISTORY = Table(
    "PostHistory",
    PostHistory,
    (
        _id(),
        Column("PostId", "post_id", row_id, is_required=True),
        Column("PostHistoryTypeId", "history_type", small_number, is_required=True),
        Column("RevisionGUID", "revision_guid", default=""),
        _created(),
        Column("UserId", "user_id", row_id),
        Column("UserDisplayName", "user_display_name"),
        _LICENSE,
        Column("Comment", "comment"),
        Column("Text", "text"),
    ),
)
POST_LINKS = Table(
    "PostLinks",
    PostLink,
    (
        _id(),
        Column("PostId", "post_id", row_id, is_required=True),
        Column("RelatedPostId", "related_post_id", row_id, is_required=True),
        Column("LinkTypeId", "link_type", small_number, is_required=True),
        _created(),
    ),
)

ALL = {
    table.name: table
    for table in (USERS, TAGS, POSTS, COMMENTS, VOTES, BADGES, POST_HISTORY, POST_LINKS)
}
REQUIRED = ("Posts", "Users")
