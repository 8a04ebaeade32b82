"""What people want to hear of, how soon, in which language, and whether a mail reaches them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from ask.accounts.models import Frequency, Preferences, User
from ask.digests.models import DeadAddress, MailReason, NoticeKind

DIGEST = "digest"
"""The digest of unanswered questions, beside the kinds of notices."""

KINDS = (*NoticeKind.values, DIGEST)
"""The names of the preferences."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """One person's."""

    address: str
    """Empty where no mail reaches them; `silence` says why."""
    silence: MailReason | None
    language: str
    frequencies: dict[str, Frequency]
    """By the names of `KINDS`."""


def label_of(kind: str) -> str:
    """What a kind is called where people choose, in the present language."""
    field: Any = Preferences._meta.get_field(kind)
    return str(field.verbose_name)


def frequencies_of(users: Iterable[int]) -> dict[int, dict[str, Frequency]]:
    """How soon people hear of each kind, for those of them whose account is open.

    Who has no address at all hears of nothing by mail.
    """
    rows = (
        User.objects.people()
        .filter(id__in=users, is_active=True)
        .values_list("id", "email", *(f"preferences__{kind}" for kind in KINDS))
    )
    return {
        id: dict.fromkeys(KINDS, Frequency.NEVER) if not email else _frequencies(chosen)
        for id, email, *chosen in rows
    }


def wishes_of(users: Iterable[int]) -> dict[int, Wishes]:
    """The wishes of people whose account is open, by their id: three queries for all of them."""
    rows = list(
        User.objects.people()
        .filter(id__in=users, is_active=True)
        .values_list(
            "id", "preferences__language", *(f"preferences__{kind}" for kind in KINDS)
        )
    )  # fmt: skip
    confirmed = EmailAddress.objects.filter(user_id__in=[row[0] for row in rows], verified=True)
    addresses = dict(confirmed.order_by("primary", "-id").values_list("user_id", "email"))
    dead = set(
        DeadAddress.objects.filter(
            address__in=[address.lower() for address in addresses.values()]
        ).values_list("address", flat=True)
    )
    found = {}
    for id, language, *chosen in rows:
        address = addresses.get(id, "")
        silence = None
        if not address:
            silence = MailReason.NO_ADDRESS
        elif address.lower() in dead:
            address, silence = "", MailReason.BOUNCED
        found[id] = Wishes(
            address=address,
            silence=silence,
            language=language or settings.LANGUAGE_CODE,
            frequencies=_frequencies(chosen),
        )
    return found


def subscribers(frequency: Frequency, *, after: int, count: int) -> list[int]:
    """The next people who want the digest of unanswered questions that often, by their ids."""
    chosen = Preferences.objects.filter(digest=frequency, user_id__gt=after)
    return list(chosen.order_by("user_id").values_list("user_id", flat=True)[:count])


def silence(user_id: int, *, kinds: Iterable[str]) -> None:
    """Let somebody hear no more of some kinds by mail.

    Of whoever deleted their account nothing is kept, however late they choose.
    """
    with transaction.atomic():
        # Locked: the account may be ending at this moment.
        if not User.objects.select_for_update(no_key=True).filter(id=user_id, deleted_at=None):
            return
        Preferences.objects.get_or_create(user_id=user_id)
        chosen = dict.fromkeys(kinds, Frequency.NEVER)
        Preferences.objects.filter(user_id=user_id).update(**chosen)


_DEFAULTS = {kind: Frequency(getattr(Preferences(), kind)) for kind in KINDS}


def _frequencies(chosen: Iterable[str | None]) -> dict[str, Frequency]:
    return {
        kind: Frequency(each) if each else _DEFAULTS[kind]
        for kind, each in zip(KINDS, chosen, strict=True)
    }
