"""The messages of a batch of mails, from a few queries for all of them together."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models.functions import Left

from ask.accounts.models import Frequency, User
from ask.digests.letters import Entry, Unanswered, header_text, letter
from ask.digests.models import Mail, MailKind, MailReason, Notice, NoticeKind
from ask.digests.unanswered import SHOWN, best_unanswered
from ask.digests.wishes import DIGEST, Wishes, wishes_of
from ask.questions.excerpts import READ, excerpt
from ask.questions.models import Comment, Post, PostType, path_of

logger = logging.getLogger(__name__)

EXCERPT = 240
"""Characters that are told of a text."""

RHYTHMS = {MailKind.DAILY: Frequency.DAILY, MailKind.WEEKLY: Frequency.WEEKLY}

ORDER = list(NoticeKind)


class Composer:
    """Writes mails in the name of a site."""

    def __init__(self, *, site: str) -> None:
        self.site = site

    def __call__(
        self, mails: Sequence[Mail], *, now: datetime
    ) -> Mapping[int, EmailMessage | MailReason]:
        """Of each mail, by its id, the message, or why it shall not be sent.

        What was deleted or read meanwhile is left out, and so is what is no longer wanted.
        """
        told = [mail for mail in mails if mail.kind != MailKind.ACCOUNT]
        notices = Notice.objects.unread().filter(mail_id__in=[mail.pk for mail in told])
        material = Material(users=[mail.user_id for mail in told if mail.user_id], notices=notices)
        found: dict[int, EmailMessage | MailReason] = {}
        for mail in mails:
            try:
                if mail.kind == MailKind.ACCOUNT:
                    # Its text is gone where the account was deleted while it was being sent.
                    found[mail.pk] = about_account(mail) if mail.content else MailReason.UNWANTED
                else:
                    found[mail.pk] = self.told(mail, material=material)
            except Exception:
                # One that cannot be written must not keep the others back.
                logger.exception("The mail %s cannot be written", mail.key)
                found[mail.pk] = MailReason.FAULTY
        return found

    def told(self, mail: Mail, *, material: "Material") -> EmailMessage | MailReason:
        """The message that tells the notices of a mail."""
        user = mail.user_id or 0
        wishes = material.wishes.get(user)
        if wishes is None:
            return MailReason.NO_ADDRESS
        if wishes.silence:
            return wishes.silence
        notices = material.by_mail.get(mail.pk, [])
        wanted = [one for one in notices if wishes.frequencies[one.kind] != Frequency.NEVER]
        entries = [entry for one in wanted if (entry := material.entry(one))]
        unanswered = material.unanswered(mail, wishes=wishes)
        if not entries and not unanswered:
            return MailReason.UNWANTED if notices and not wanted else MailReason.NOTHING
        return letter(
            mail,
            user=user,
            to=wishes.address,
            site=self.site,
            language=wishes.language,
            entries=entries,
            unanswered=unanswered,
        )


class Material:
    """What the mails of a batch are written of."""

    def __init__(self, *, users: Sequence[int], notices: Iterable[Notice]) -> None:
        self.wishes = wishes_of(users) if users else {}
        self.by_mail: dict[int | None, list[Notice]] = {}
        for notice in sorted(notices, key=lambda one: (ORDER.index(NoticeKind(one.kind)), one.pk)):
            self.by_mail.setdefault(notice.mail_id, []).append(notice)
        found = [notice for some in self.by_mail.values() for notice in some]
        self._actors = _names(notice.actor_id for notice in found)
        self._comments = _comments(notice.comment_id for notice in found)
        self._posts = _posts(notice.post_id for notice in found)
        self._questions: dict[tuple[datetime, datetime], list[Unanswered]] = {}

    def entry(self, notice: Notice) -> Entry | None:
        """What is told of a notice; nothing where it is gone."""
        post = self._posts.get(notice.post_id)
        comment = self._comments.get(notice.comment_id or 0)
        if post is None or (notice.comment_id and comment is None):
            return None
        url, text = post.url, post.excerpt
        if notice.comment_id and comment is not None:
            url, text = f"{url}#comment-{notice.comment_id}", comment
        return Entry(
            kind=notice.kind,
            is_comment=notice.comment_id is not None,
            is_question=post.is_question,
            title=post.title,
            url=url,
            actor=self._actors.get(notice.actor_id or 0, ""),
            excerpt=text,
        )

    def unanswered(self, mail: Mail, *, wishes: Wishes) -> list[Unanswered]:
        """The questions that wait, if the reader wants such a digest; but not their own."""
        if not (mail.since and mail.until):
            return []
        if wishes.frequencies[DIGEST] != RHYTHMS.get(MailKind(mail.kind)):
            return []
        window = (mail.since, mail.until)
        if window not in self._questions:
            best = best_unanswered(since=mail.since, until=mail.until)
            self._questions[window] = [Unanswered.of(question) for question in best]
        others = [one for one in self._questions[window] if one.asker != mail.user_id]
        return others[:SHOWN]


class Topic(NamedTuple):
    """A post of which something is told."""

    is_question: bool
    title: str
    """Its own, or of an answer its question's."""
    url: str
    excerpt: str


def _names(users: Iterable[int | None]) -> dict[int, str]:
    rows = User.objects.filter(id__in=_ids(users)).values_list("id", "display_name")
    return {id: header_text(name) for id, name in rows}


def _comments(comments: Iterable[int | None]) -> dict[int, str]:
    """The texts of comments that are there still."""
    rows = Comment.objects.filter(id__in=_ids(comments)).values_list("id", "html")
    return {id: _beginning(html) for id, html in rows}


def _posts(posts: Iterable[int]) -> dict[int, Topic]:
    """Those that are there still, with their questions."""
    rows = (
        Post.objects.filter(id__in=_ids(posts), deleted_at=None, parent__deleted_at=None)
        .annotate(beginning=Left("body", READ * EXCERPT))
        .values_list("id", "post_type", "title", "parent__title", "beginning")
    )
    return {
        id: Topic(
            is_question=post_type == PostType.QUESTION,
            title=header_text(title or question or ""),
            url=f"{settings.SITE_URL}{path_of(id, post_type=post_type, title=title)}",
            excerpt=_beginning(body),
        )
        for id, post_type, title, question, body in rows
    }


@lru_cache(5_000)
def _beginning(html: str) -> str:
    """Many hear of the same."""
    return excerpt(html, length=EXCERPT)


def _ids(found: Iterable[int | None]) -> list[Any]:
    return sorted({id for id in found if id})


def about_account(mail: Mail) -> EmailMessage:
    """The message as it was written when it was planned."""
    content = mail.content or {}
    message = EmailMultiAlternatives(
        mail.subject,
        content["text"],
        content["sender"],
        [mail.address],
        headers={"Auto-Submitted": "auto-generated", **content["headers"]},
    )
    if content["html"]:
        message.attach_alternative(content["html"], "text/html")
    return message
