"""How the log of moderation says what was done."""

import re
from typing import Final

from django import template
from django.utils.translation import gettext as _

from ask.moderation.models import AuditAction, AuditEntry, FlagReason
from ask.questions.closing import REASONS

register = template.Library()

_REMOVED: Final = re.compile(r"(?:(.+): )?(\d+) posts, (\d+) votes, (\d+) comments")


@register.filter
def detail(entry: AuditEntry) -> str:
    """What the log keeps of a deed besides, in the reader's language."""
    if entry.action in (AuditAction.CLOSE, AuditAction.CLOSE_VOTE):
        return str(REASONS.get(entry.detail, entry.detail))
    if entry.action == AuditAction.SETTLE_FLAG:
        reason, _colon, verdict = entry.detail.partition(": ")
        known = FlagReason(reason).label if reason in FlagReason.values else reason
        return f"{known}: {_('helpful') if verdict == 'helpful' else _('declined')}"
    if entry.action == AuditAction.REMOVE and (counts := _REMOVED.fullmatch(entry.detail)):
        name, posts, votes, comments = counts.groups()
        told = _("posts: %(posts)s, votes: %(votes)s, comments: %(comments)s") % {
            "posts": posts,
            "votes": votes,
            "comments": comments,
        }
        return f"{name} · {told}" if name else told
    return entry.detail
