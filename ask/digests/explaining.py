"""Why somebody got no mail, or what they got: for staff who are asked."""

from collections.abc import Iterator
from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ask.accounts.models import Frequency, User
from ask.digests.models import (
    DeadAddress,
    Mail,
    MailKind,
    MailReason,
    MailState,
    Notice,
)
from ask.digests.pausing import present_pause
from ask.digests.wishes import KINDS, frequencies_of, label_of


def explain(user: User, *, now: datetime) -> list[str]:
    """Sentences in the present language: what keeps mails from somebody, the widest reason first.

    Then what waits, and what came of the last ones.
    """
    return [*_obstacles(user), *_waiting(user, now=now), *_ended(user)]


def _obstacles(user: User) -> Iterator[str]:
    if pause := present_pause():
        yield _("Mail is paused for everybody by %(name)s.") % {"name": pause.by}
    if not user.is_active:
        yield _("The account is closed.")
    addresses = dict(EmailAddress.objects.filter(user=user).values_list("email", "verified"))
    if not addresses:
        yield _("There is no e-mail address.")
    elif not any(addresses.values()):
        yield _("No address is confirmed.")
    dead = DeadAddress.objects.filter(address__in=[address.lower() for address in addresses])
    for one in dead:
        yield _("%(address)s is marked as dead by %(name)s.") % {
            "address": one.address,
            "name": one.by,
        }
    chosen = frequencies_of([user.pk]).get(user.pk, {})
    if addresses and (never := [kind for kind in KINDS if chosen.get(kind) == Frequency.NEVER]):
        labels = map(label_of, never)
        yield _("Unwanted by their preferences: %(kinds)s.") % {"kinds": "; ".join(labels)}


def _waiting(user: User, *, now: datetime) -> Iterator[str]:
    for mail in Mail.objects.filter(user=user, state=MailState.PLANNED).order_by("id"):
        kind = MailKind(mail.kind).label
        if mail.reason == MailReason.LIMITED:
            yield _("A mail (%(kind)s) waits for the limit of its domain.") % {"kind": kind}
        elif mail.reason:
            yield _("A mail (%(kind)s) is tried again; the server said: %(answer)s") % {
                "kind": kind,
                "answer": mail.answer or "–",
            }
        else:
            yield _("A mail (%(kind)s) is about to be sent.") % {"kind": kind}
    for frequency in (Frequency.DAILY, Frequency.WEEKLY):
        if count := Notice.objects.untold(frequency).filter(user=user).count():
            label = Frequency(frequency).label
            text = ngettext(
                "%(count)d thing waits for the next digest (%(kind)s).",
                "%(count)d things wait for the next digest (%(kind)s).",
                count,
            )
            yield text % {"count": count, "kind": label}
    if not Notice.objects.filter(user=user).exists():
        yield _("Nothing has happened that concerns them.")
    elif not Notice.objects.unread().filter(user=user).exists():
        yield _("They have read everything on the site.")


def _ended(user: User) -> Iterator[str]:
    last = Mail.objects.filter(user=user, ended_at__isnull=False).order_by("-ended_at").first()
    if last is None:
        yield _("No mail was ever tried.")
    elif last.state == MailState.SENT:
        yield _("The mail server took the last mail.")
    else:
        yield _("The last mail was not sent, or nobody knows: %(reason)s.") % {
            "reason": MailReason(last.reason).label if last.reason else last.answer
        }
