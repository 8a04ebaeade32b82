"""How pages write what became of a mail."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ask.digests.models import Mail, MailKind, MailReason, MailState
from ask.digests.wishes import KINDS, label_of

register = template.Library()

MARKS = {
    MailState.PLANNED: ("off", "…"),
    MailState.SENDING: ("run", "▸"),
    MailState.SENT: ("yes", "✓"),
    MailState.FAILED: ("no", "✗"),
    MailState.UNKNOWN: ("", "?"),
}
"""The class and the sign of each state: it is told by more than a colour."""


@register.filter
def mail_mark(mail: Mail) -> SafeString:
    state = MailState(mail.state)
    kind, sign = MARKS[state]
    return format_html(
        '<span class="mark {}"><i aria-hidden="true">{}</i> {}</span>', kind, sign, state.label
    )


@register.filter
def mail_kind(mail: Mail) -> str:
    return str(MailKind(mail.kind).label)


@register.filter
def mail_reason(mail: Mail) -> str:
    return str(MailReason(mail.reason).label) if mail.reason else ""


@register.filter
def scope_name(scope: str) -> str:
    """Which mails a link ends: see `ask.digests.unsubscribing.SCOPES`."""
    if scope in KINDS:
        return label_of(scope)
    return {"daily": _("The daily digest"), "weekly": _("The weekly digest")}.get(
        scope, _("All mails about what happens here")
    )
