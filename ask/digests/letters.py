"""What a mail says: its subject, its text and its HTML, in the language of its reader."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ask.digests.models import Mail, MailKind, NoticeKind
from ask.digests.unsubscribing import ALL, Subscription
from ask.digests.wishes import DIGEST
from ask.questions.models import Question

SHOWN = 25
"""Entries of a mail; the inbox has the others."""

LONGEST_SUBJECT = 150


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that a mail tells."""

    kind: str
    is_comment: bool
    is_question: bool
    title: str
    """Of the question."""
    url: str
    actor: str
    """Empty where nobody knows."""
    excerpt: str

    @property
    def what(self) -> str:
        """One line in the present language, without the title."""
        actor = self.actor or _("Somebody")
        if self.kind == NoticeKind.MENTIONS:
            return _("%(name)s mentions you") % {"name": actor}
        if self.is_comment:
            return _("%(name)s comments") % {"name": actor}
        if self.is_question:
            return _("%(name)s asks") % {"name": actor}
        return _("%(name)s answers") % {"name": actor}


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """A question that waits for an answer."""

    title: str
    url: str
    tags: str
    asker: int | None

    @classmethod
    def of(cls, question: Question) -> "Unanswered":
        return cls(
            title=header_text(question.title or ""),
            url=f"{settings.SITE_URL}{question.get_absolute_url()}",
            tags=question.tags or "",
            asker=question.owner_id,
        )


@dataclass(frozen=True)
class Part:
    """A part of a mail, as text and as HTML."""

    text: str
    html: str


def _part(name: str, **context: object) -> Part:
    """What a pair of templates makes, in the present language."""
    text = get_template(f"digests/{name}.txt").render(context)
    return Part(text, mark_safe(get_template(f"digests/{name}.html").render(context)))


@lru_cache(5_000)
def _told(entry: Entry, language: str) -> Part:
    """Many hear of the same; a mail has few parts of its own."""
    with translation.override(language):
        return _part("entry", entry=entry)


@lru_cache(100)
def _waiting(questions: tuple[Unanswered, ...], language: str) -> Part:
    with translation.override(language):
        return _part("unanswered", questions=questions)


def letter(
    mail: Mail,
    *,
    user: int,
    to: str,
    site: str,
    language: str,
    entries: Sequence[Entry],
    unanswered: Sequence[Unanswered],
) -> EmailMultiAlternatives:
    """The message that tells somebody of these; `site` is the name of the site."""
    scopes = {entry.kind for entry in entries} | ({DIGEST} if unanswered else set())
    scope = ALL
    if len(scopes) == 1:
        (scope,) = scopes
    elif mail.kind != MailKind.INSTANT:
        scope = "daily" if mail.kind == MailKind.DAILY else "weekly"
    unsubscribe = f"{settings.SITE_URL}{Subscription(user=user, scope=scope).path}"
    everything = f"{settings.SITE_URL}{Subscription(user=user, scope=ALL).path}"
    with translation.override(language):
        subject = _subject(mail, site=site, entries=entries)
        whole = _part(
            "letter",
            language=language,
            subject=subject,
            site=site,
            site_url=settings.SITE_URL,
            parts=[_told(entry, language) for entry in entries[:SHOWN]],
            more=max(len(entries) - SHOWN, 0),
            unanswered=_waiting(tuple(unanswered), language) if unanswered else None,
            unsubscribe_url=unsubscribe if scope != ALL else "",
            everything_url=everything,
            why=_("You get this mail because you have an account on %(site)s and asked to hear of"
                  " such things.") % {"site": site},
        )  # fmt: skip
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    message = EmailMultiAlternatives(
        subject,
        whole.text,
        sender(settings.DEFAULT_FROM_EMAIL, site),
        [to],
        headers={
            "Message-ID": f"<{_digest(mail.key)}@{host}>",
            "List-ID": f"<{scope}.{host}>",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(whole.html, "text/html")
    return message


@lru_cache(10)
def sender(address: str, site: str) -> str:
    """An address of the site, which has its name unless it has one."""
    name, bare = parseaddr(address)
    return formataddr((name or header_text(site), bare))


def header_text(text: str) -> str:
    """Text from outside for a header: nothing in it can end a line."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def _subject(mail: Mail, *, site: str, entries: Sequence[Entry]) -> str:
    if mail.kind == MailKind.DAILY:
        found = _("The day on %(site)s") % {"site": site}
    elif mail.kind == MailKind.WEEKLY:
        found = _("The week on %(site)s") % {"site": site}
    elif len(entries) == 1:
        found = f"{entries[0].what}: {entries[0].title}"
    else:
        count = len(entries)
        text = ngettext(
            "%(count)d new thing on %(site)s", "%(count)d new things on %(site)s", count
        )
        found = text % {"count": count, "site": site}
    found = header_text(found)
    return found if len(found) <= LONGEST_SUBJECT else f"{found[: LONGEST_SUBJECT - 1]}…"


def _digest(key: str) -> str:
    """The same for the same mail each time, and not to be guessed."""
    return hashlib.blake2b(
        key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=15
    ).hexdigest()
