"""The tables of the Stack Exchange dump, less its users and badges.

Columns are the dump's, in this project's spelling. No foreign key is held by the database: real
dumps refer to rows that they do not contain (2–10 % of votes), and a bulk load need not check.
A text that the dump leaves out is NULL, an empty one is empty.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import connections, models
from django.db.models import Case, Exists, Func, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.query import RawQuerySet
from django.utils import timezone
from django.utils.text import slugify

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS, Content


def reference(
    to: type[models.Model] | str, *, related_name: str = "+", db_index: bool = False, **options: Any
) -> Any:
    """A foreign key that only says where an id points to; the index is chosen by hand."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name=related_name,
        db_index=db_index,
        **options,
    )


class PostType(models.IntegerChoices):
    QUESTION = 1
    ANSWER = 2
    ORPHANED_TAG_WIKI = 3
    TAG_WIKI_EXCERPT = 4
    TAG_WIKI = 5
    MODERATOR_NOMINATION = 6
    WIKI_PLACEHOLDER = 7
    PRIVILEGE_WIKI = 8
    ARTICLE = 9
    HELP_ARTICLE = 10
    COLLECTION = 12
    MODERATOR_QUESTIONNAIRE = 13
    ANNOUNCEMENT = 14
    COLLECTIVE_DISCUSSION = 15
    COLLECTIVE_COLLECTION = 17


IS_QUESTION = Q(post_type=PostType.QUESTION, deleted_at__isnull=True)
IS_ANSWER = Q(post_type=PostType.ANSWER, deleted_at__isnull=True)
UNANSWERED = IS_QUESTION & Q(is_answered=False)
WITHOUT_ANSWERS = IS_QUESTION & Q(answer_count=0)
KIND = ("post_type", "deleted_at")
"""The columns of `IS_QUESTION`. They stand in its indexes as well: SQLite checks the condition of
a partial index again, and would read each row for it."""

CLOSURE = """
    (SELECT closing.comment FROM questions_posthistory AS closing
    WHERE closing.post_id = questions_post.id AND closing.history_type = 10
    ORDER BY closing.created_at DESC, closing.id DESC LIMIT 1)"""

LINKED = 60

NEIGHBOURS = f"""
    SELECT other.id, other.post_type, other.title, other.score, other.is_answered,
        link.link_type, link.is_mentioned
    FROM (
        SELECT * FROM (
            SELECT id, related_post_id AS other_id, link_type, true AS is_mentioned
            FROM questions_postlink WHERE post_id = %s ORDER BY id DESC LIMIT {LINKED}
        ) AS mentioned
        UNION ALL
        SELECT * FROM (
            SELECT id, post_id AS other_id, link_type, false AS is_mentioned
            FROM questions_postlink WHERE related_post_id = %s ORDER BY id DESC LIMIT {LINKED}
        ) AS mentioning
    ) AS link
    JOIN questions_post AS other ON other.id = link.other_id
    WHERE other.post_type = 1 AND other.deleted_at IS NULL
    ORDER BY link.id DESC"""  # noqa: S608 - constants only
"""Two short walks along an index each. As one condition with OR, PostgreSQL reads all posts."""

RARE = 2_000
"""Up to how many questions a tag is rare."""

BOUNTY_PERIOD = timedelta(days=7)

RENDERING_DUE = Q(is_rendering_due=True)
HOTNESS_STALE = Q(is_hotness_stale=True)


PERSON = (
    "display_name",
    "is_moderator",
    "reputation",
    "gold_count",
    "silver_count",
    "bronze_count",
)
"""What is shown of a person beside what they wrote."""

SHOWN = (
    "post_type",
    "parent_id",
    "accepted_answer_id",
    "created_at",
    "last_activity_at",
    "last_edited_at",
    "closed_at",
    "deleted_at",
    "community_owned_at",
    "owner_display_name",
    "last_editor_display_name",
    "score",
    "view_count",
    "answer_count",
    "content_license",
    "is_answered",
    "title",
    "tags",
    "body",
    "rendered_body",
    *(f"owner__{name}" for name in PERSON),
    *(f"last_editor__{name}" for name in PERSON),
)
NAMES = ("user_display_name", "user__display_name", "user__is_moderator")


LISTED = (
    "post_type",
    "parent_id",
    "accepted_answer_id",
    "created_at",
    "last_activity_at",
    "closed_at",
    "owner_display_name",
    "score",
    "view_count",
    "answer_count",
    "is_answered",
    "title",
    "tags",
    "owner__display_name",
    "owner__is_moderator",
    "owner__reputation",
)


TITLED = ("post_type", "title", "score", "is_answered", "deleted_at")
PARENT = ("parent__post_type", "parent__title", "parent__accepted_answer_id")


class TitleMatches(Func):
    """Whether the words of a text (first argument) match PostgreSQL's query (second)."""

    template = "to_tsvector('simple', %(expressions)s)"
    arg_joiner = ") @@ to_tsquery('simple', "
    output_field = models.BooleanField()


class PostQuerySet(models.QuerySet["Post"]):
    def listed(self) -> Self:
        """Without the long texts, and with the people that a list shows."""
        return self.select_related("owner").only(*LISTED)

    def shown(self) -> Self:
        """With everything a post's page shows of it."""
        return self.select_related("owner", "last_editor").only(*SHOWN)

    def with_titles(self) -> Self:
        """For lists that mix questions and answers: an answer is known by its question's title."""
        return self.select_related("parent").only(
            *TITLED, "created_at", "parent_id", "accepted_answer_id", *PARENT
        )


class QuestionQuerySet(PostQuerySet):
    def newest(self) -> Self:
        return self.order_by("-created_at", "-id")

    def active(self) -> Self:
        """Latest answered, edited or asked first."""
        return self.order_by("-last_activity_at", "-id")

    def best(self) -> Self:
        """Hottest first: see `ask.ratings.hotness`."""
        return self.order_by("-hotness", "-id")

    def highest(self) -> Self:
        """Highest score first."""
        return self.order_by("-score", "-id")

    def within(self, ids: range) -> Self:
        """With an id in this range."""
        return self.filter(id__gte=ids.start, id__lt=ids.stop)

    def unanswered(self) -> Self:
        """Without an accepted or upvoted answer."""
        return self.filter(is_answered=False)

    def with_closure(self) -> Self:
        """With the code of the reason for which it was closed last."""
        return self.annotate(closure=RawSQL(CLOSURE, []))  # noqa: S611 - a constant

    def linked_with(self, question: "Question") -> "RawQuerySet[Any]":
        """Those that it mentions or is a duplicate of, and those of which it is so; newest first.

        Each has `link_type`, and `is_mentioned` where the link leads from `question` to it. At most
        `LINKED` each way: a question that everybody mentions has thousands.
        """
        return self.raw(NEIGHBOURS, [question.id, question.id])

    def without_answers(self) -> Self:
        return self.filter(answer_count=0)

    def without_accepted(self) -> Self:
        return self.filter(accepted_answer=None)

    def tagged(self, tags: Sequence["Tag"]) -> Self:
        """With every one of these tags."""
        found = self
        for tag in tags:
            bearing = PostTag.objects.filter(tag=tag)
            # A rare tag's few questions are found and sorted; to walk all questions for them would
            # take long. Of a common tag's, a page's worth is soon met on such a walk.
            if tag.question_count <= RARE:
                found = found.filter(id__in=bearing.values("post_id"))
            else:
                found = found.filter(Exists(bearing.filter(post=OuterRef("pk"))))
        return found

    def titled_like(self, text: str) -> Self:
        """With every word of `text` in the title: as the beginning of a word on PostgreSQL, which
        has an index of them, anywhere in it on SQLite. No text finds all, marks alone nothing."""
        words = re.findall(r"\w+", text)
        if not words:
            return self.none() if text.strip() else self
        if connections[self.db].vendor == "postgresql":
            query = " & ".join(f"{word}:*" for word in words)
            return self.filter(TitleMatches("title", Value(query)))
        found = self
        for word in words:
            found = found.filter(title__icontains=word)
        return found


class AnswerQuerySet(PostQuerySet):
    def to(self, question: "Question") -> Self:
        return self.filter(parent_id=question.id)

    def highest(self) -> Self:
        """Highest score first."""
        return self.order_by("-score", "id")

    def active(self) -> Self:
        """Latest edited or written first."""
        return self.order_by("-last_activity_at", "-id")

    def oldest(self) -> Self:
        return self.order_by("created_at", "id")

    def accepted_first(self, question: "Question") -> Self:
        """In the same order, but the answer that the asker accepted stands first."""
        is_other = Case(When(id=question.accepted_answer_id or 0, then=0), default=1)
        return self.order_by(is_other, *self.query.order_by)

    def above(self, answer: "Post", *, question: "Question") -> Self:
        """Those that stand before `answer` when they are `highest().accepted_first(question)`."""
        return self.exclude(id=answer.id).filter(
            Q(id=question.accepted_answer_id or 0)
            | Q(score__gt=answer.score)
            | Q(score=answer.score, id__lt=answer.id)
        )


class Post(Content):
    """A question, an answer, a tag wiki or another text of the dump's Posts."""

    id = models.BigAutoField(primary_key=True)
    post_type = models.SmallIntegerField(choices=PostType)
    parent = reference("self", null=True)
    accepted_answer = reference("self", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)
    last_edited_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    community_owned_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    owner = reference(User, null=True)
    owner_display_name = models.TextField(null=True)
    last_editor = reference(User, null=True)
    last_editor_display_name = models.TextField(null=True)
    score = models.IntegerField(default=0)
    view_count = models.IntegerField(null=True)
    answer_count = models.IntegerField(null=True)
    comment_count = models.IntegerField(default=0)
    favorite_count = models.IntegerField(null=True)
    content_license = models.CharField(max_length=20, null=True)
    is_answered = models.BooleanField(default=False)
    """Of a question: an answer is accepted or has a score above 0."""
    hotness = models.FloatField(default=0)
    is_hotness_stale = models.BooleanField(default=False)
    """Set by whoever changes the score or the answers; `calc_best` computes it anew."""
    is_rendering_due = models.BooleanField(default=False)
    """Set where the body holds code, mathematics or links to the source; see `render_posts`."""
    title = models.TextField(null=True)
    tags = models.TextField(null=True)
    """Names of a question's tags with a space between, in the asker's order."""
    body = models.TextField()
    """Cleaned HTML."""
    rendered_body = models.TextField(null=True)
    """`body` with highlighted code, MathML and local links, where it differs."""

    closure: str | None
    """What `with_closure()` adds to a question: a key of `closing.REASONS`."""
    link_type: int
    is_mentioned: bool
    """What `linked_with()` adds to a question."""

    objects: ClassVar[models.Manager["Post"]] = PostQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["-created_at", "-id", *KIND], name="question_newest", condition=IS_QUESTION
            ),
            models.Index(
                fields=["-last_activity_at", "-id", *KIND],
                name="question_active",
                condition=IS_QUESTION,
            ),
            models.Index(
                fields=["-score", "-id", *KIND], name="question_highest", condition=IS_QUESTION
            ),
            models.Index(
                fields=["-hotness", "-id", *KIND], name="question_best", condition=IS_QUESTION
            ),
            models.Index(
                fields=["-score", "-id", *KIND, "is_answered"],
                name="question_unanswered",
                condition=UNANSWERED,
            ),
            models.Index(
                fields=["-created_at", "-id", *KIND, "answer_count"],
                name="question_no_answers",
                condition=WITHOUT_ANSWERS,
            ),
            models.Index(
                fields=["parent"], name="answer_parent", condition=Q(parent__isnull=False)
            ),
            models.Index(fields=["owner", "post_type", "-score", "-id"], name="post_owner"),
            models.Index(fields=["id"], name="post_hotness_stale", condition=HOTNESS_STALE),
            models.Index(
                fields=["-view_count", "id"], name="post_rendering_due", condition=RENDERING_DUE
            ),
        )

    def __str__(self) -> str:
        return self.title or f"{self.get_post_type_display()} {self.id}"

    @property
    def html(self) -> str:
        """What a page shows: the rendered body once a job has made it, the plain one until then."""
        return self.rendered_body or self.body

    @property
    def heading(self) -> str:
        """Its title, or of an answer its question's, read by `with_titles()`."""
        return self.title or (self.parent and self.parent.title) or ""

    @property
    def tag_names(self) -> list[str]:
        return (self.tags or "").split()

    @property
    def slug(self) -> str:
        return slug_of(self.title)

    def get_absolute_url(self) -> str:
        return path_of(self.id, post_type=self.post_type, title=self.title)


def slug_of(title: str | None) -> str:
    """What a title is called in the address of its question."""
    return slugify(title or "", allow_unicode=True)[:80].strip("-") or "-"


def path_of(id: int, *, post_type: int, title: str | None) -> str:
    """Where a post stands, for who reads many of them without making them objects."""
    if post_type == PostType.QUESTION:
        return f"/questions/{id}/{slug_of(title)}"
    return f"/a/{id}" if post_type == PostType.ANSWER else f"/posts/{id}"


class QuestionManager(models.Manager["Question"].from_queryset(QuestionQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> QuestionQuerySet:
        found: QuestionQuerySet = super().get_queryset().filter(IS_QUESTION)
        return found


class Question(Post):
    """A post that asks."""

    objects: ClassVar[QuestionManager] = QuestionManager()

    class Meta:
        proxy = True


class AnswerManager(models.Manager["Answer"].from_queryset(AnswerQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> AnswerQuerySet:
        found: AnswerQuerySet = super().get_queryset().filter(IS_ANSWER)
        return found


class Answer(Post):
    """A post that answers its parent."""

    objects: ClassVar[AnswerManager] = AnswerManager()

    class Meta:
        proxy = True


class CommentQuerySet(models.QuerySet["Comment"]):
    def below(self, posts: Iterable[int]) -> Self:
        """Of the posts with these ids, oldest first, with their writers' names."""
        return (
            self.filter(post_id__in=posts)
            .select_related("user")
            .only("post_id", "score", "created_at", "edit_count", "html", *NAMES)
            .order_by("id")
        )

    def with_titles(self) -> Self:
        """For lists of what somebody wrote."""
        return self.select_related("post").only(
            "created_at", "html", "post__post_type", "post__title"
        )


class Comment(Content):
    """A remark below a post. `text` is the markdown that was written, `html` what is shown."""

    id = models.BigAutoField(primary_key=True)
    post = reference(Post)
    user = reference(User, null=True)
    user_display_name = models.TextField(null=True)
    score = models.IntegerField(default=0)
    base_score = models.IntegerField(default=0)
    """What the dump says; the votes of here are added to it."""
    created_at = models.DateTimeField(default=timezone.now)
    edit_count = models.IntegerField(default=0)
    """How often it was changed here: no dump says it."""
    content_license = models.CharField(max_length=20, null=True)
    text = models.TextField()
    html = models.TextField()

    objects: ClassVar[Any] = CommentQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["post", "id"], name="comment_post"),
            models.Index(fields=["user", "-id"], name="comment_user"),
        )


class CommentVote(Content):
    """That somebody finds a comment useful. No dump says whose votes its comments have."""

    id = models.BigAutoField(primary_key=True)
    comment = reference(Comment)
    user = reference(User)
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "comment"], name="comment_vote_once"),
        )
        indexes = (models.Index(fields=["comment"], name="comment_vote_comment"),)


class VoteType(models.IntegerChoices):
    """Those that are counted somewhere; a dump may hold any other number."""

    ACCEPTED = 1
    UP = 2
    DOWN = 3
    OFFENSIVE = 4
    FAVORITE = 5
    CLOSE = 6
    REOPEN = 7
    BOUNTY_START = 8
    BOUNTY_CLOSE = 9
    DELETION = 10
    UNDELETION = 11
    SPAM = 12
    MODERATOR_REVIEW = 15
    APPROVE_EDIT = 16


CAST_HERE = Q(id__gte=LOCAL_IDS, vote_type__in=[VoteType.UP, VoteType.DOWN])
ACCEPTED_HERE = Q(id__gte=LOCAL_IDS, vote_type=VoteType.ACCEPTED)


class VoteQuerySet(models.QuerySet["Vote"]):
    def bounties(self, posts: Iterable[int], *, now: datetime) -> dict[int, int]:
        """Of the posts with these ids, the points that are still offered or were won, by post."""
        found = self.filter(
            post_id__in=posts, vote_type__in=(VoteType.BOUNTY_START, VoteType.BOUNTY_CLOSE)
        ).values_list("post_id", "vote_type", "bounty_amount", "created_at")
        points: dict[int, int] = {}
        for post, kind, amount, created_at in found:
            if kind == VoteType.BOUNTY_CLOSE or created_at > now - BOUNTY_PERIOD:
                points[post] = points.get(post, 0) + (amount or 0)
        return points


class Vote(Content):
    """One vote. Of a dump's, only favourites and bounties say whose; those of here all do."""

    id = models.BigAutoField(primary_key=True)
    post = reference(Post)
    vote_type = models.SmallIntegerField(choices=VoteType)
    user = reference(User, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    """Of an imported vote, midnight of its day: the dump says no more."""
    bounty_amount = models.IntegerField(null=True)

    objects: ClassVar[Any] = VoteQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["post", "vote_type"], name="vote_post"),)
        constraints = (
            # Of votes that were cast here: an odd dump may say anything of its own.
            models.UniqueConstraint(
                fields=["user", "post"], condition=CAST_HERE, name="vote_one_a_person"
            ),
            models.UniqueConstraint(
                fields=["post"], condition=ACCEPTED_HERE, name="vote_accepted_once"
            ),
        )


class TagQuerySet(models.QuerySet["Tag"]):
    def best(self) -> Self:
        """Most used first."""
        return self.order_by("-question_count", "name")

    def named_like(self, text: str) -> Self:
        return self.filter(name__icontains=text)


class Tag(Content):
    """A subject of questions."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=255, unique=True)
    question_count = models.IntegerField(default=0)
    excerpt_post = reference(Post, null=True)
    wiki_post = reference(Post, null=True)
    is_moderator_only = models.BooleanField(default=False)
    is_required = models.BooleanField(default=False)

    objects: ClassVar[Any] = TagQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["-question_count", "name"], name="tag_best"),)

    def __str__(self) -> str:
        return self.name


class PostTag(Content):
    """That a question bears a tag. The dump says it in `Posts.Tags`."""

    LOCAL_ROWS = f"post_id >= {LOCAL_IDS}"

    pk = models.CompositePrimaryKey("tag_id", "post_id")
    tag = reference(Tag)
    post = reference(Post)


class PostHistoryType(models.IntegerChoices):
    """What happened to a post; a dump may hold any other number."""

    INITIAL_TITLE = 1
    INITIAL_BODY = 2
    INITIAL_TAGS = 3
    EDIT_TITLE = 4
    EDIT_BODY = 5
    EDIT_TAGS = 6
    ROLLBACK_TITLE = 7
    ROLLBACK_BODY = 8
    ROLLBACK_TAGS = 9
    CLOSED = 10
    REOPENED = 11
    DELETED = 12
    UNDELETED = 13
    LOCKED = 14
    UNLOCKED = 15
    COMMUNITY_OWNED = 16
    MIGRATED = 17
    MERGED = 18
    PROTECTED = 19
    UNPROTECTED = 20
    DISASSOCIATED = 21
    UNMERGED = 22
    SUGGESTED_EDIT_APPLIED = 24
    TWEETED = 25
    COMMENTS_MOVED_TO_CHAT = 31
    NOTICE_ADDED = 33
    NOTICE_REMOVED = 34
    MIGRATED_AWAY = 35
    MIGRATED_HERE = 36
    MERGE_SOURCE = 37
    MERGE_DESTINATION = 38
    BUMPED = 50
    BECAME_HOT = 52
    REMOVED_FROM_HOT = 53
    ASK_WIZARD = 66


class PostHistoryQuerySet(models.QuerySet["PostHistory"]):
    """In the order in which it happened, which is not that of ids: those of here are above those
    of everything that a newer dump brings."""

    def oldest(self) -> Self:
        return self.order_by("created_at", "id")

    def newest(self) -> Self:
        return self.order_by("-created_at", "-id")


class PostHistory(Content):
    """One thing that happened to a post. Rows of one revision share `revision_guid`."""

    id = models.BigAutoField(primary_key=True)
    post = reference(Post)
    history_type = models.SmallIntegerField(choices=PostHistoryType)
    revision_guid = models.CharField(max_length=36)
    created_at = models.DateTimeField(default=timezone.now)
    user = reference(User, null=True)
    user_display_name = models.TextField(null=True)
    content_license = models.CharField(max_length=20, null=True)
    comment = models.TextField(null=True)
    text = models.TextField(null=True)
    """Markdown, title or tags, by `history_type`."""

    objects: ClassVar[models.Manager["PostHistory"]] = PostHistoryQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["post", "id"], name="post_history_post"),)


class LinkType(models.IntegerChoices):
    LINKED = 1
    DUPLICATE = 3


class PostLink(Content):
    """That a post mentions another, or is its duplicate."""

    id = models.BigAutoField(primary_key=True)
    post = reference(Post)
    related_post = reference(Post)
    link_type = models.SmallIntegerField(choices=LinkType)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=["post", "-id"], name="post_link_post"),
            models.Index(fields=["related_post", "-id"], name="post_link_related"),
        )


class Draft(models.Model):
    """What somebody is writing; once it is published, what became of it.

    `token` is made with the form and comes back with it, so that a form that is sent twice writes
    once. It refers to rows of content, and an import keeps those.
    """

    class Kind(models.TextChoices):
        QUESTION = "question"
        ANSWER = "answer"
        COMMENT = "comment"
        EDIT = "edit"

    token = models.UUIDField(primary_key=True)
    user = reference(User)
    kind = models.CharField(max_length=8, choices=Kind)
    post = reference(Post, null=True)
    """What is answered, commented on or edited."""
    title = models.TextField(default="")
    tags = models.TextField(default="")
    body = models.TextField(default="")
    saved_at = models.DateTimeField()
    published_id = models.BigIntegerField(null=True)
    """The id of the post or comment."""

    class Meta:
        indexes = (
            models.Index(fields=["user", "-saved_at"], name="draft_user"),
            models.Index(fields=["saved_at"], name="draft_saved"),
        )


class FollowedPost(models.Model):
    """That somebody wants to hear of what happens to a question."""

    user = reference(User)
    post = reference(Post)
    followed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "post"], name="followed_post_once"),)
        indexes = (models.Index(fields=["post"], name="followed_post_post"),)


class FollowedTag(models.Model):
    """That somebody wants to hear of new questions. By name, which alone outlives an import."""

    user = reference(User)
    tag_name = models.CharField(max_length=255)
    followed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "tag_name"], name="followed_tag_once"),
        )
        indexes = (models.Index(fields=["tag_name"], name="followed_tag_name"),)


class Allowance(models.Model):
    """How often somebody did something within the present period: see `ask.questions.limits`."""

    user = reference(User)
    action = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "action"], name="allowance_action"),)
