"""The end of an account: what somebody wrote stays, who they are does not.

Each part of the house erases what it knows of a person (`erasure.py` in each), and the door lets
all of them do so at once (`ask.web.deletion`).
"""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from ask.accounts.models import Preferences, User

ACCESS = (
    "username email password is_active is_staff is_superuser is_moderator last_login last_seen_at"
    " deleted_at"
).split()
"""Columns that are written beside the profile; what is counted meanwhile stays right."""


def without_profile(user: User, *, now: datetime) -> dict[str, Any]:
    """The columns of somebody who says nothing of themselves any more: they are called `userN`.

    A newer dump does not bring the old ones back.
    """
    return dict.fromkeys(User.PROFILE_FIELDS) | {
        "display_name": f"user{user.pk}",
        "edited_at": now,
    }


def erase_account(user: User, *, now: datetime) -> None:
    """Take the ways in, the rights and the profile away from an account, for good.

    May be repeated. The row stays for what refers to it, and a newer dump does not bring its name
    back: to an import the account is one that was claimed and then closed.
    """
    user.deleted_at = user.deleted_at or now
    columns = without_profile(user, now=user.deleted_at)
    for name, value in columns.items():
        setattr(user, name, value)
    user.username = f"~{user.pk}"  # as no name that is made of somebody's own
    user.email = ""
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = user.is_moderator = False
    user.last_login = user.last_seen_at = None
    with transaction.atomic():
        # First: whoever changes what it has beside, such as preferences, locks the row as well.
        user.save(update_fields=[*columns, *ACCESS])
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        Preferences.objects.filter(user=user).delete()
        user.groups.clear()
        user.user_permissions.clear()
        people = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=people, object_id=str(user.pk)).update(
            object_repr=user.display_name
        )
