"""Passkeys and security keys: allauth's forms, whose one label has no translation."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import pgettext_lazy

LABEL = pgettext_lazy("of a key", "Name")


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=LABEL, required=False, max_length=100)


class EditKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=LABEL, max_length=100)
