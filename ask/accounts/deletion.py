"""The end of an account: what somebody wrote stays, who they are does not."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from ask.accounts.models import Preferences, User
from ask.accounts.sessions import end_sessions

PERSONAL = (
    "display_name username email password is_active is_staff is_superuser is_moderator location"
    " website_url about about_source profile_image_url account_id age last_login last_seen_at"
    " edited_at deleted_at"
).split()
"""Columns that are written; what is counted meanwhile stays right."""


def delete_account(user: User, *, now: datetime) -> None:
    """Take everything personal away from an account, for good. May be repeated.

    The row stays for what refers to it, and a newer dump does not bring its name back: to an import
    the account is one that was claimed and then closed.
    """
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        Preferences.objects.filter(user=user).delete()
        user.groups.clear()
        user.user_permissions.clear()
        user.display_name = f"user{user.pk}"
        user.username = f"~{user.pk}"  # as no name that is made of somebody's own
        user.email = ""
        user.set_unusable_password()
        user.is_active = user.is_staff = user.is_superuser = user.is_moderator = False
        user.location = user.website_url = user.about = user.about_source = None
        user.profile_image_url = user.account_id = user.age = None
        user.last_login = user.last_seen_at = None
        user.edited_at = user.deleted_at = user.deleted_at or now
        user.save(update_fields=PERSONAL)
        people = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=people, object_id=str(user.pk)).update(
            object_repr=user.display_name
        )
    # Last: an account that is closed has no sessions, whatever happens here.
    end_sessions(user)
