"""What people say of themselves, and how they want the site."""

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from ask.accounts.models import Preferences
from ask.web.forms.names import NameField

LONGEST_ABOUT = 3_000
LOOKS = ("language", "theme")
MAILS = ("answers", "comments", "mentions", "followed", "digest")


class ProfileForm(forms.Form):
    display_name = NameField()
    location = forms.CharField(label=_("Place"), required=False, max_length=100)
    website_url = forms.CharField(
        label=_("Website"),
        required=False,
        max_length=200,
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    about = forms.CharField(
        label=_("About you"),
        required=False,
        max_length=LONGEST_ABOUT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown: **bold**, *slanted*, [a link](https://example.org), - lists."),
    )


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser asks")), *settings.LANGUAGES],
    )

    class Meta:
        model = Preferences
        fields = (*LOOKS, *MAILS)

    def looks(self) -> list[forms.BoundField]:
        return [self[name] for name in LOOKS]

    def mails(self) -> list[forms.BoundField]:
        return [self[name] for name in MAILS]


class DeletionForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    is_sure = forms.BooleanField(label=_("I know that nobody can undo this."))
