"""Everything that the site holds of one person: a zip of JSON, written while it is read."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import RawIOBase
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from ask.accounts.models import Preferences, User
from ask.cron.models import Intervention
from ask.digests.models import Mail, Notice
from ask.moderation.models import AuditEntry, CloseVote, Flag
from ask.questions.models import (
    Allowance,
    Comment,
    CommentVote,
    Draft,
    FollowedPost,
    FollowedTag,
    Post,
    PostHistory,
    Vote,
)
from ask.ratings.models import Badge, ReputationDay

BATCH = 50
"""Rows that are in memory at once."""

PROFILE = (
    "id",
    "username",
    "display_name",
    "email",
    "created_at",
    "last_seen_at",
    "last_login",
    "reputation",
    "location",
    "website_url",
    "about",
    "about_source",
    "account_id",
    "age",
    "profile_image_url",
    "is_active",
    "is_confirmed",
    "is_moderator",
    "is_staff",
    "is_superuser",
    "suspended_until",
)

MAIL = (
    "id",
    "kind",
    "address",
    "subject",
    "state",
    "reason",
    "answer",
    "planned_at",
    "due_at",
    "since",
    "until",
    "attempt_count",
    "ended_at",
)
"""Without the text of what waits: a link in it may open the account."""


class RecordSet(NamedTuple):
    """What one file holds."""

    rows: QuerySet[Any]
    columns: tuple[str, ...] = ()
    """All where none is named."""

    def records(self) -> Iterator[dict[str, Any]]:
        """By their keys, a few at a time: to put rows into an order, SQLite holds all of them."""
        keys = list(self.rows.order_by("pk").values_list("pk", flat=True))
        some = self.rows.model._default_manager.order_by("pk").values(*self.columns)
        for start in range(0, len(keys), BATCH):
            yield from some.filter(pk__in=keys[start : start + BATCH])


def record_sets(person: User) -> dict[str, RecordSet]:
    """Every file by its name; docs/accounts.md says of each table in which one it is.

    Secrets of second factors are left out: they open the account.
    """
    own_log = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    return {
        "profile": RecordSet(User.objects.filter(pk=person.pk), PROFILE),
        "preferences": RecordSet(Preferences.objects.filter(user=person)),
        "addresses": RecordSet(
            EmailAddress.objects.filter(user=person), ("email", "verified", "primary")
        ),
        "second_factors": RecordSet(
            Authenticator.objects.filter(user=person), ("type", "created_at", "last_used_at")
        ),
        "sessions": RecordSet(
            UserSession.objects.filter(user=person),
            ("created_at", "last_seen_at", "ip", "user_agent"),
        ),
        "groups": RecordSet(User.groups.through.objects.filter(user=person), ("group__name",)),
        "permissions": RecordSet(
            User.user_permissions.through.objects.filter(user=person), ("permission__codename",)
        ),
        "posts": RecordSet(Post.objects.filter(owner=person)),
        "comments": RecordSet(Comment.objects.filter(user=person)),
        "comment_votes": RecordSet(CommentVote.objects.filter(user=person)),
        "close_votes": RecordSet(CloseVote.objects.filter(user=person)),
        "votes": RecordSet(Vote.objects.filter(user=person)),
        "revisions": RecordSet(PostHistory.objects.filter(user=person)),
        "badges": RecordSet(Badge.objects.filter(user=person)),
        "reputation": RecordSet(ReputationDay.objects.filter(user=person)),
        "drafts": RecordSet(Draft.objects.filter(user=person)),
        "followed_questions": RecordSet(FollowedPost.objects.filter(user=person)),
        "followed_tags": RecordSet(FollowedTag.objects.filter(user=person)),
        "allowances": RecordSet(Allowance.objects.filter(user=person)),
        "flags": RecordSet(Flag.objects.filter(user=person)),
        "moderation_log": RecordSet(AuditEntry.objects.filter(Q(user=person) | Q(person=person))),
        "inbox": RecordSet(Notice.objects.filter(user=person)),
        "mails": RecordSet(Mail.objects.filter(user=person), MAIL),
        "admin_log": RecordSet(LogEntry.objects.filter(Q(user=person) | own_log)),
        "jobs_log": RecordSet(Intervention.objects.filter(by_id=person.pk)),
    }


class _Pipe(RawIOBase):
    """A file that is emptied while it is written."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(self.pieces[-1])

    def emptied(self) -> bytes:
        written, self.pieces = b"".join(self.pieces), []
        return written


def archive(person: User, *, now: datetime) -> Iterator[bytes]:
    """The bytes of the zip, a file for each kind of record, a record a line."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for name, found in record_sets(person).items():
            entry = zipfile.ZipInfo(f"{name}.json", date_time=now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with made.open(entry, "w", force_zip64=True) as file:
                before = b"[\n"
                for number, record in enumerate(found.records()):
                    line = json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False)
                    file.write(before + line.encode())
                    before = b",\n"
                    if number % BATCH == 0:
                        yield pipe.emptied()
                file.write(b"[]\n" if before == b"[\n" else b"\n]\n")
            yield pipe.emptied()
    yield pipe.emptied()
