"""What a mail says: its subject, its text and its HTML, in the language of its reader."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import escape
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

    @classmethod
    def plain(cls, text: str) -> "Part":
        return cls(text, escape(text))


EMPTY = Part("", "")


@dataclass(frozen=True)
class Form:
    """A pair of templates that was rendered with blanks, to be filled for each mail.

    Rendering the same frame for each mail would take longer than all else that is done for it.
    Each side is what stands between the blanks and, every other one, the name of a blank.
    """

    text: tuple[str, ...]
    html: tuple[str, ...]

    def filled(self, **values: Part) -> Part:
        return Part(
            _filled(self.text, {name: part.text for name, part in values.items()}),
            _filled(self.html, {name: part.html for name, part in values.items()}),
        )


def _filled(side: Sequence[str], values: Mapping[str, str]) -> str:
    pieces = list(side)
    pieces[1::2] = [values[name] for name in side[1::2]]
    return "".join(pieces)


# Characters that stand for nothing, in Unicode as in texts.
_BLANK = re.compile("\ufdd0(\\w+)\ufdd1")


def _blank(name: str) -> str:
    return f"\ufdd0{name}\ufdd1"


def _form(name: str, *blanks: str, **context: object) -> Form:
    """A pair of templates in the present language, these names of its context left blank."""
    part = _part(name, **context, **{blank: _blank(blank) for blank in blanks})
    return Form(tuple(_BLANK.split(part.text)), tuple(_BLANK.split(part.html)))


def _part(name: str, **context: object) -> Part:
    """What a pair of templates makes, in the present language."""
    text = get_template(f"digests/{name}.txt").render(context)
    return Part(text, get_template(f"digests/{name}.html").render(context))


@lru_cache(5_000)
def _told(entry: Entry, language: str) -> Part:
    """Many hear of the same; a mail has few parts of its own."""
    with translation.override(language):
        return _part("entry", entry=entry)


@lru_cache(100)
def _waiting(questions: tuple[Unanswered, ...], language: str) -> Part:
    with translation.override(language):
        return _part("unanswered", questions=questions)


@lru_cache(100)
def _frame(*, language: str, site: str, site_url: str, more: int, is_of_one_kind: bool) -> Form:
    """What is the same around all that is told; `more` says how much is not."""
    blanks = ["subject", "parts", "unanswered", "everything_url"]
    with translation.override(language):
        return _form(
            "letter",
            *blanks,
            *(["unsubscribe_url"] if is_of_one_kind else []),
            language=language,
            site=site,
            site_url=site_url,
            more=more,
            why=_("You get this mail because you have an account on %(site)s and asked to hear of"
                  " such things.") % {"site": site},
        )  # fmt: skip


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
    if mail.kind == MailKind.INSTANT:
        subject = _instant_subject(site=site, entries=entries, language=language)
    else:
        subject = _digest_subject(mail.kind, site=site, language=language)
    frame = _frame(
        language=language,
        site=site,
        site_url=settings.SITE_URL,
        more=max(len(entries) - SHOWN, 0),
        is_of_one_kind=scope != ALL,
    )
    parts = [_told(entry, language) for entry in entries[:SHOWN]]
    whole = frame.filled(
        subject=Part.plain(subject),
        parts=Part(
            "".join([f"{part.text}\n" for part in parts]), "".join([part.html for part in parts])
        ),
        unanswered=_waiting(tuple(unanswered), language) if unanswered else EMPTY,
        unsubscribe_url=Part.plain(unsubscribe),
        everything_url=Part.plain(everything),
    )
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


@lru_cache(100)
def _digest_subject(kind: int, *, site: str, language: str) -> str:
    with translation.override(language):
        found = _("The day on %(site)s") if kind == MailKind.DAILY else _("The week on %(site)s")
    return _short(found % {"site": site})


def _instant_subject(*, site: str, entries: Sequence[Entry], language: str) -> str:
    count = len(entries)
    with translation.override(language):
        if count == 1:
            return _short(f"{entries[0].what}: {entries[0].title}")
        text = ngettext(
            "%(count)d new thing on %(site)s", "%(count)d new things on %(site)s", count
        )
    return _short(text % {"count": count, "site": site})


def _short(subject: str) -> str:
    found = header_text(subject)
    return found if len(found) <= LONGEST_SUBJECT else f"{found[: LONGEST_SUBJECT - 1]}…"


def _digest(key: str) -> str:
    """The same for the same mail each time, and not to be guessed."""
    return hashlib.blake2b(
        key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=15
    ).hexdigest()
