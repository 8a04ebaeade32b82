"""What people report, and what was done to keep order. Both outlive an import."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User
from ask.questions.models import Post, reference

WAITING = Q(settled_at__isnull=True)


class FlagReason(models.TextChoices):
    SPAM = "spam", _("spam")
    RUDE = "rude", _("rude or abusive")
    LOW_QUALITY = "low_quality", _("of very low quality")
    NOT_AN_ANSWER = "not_an_answer", _("not an answer")
    OTHER = "other", _("something else")


class FlagQuerySet(models.QuerySet["Flag"]):
    def waiting(self) -> Self:
        """Those that nobody has settled, the oldest first."""
        return self.filter(WAITING).order_by("id")


class Flag(models.Model):
    """That somebody thinks a moderator should look at a post, or at a comment below it."""

    post = reference(Post)
    comment_id = models.BigIntegerField(null=True)
    """No reference: a comment may be gone, and its flags say why."""
    user = reference(User)
    reason = models.CharField(max_length=20, choices=FlagReason)
    text = models.TextField(default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = reference(User, null=True)
    is_helpful = models.BooleanField(null=True)

    objects: ClassVar[FlagQuerySet] = FlagQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "post"],
                condition=WAITING & Q(comment_id__isnull=True),
                name="flag_post_once",
            ),
            models.UniqueConstraint(
                fields=["user", "comment_id"],
                condition=WAITING & Q(comment_id__isnull=False),
                name="flag_comment_once",
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="flag_waiting", condition=WAITING),
            models.Index(fields=["post"], name="flag_post"),
        )


class Verdict(models.TextChoices):
    """What a vote wants to become of a question."""

    CLOSE = "close"
    REOPEN = "reopen"


class CloseVote(models.Model):
    """That somebody wants a question to be closed, or to be opened again: until it is so."""

    post = reference(Post)
    user = reference(User)
    verdict = models.CharField(max_length=6, choices=Verdict)
    reason = models.CharField(max_length=3, default="")
    """Of a vote to close, one of `ask.questions.closing.OFFERED`."""
    original = reference(Post, null=True)
    """Of what it is a duplicate."""
    cast_at = models.DateTimeField()

    class Meta:
        # Whatever is decided takes the votes on it away: one a person in each round.
        constraints = (
            models.UniqueConstraint(fields=["post", "user", "verdict"], name="close_vote_once"),
        )

    def is_same(self, other: "CloseVote") -> bool:
        """Whether the same person wants the same."""
        return (self.user_id, self.verdict, self.reason, self.original_id) == (
            other.user_id, other.verdict, other.reason, other.original_id,
        )  # fmt: skip


class AuditAction(models.TextChoices):
    CLOSE = "close", _("closed a question")
    REOPEN = "reopen", _("reopened a question")
    CLOSE_VOTE = "close_vote", _("voted to close a question")
    REOPEN_VOTE = "reopen_vote", _("voted to reopen a question")
    WITHDRAW_VOTE = "withdraw_vote", _("withdrew a vote to close or reopen")
    DELETE = "delete", _("deleted a post")
    UNDELETE = "undelete", _("brought a post back")
    EDIT_COMMENT = "edit_comment", _("edited a comment")
    DELETE_COMMENT = "delete_comment", _("deleted a comment")
    SETTLE_FLAG = "settle_flag", _("settled a flag")
    SUSPEND = "suspend", _("suspended somebody")
    LIFT = "lift", _("ended a suspension")
    REMOVE = "remove", _("removed somebody with all they wrote")
    PAUSE_MAIL = "pause_mail", _("paused mail")
    RESUME_MAIL = "resume_mail", _("resumed mail")
    MARK_DEAD = "mark_dead", _("marked an address as dead")
    MARK_LIVING = "mark_living", _("marked an address as living again")


class AuditEntry(models.Model):
    """What somebody did by a privilege. Rows are only added."""

    user = reference(User)
    """Who did it."""
    action = models.CharField(max_length=20, choices=AuditAction)
    done_at = models.DateTimeField()
    post = reference(Post, null=True)
    person = reference(User, null=True)
    """To whom, or whose it was."""
    detail = models.TextField(default="")

    class Meta:
        verbose_name_plural = _("audit log")
        indexes = (
            models.Index(fields=["-done_at"], name="audit_latest"),
            models.Index(fields=["person", "-done_at"], name="audit_person"),
            models.Index(fields=["post"], name="audit_post"),
        )
