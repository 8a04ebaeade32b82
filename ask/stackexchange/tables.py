"""The dump's tables, column by column: which attribute is which field, and how its text reads.

Import and export both walk these declarations. What is said of the files stands in Stack
Exchange's own schema description; columns come and go with the years, so most may be absent.
"""

from dataclasses import dataclass
from typing import Any

from ask.accounts.models import User
from ask.core.content import Content
from ask.questions.models import Comment, Post, PostHistory, PostLink, Tag, Vote
from ask.ratings.models import Badge
from ask.stackexchange.values import (
    CODE,
    MOMENT,
    NUMBER,
    POST_ID,
    ROW_ID,
    TAG_ID,
    TAG_NAMES,
    TEXT,
    TRUTH,
    Kind,
    Text,
)


@dataclass(frozen=True)
class Column:
    """One attribute of a row and the column that holds it."""

    attribute: str
    column: str
    kind: Kind = TEXT
    """What its texts mean."""
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


NAME = Text(longest=255)
"""What columns of names hold."""
TAG_NAME = Text(longest=255, may_be_empty=False)
"""Without a name it would have no address."""
SHORT = Text(longest=10_000)
"""What stands in lists of people; Stack Exchange allows some 100 to 200 characters."""
TITLE = Text(longest=10_000)
"""PostgreSQL's index of titles takes no more than a million bytes; Stack Exchange allows 250."""


def _id() -> Column:
    return Column("Id", "id", ROW_ID, is_required=True)


def _created() -> Column:
    return Column("CreationDate", "created_at", MOMENT, is_required=True)


_LICENSE = Column("ContentLicense", "content_license", Text(longest=20))

USERS = Table(
    "Users",
    User,
    (
        _id(),
        Column("DisplayName", "display_name", NAME, default=""),
        _created(),
        Column("LastAccessDate", "last_seen_at", MOMENT),
        Column("Reputation", "reputation", NUMBER, default=1),
        Column("Views", "view_count", NUMBER, default=0),
        Column("UpVotes", "up_vote_count", NUMBER, default=0),
        Column("DownVotes", "down_vote_count", NUMBER, default=0),
        Column("WebsiteUrl", "website_url", SHORT),
        Column("Location", "location", SHORT),
        Column("AboutMe", "about"),
        Column("ProfileImageUrl", "profile_image_url", SHORT),
        Column("AccountId", "account_id", NUMBER),
        Column("Age", "age", CODE),
    ),
    ignored=frozenset({"EmailHash"}),
)
TAGS = Table(
    "Tags",
    Tag,
    (
        Column("Id", "id", TAG_ID, is_required=True),
        Column("TagName", "name", TAG_NAME, is_required=True),
        Column("Count", "question_count", NUMBER, default=0),
        Column("ExcerptPostId", "excerpt_post_id", ROW_ID),
        Column("WikiPostId", "wiki_post_id", ROW_ID),
        Column("IsModeratorOnly", "is_moderator_only", TRUTH, default=False),
        Column("IsRequired", "is_required", TRUTH, default=False),
    ),
)
POSTS = Table(
    "Posts",
    Post,
    (
        Column("Id", "id", POST_ID, is_required=True),
        Column("PostTypeId", "post_type", CODE, is_required=True),
        Column("ParentId", "parent_id", ROW_ID),
        Column("AcceptedAnswerId", "accepted_answer_id", ROW_ID),
        _created(),
        Column("LastActivityDate", "last_activity_at", MOMENT),
        Column("LastEditDate", "last_edited_at", MOMENT),
        Column("ClosedDate", "closed_at", MOMENT),
        Column("CommunityOwnedDate", "community_owned_at", MOMENT),
        Column("DeletionDate", "deleted_at", MOMENT),
        Column("OwnerUserId", "owner_id", ROW_ID),
        Column("OwnerDisplayName", "owner_display_name", SHORT),
        Column("LastEditorUserId", "last_editor_id", ROW_ID),
        Column("LastEditorDisplayName", "last_editor_display_name", SHORT),
        Column("Score", "score", NUMBER, default=0),
        Column("ViewCount", "view_count", NUMBER),
        Column("AnswerCount", "answer_count", NUMBER),
        Column("CommentCount", "comment_count", NUMBER, default=0),
        Column("FavoriteCount", "favorite_count", NUMBER),
        _LICENSE,
        Column("Title", "title", TITLE),
        Column("Tags", "tags", TAG_NAMES),
        Column("Body", "body", default=""),
    ),
)
COMMENTS = Table(
    "Comments",
    Comment,
    (
        _id(),
        Column("PostId", "post_id", ROW_ID, is_required=True),
        Column("UserId", "user_id", ROW_ID),
        Column("UserDisplayName", "user_display_name", SHORT),
        Column("Score", "score", NUMBER, default=0),
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
        Column("PostId", "post_id", ROW_ID, is_required=True),
        Column("VoteTypeId", "vote_type", CODE, is_required=True),
        Column("UserId", "user_id", ROW_ID),
        _created(),
        Column("BountyAmount", "bounty_amount", NUMBER),
    ),
)
BADGES = Table(
    "Badges",
    Badge,
    (
        _id(),
        Column("UserId", "user_id", ROW_ID, is_required=True),
        Column("Name", "name", NAME, is_required=True),
        Column("Class", "badge_class", CODE, default=3),
        Column("TagBased", "is_tag_based", TRUTH, default=False),
        Column("Date", "awarded_at", MOMENT, is_required=True),
    ),
)
POST_HISTORY = Table(
    "PostHistory",
    PostHistory,
    (
        _id(),
        Column("PostId", "post_id", ROW_ID, is_required=True),
        Column("PostHistoryTypeId", "history_type", CODE, is_required=True),
        Column("RevisionGUID", "revision_guid", Text(longest=36), default=""),
        _created(),
        Column("UserId", "user_id", ROW_ID),
        Column("UserDisplayName", "user_display_name", SHORT),
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
        Column("PostId", "post_id", ROW_ID, is_required=True),
        Column("RelatedPostId", "related_post_id", ROW_ID, is_required=True),
        Column("LinkTypeId", "link_type", CODE, is_required=True),
        _created(),
    ),
)

ALL = {
    table.name: table
    for table in (USERS, TAGS, POSTS, COMMENTS, VOTES, BADGES, POST_HISTORY, POST_LINKS)
}
REQUIRED = ("Posts", "Users")
