"""Everything that the site holds of one person: a zip of JSON, written while it is read."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import RawIOBase
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from ask.accounts.models import Preferences, User
from ask.moderation.models import CloseVote
from ask.questions.models import Comment, CommentVote, Post, PostHistory, Vote
from ask.ratings.models import Badge

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
)


def _record_sets(person: User) -> dict[str, QuerySet[Any, dict[str, Any]]]:
    """What each file holds. Secrets of second factors are left out: they open the account."""
    return {
        "profile": User.objects.filter(pk=person.pk).values(*PROFILE),
        "preferences": Preferences.objects.filter(user=person).values(),
        "addresses": EmailAddress.objects.filter(user=person).values(
            "email", "verified", "primary"
        ),
        "second_factors": Authenticator.objects.filter(user=person).values(
            "type", "created_at", "last_used_at"
        ),
        "sessions": UserSession.objects.filter(user=person).values(
            "created_at", "last_seen_at", "ip", "user_agent"
        ),
        "posts": Post.objects.filter(owner=person).order_by("id").values(),
        "comments": Comment.objects.filter(user=person).order_by("id").values(),
        "comment_votes": CommentVote.objects.filter(user=person).order_by("id").values(),
        "close_votes": CloseVote.objects.filter(user=person).order_by("id").values(),
        "votes": Vote.objects.filter(user=person).order_by("id").values(),
        "revisions": PostHistory.objects.filter(user=person).order_by("id").values(),
        "badges": Badge.objects.filter(user=person).order_by("id").values(),
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
        for name, records in _record_sets(person).items():
            entry = zipfile.ZipInfo(f"{name}.json", date_time=now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with made.open(entry, "w", force_zip64=True) as file:
                before = b"[\n"
                for number, record in enumerate(records.iterator(BATCH)):
                    line = json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False)
                    file.write(before + line.encode())
                    before = b",\n"
                    if number % BATCH == 0:
                        yield pipe.emptied()
                file.write(b"[]\n" if before == b"[\n" else b"\n]\n")
            yield pipe.emptied()
    yield pipe.emptied()
