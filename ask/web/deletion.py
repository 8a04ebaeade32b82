"""The end of an account, in every part of the house."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from ask.accounts.erasure import erase_account
from ask.accounts.models import User
from ask.accounts.sessions import end_sessions
from ask.cron import interventions
from ask.digests.erasure import erase_mail
from ask.moderation.erasure import erase_close_votes, erase_flags
from ask.questions import limits
from ask.questions.erasure import erase_habits
from ask.web import sidebar


def delete_account(person: User, *, now: datetime) -> None:
    """Erase all that is personal, for good: what somebody published stays, signed `userN`.

    May be repeated. docs/accounts.md says of each table what becomes of it.
    """
    known = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    addresses = {address.lower() for address in (*known, person.email) if address}
    _erase(person, addresses=addresses, now=now)
    # What they were about to write is written now, and nothing more will be.
    limits.wait_for(person, now=now)
    _erase(person, addresses=addresses, now=now)
    limits.forget(person)
    # Beside the content, perhaps in another database.
    end_sessions(person)
    interventions.rename(interventions.Person(id=person.pk, name=person.display_name))
    sidebar.renew()


def _erase(person: User, *, addresses: set[str], now: datetime) -> None:
    with transaction.atomic():
        # In the order in which everybody locks: drafts first, people last.
        erase_habits(person)
        erase_flags(person)
        erase_close_votes(person)
        erase_mail(person, addresses=addresses, now=now)
        erase_account(person, now=now)
