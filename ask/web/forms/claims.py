"""What somebody gives who takes over their imported account."""

from typing import Any

from allauth.account.fields import EmailField, SetPasswordField
from django import forms
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import User


class ClaimForm(forms.Form):
    email = EmailField(required=True)
    password1 = SetPasswordField(label=_("Password"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].user = user  # type: ignore[attr-defined]
