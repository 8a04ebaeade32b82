"""The outbox, what people are told, and what keeps both in order.

None of it is content: an import leaves it as it is. No foreign key is held by the database, since
an import replaces the tables of people and posts.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ask.accounts.models import Frequency, User
from ask.questions.models import Post, reference


class MailKind(models.IntegerChoices):
    """What a mail is about; the most urgent ones first."""

    ACCOUNT = 1, pgettext_lazy("mail", "account")
    INSTANT = 2, pgettext_lazy("mail", "at once")
    DAILY = 3, pgettext_lazy("mail", "daily")
    WEEKLY = 4, pgettext_lazy("mail", "weekly")


class MailState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("mail", "waits")
    SENDING = "sending", pgettext_lazy("mail", "is being sent")
    SENT = "sent", pgettext_lazy("mail", "sent")
    FAILED = "failed", pgettext_lazy("mail", "failed")
    UNKNOWN = "unknown", pgettext_lazy("mail", "unknown")


class MailReason(models.TextChoices):
    """Why a mail is in its state, where the state alone does not tell."""

    REFUSED = "refused", _("the mail server refused it")
    TRIED_OUT = "tried_out", _("it was tried for days")
    KILLED = "killed", _("its sender was ended in the middle")
    NO_ANSWER = "no_answer", _("the mail server took it and did not answer")
    FAULTY = "faulty", _("it could not be written")
    NO_ADDRESS = "no_address", _("no confirmed address")
    BOUNCED = "bounced", _("the address is marked as dead")
    UNWANTED = "unwanted", _("no longer wanted")
    NOTHING = "nothing", _("nothing was left to tell")
    POSTPONED = "postponed", _("waits for another try")
    LIMITED = "limited", _("waits for the limit of its domain")


IS_WAITING = Q(state=MailState.PLANNED, claimed_by__isnull=True)
IS_CLAIMED = Q(claimed_by__isnull=False)


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, now: datetime) -> Self:
        """Those that nobody has claimed and whose time has come, the most urgent first."""
        return self.filter(IS_WAITING, due_at__lte=now).order_by("kind", "due_at", "id")

    def claimed(self) -> Self:
        return self.filter(IS_CLAIMED)


class Mail(models.Model):
    """One mail to one person: planned, then claimed by one sender, then sent.

    What a person is told is written when it is sent, and not before: `content` holds only mails
    about accounts, which are written by whoever plans them, and until they are sent.
    """

    key = models.CharField(max_length=200, unique=True)
    """What it tells: nothing is told twice."""
    kind = models.SmallIntegerField(choices=MailKind)
    user = reference(User, null=True)
    address = models.CharField(max_length=320, blank=True)
    """Empty until it is sent, but of mails about accounts."""
    subject = models.TextField(blank=True)
    content = models.JSONField(null=True)
    state = models.CharField(max_length=8, choices=MailState, default=MailState.PLANNED)
    reason = models.CharField(max_length=10, choices=MailReason, blank=True)
    answer = models.TextField(blank=True)
    """The server's words, or those of what failed."""
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """Not to be tried before."""
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    """Of a digest, when the questions were asked of which it tells the best."""
    claimed_by = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[MailQuerySet] = MailQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [("pause_mail", "Can pause and resume mail, and mark addresses as dead")]
        indexes = [
            models.Index(
                fields=["kind", "due_at", "id"], name="mail_waiting", condition=IS_WAITING
            ),
            models.Index(fields=["claimed_by"], name="mail_claimed", condition=IS_CLAIMED),
            models.Index(fields=["user", "kind", "-id"], name="mail_user"),
            models.Index(fields=["address", "-id"], name="mail_address"),
            models.Index(fields=["state", "-id"], name="mail_state"),
            models.Index(fields=["ended_at"], name="mail_ended"),
        ]

    @property
    def must_arrive(self) -> bool:
        """Whether twice is better than never."""
        return self.kind == MailKind.ACCOUNT

    @property
    def domain(self) -> str:
        return domain_of(self.address)


def domain_of(address: str) -> str:
    """What follows the `@`, in small letters."""
    return address.rpartition("@")[2].lower()


class NoticeKind(models.TextChoices):
    """What somebody is told of; each has its place in the preferences."""

    ANSWERS = "answers"
    COMMENTS = "comments"
    MENTIONS = "mentions"
    FOLLOWED = "followed"


IS_UNREAD = Q(read_at__isnull=True)
IS_UNTOLD = Q(mail__isnull=True, read_at__isnull=True) & ~Q(frequency=Frequency.NEVER)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(IS_UNREAD)

    def untold(self, frequency: Frequency) -> Self:
        """Those that a mail of that kind shall tell, and none does yet."""
        return self.filter(IS_UNTOLD, frequency=frequency)

    def of(self, users: Iterable[int]) -> Self:
        return self.filter(user_id__in=users)


class Notice(models.Model):
    """That something was written which concerns somebody: an entry of their inbox."""

    user = reference(User)
    kind = models.CharField(max_length=10, choices=NoticeKind)
    post = reference(Post)
    """The new question or answer; the post that the comment stands below."""
    comment_id = models.BigIntegerField(null=True)
    """No reference: a comment may be gone."""
    actor = reference(User, null=True)
    """Who wrote it."""
    happened_at = models.DateTimeField()
    frequency = models.CharField(max_length=8, choices=Frequency.choices)
    """As its reader had chosen when it was found."""
    read_at = models.DateTimeField(null=True)
    mail = reference(Mail, null=True)
    """The one that tells it."""

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            # Nobody is told twice of one thing, whatever makes it concern them.
            models.UniqueConstraint(
                fields=["user", "post"], condition=Q(comment_id=None), name="notice_post_once"
            ),
            models.UniqueConstraint(
                fields=["user", "comment_id"],
                condition=Q(comment_id__isnull=False),
                name="notice_comment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_user"),
            models.Index(fields=["user"], name="notice_unread", condition=IS_UNREAD),
            models.Index(fields=["frequency", "user"], name="notice_untold", condition=IS_UNTOLD),
            models.Index(fields=["mail"], name="notice_mail", condition=Q(mail__isnull=False)),
            models.Index(fields=["happened_at"], name="notice_happened"),
        ]


class Mark(models.Model):
    """How far something was read or planned, so that nothing is done twice or left out."""

    name = models.CharField(max_length=20, primary_key=True)
    last_id = models.BigIntegerField(default=0)
    """Everything up to this id was read."""
    seen = models.JSONField(default=list)
    """The ids above it that were read as well: see `ask.digests.finding`."""
    done_for = models.DateTimeField(null=True)
    """The moment for which all digests are planned."""

    objects: ClassVar[Any] = models.Manager()


class Hour(models.Model):
    """How many mails were sent to a domain within an hour."""

    domain = models.CharField(max_length=255)
    begins_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "begins_at"], name="hour_of_domain"),
        ]


class Pause(models.Model):
    """While there is a row, nothing is sent. There is one at most."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField()
    by = models.CharField(max_length=255)
    reason = models.TextField(blank=True)


class DeadAddress(models.Model):
    """An address that takes no mail, as staff found out: it gets none but about its account."""

    address = models.CharField(max_length=320, primary_key=True)
    """In small letters."""
    since = models.DateTimeField()
    by = models.CharField(max_length=255)
    reason = models.TextField(blank=True)
