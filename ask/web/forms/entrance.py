"""Login and sign-up: allauth's forms, with the fields of this site."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ask.web.forms.names import NameField


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail or username")
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def user_credentials(self) -> dict[str, Any]:
        """One way to look for the account, so that time does not tell whether there is one."""
        found: dict[str, Any] = super().user_credentials()
        if "email" in found:
            found.pop("username", None)  # no username has an @
        return found


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    name = NameField()
    field_order = ("name", "email", "password1")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        password, name = cleaned.get("password1", ""), cleaned.get("name", "")
        # allauth compares a password with what it knows of: the address.
        if password and len(name) > 3 and name.lower() in password.lower():
            self.add_error("password1", forms.ValidationError(_("The password is like your name.")))
        return cleaned

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # As long as it takes where there is no such account: time must not tell them apart.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
