"""Which tags a question may bear, and how it comes to bear them."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ask.accounts.models import User
from ask.questions.cached import required_tags
from ask.questions.models import Post, PostTag, Tag
from ask.questions.privileges import NotAllowed, require
from ask.questions.texts import BadText

MOST: Final = 5
LONGEST: Final = 35
MOST_NAMED: Final = 10

_NAME = re.compile(r"(?:[^\W_]|[+#.-])+")


def names(text: str) -> list[str]:
    """The tags of a text in which blanks or commas stand between, each once. Raises BadText.

    Stack Exchange's rules: lower case; letters, digits and `+ # . -`; letters of any language, as
    its sites in other languages have them.
    """
    written = unicodedata.normalize("NFC", text).lower()
    found = list(dict.fromkeys(name for name in re.split(r"[\s,]+", written) if name))
    if not found:
        raise BadText(_("A question needs at least one tag."), field="tags")
    if len(found) > MOST:
        raise BadText(
            ngettext_lazy(
                "A question may have at most %(most)d tag.",
                "A question may have at most %(most)d tags.",
                "most",
            ),
            field="tags",
            most=MOST,
        )
    for name in found:
        if len(name) > LONGEST:
            raise BadText(
                _("The tag “%(name)s…” is longer than %(most)d characters."),
                field="tags",
                name=name[:LONGEST],
                most=LONGEST,
            )
        if not _NAME.fullmatch(name) or not any(map(str.isalnum, name)):
            raise BadText(
                _("The tag “%(name)s” may have only letters, digits and + # . -"),
                field="tags",
                name=name,
            )
    return found


def known(
    wanted: Sequence[str], *, person: User, now: datetime, borne: Collection[str] = ()
) -> list[Tag]:
    """The tags with these names, and those that are `borne` already, locked by id.

    Wanted ones that are new are made. To be called in a transaction, when all posts that it changes
    are locked. Raises NotAllowed where somebody may not make a tag, or use it, and BadText where
    none of those is among them of which the site requires one.
    """
    everything = {*wanted, *borne}
    found = lock(everything)
    if new := [name for name in wanted if name not in {tag.name for tag in found}]:
        require(person, "create_tag", now=now)
        # In one order, lest two people who make the same two tags wait for each other.
        Tag.objects.bulk_create([Tag(name=name) for name in sorted(new)], ignore_conflicts=True)
        found = lock(everything)
    for tag in found:
        if tag.is_moderator_only and tag.name not in borne and not person.keeps_order:
            raise NotAllowed(_("Only moderators use the tag “%(name)s”."), name=tag.name)
    required = required_tags.get()
    if required and not set(wanted).intersection(required):
        raise BadText(
            _("Here every question has one of these tags: %(names)s."),
            field="tags",
            names=", ".join(required[:MOST_NAMED]),
        )
    return found


def connect(question: Post, tags: Sequence[Tag]) -> None:
    """Say that a question bears these tags, which are locked; each counts it."""
    PostTag.objects.bulk_create([PostTag(tag=tag, post=question) for tag in tags])
    add_to_counts(tags, 1)


def disconnect(question: Post, tags: Sequence[Tag]) -> None:
    """Say that a question does not bear these tags, which are locked, any more."""
    PostTag.objects.filter(post=question, tag__in=tags).delete()
    add_to_counts(tags, -1)


def add_to_counts(tags: Sequence[Tag], number: int) -> None:
    """Let locked tags count so many questions more."""
    Tag.objects.filter(id__in=[tag.id for tag in tags]).update(
        question_count=F("question_count") + number
    )


def lock(wanted: Collection[str]) -> list[Tag]:
    """The tags with these names that there are, locked by id."""
    return list(
        Tag.objects.select_for_update(no_key=True).filter(name__in=list(wanted)).order_by("id")
    )
