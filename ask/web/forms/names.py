"""The name that everybody sees."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ask.core.characters import is_unseen

LONGEST = 40

_SPACE = re.compile(r"\s+")

_DIAMONDS = set("♦♢◆◇⬥⬦⬧⬨❖🔶🔷🔸🔹💎")
"""The mark of moderators, and what looks like it."""

_ALIKE = {"LATIN", "CYRILLIC", "GREEK"}
"""Alphabets with letters that look the same."""


class NameField(forms.CharField):
    """Some letters or digits that are what they look like: without control characters and marks
    that turn the line around, and no word in letters of two alphabets."""

    def __init__(self, **kwargs: Any) -> None:
        options = {
            "label": pgettext_lazy("of a person", "Name"),
            "min_length": 2,
            "max_length": LONGEST,
        }
        super().__init__(**{**options, **kwargs})
        self.widget.attrs.setdefault("autocomplete", "nickname")

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return _SPACE.sub(" ", text).strip()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if any(map(is_unseen, value)):
            raise ValidationError(_("This name has characters that cannot be seen."))
        if _DIAMONDS.intersection(value):
            raise ValidationError(_("Only moderators have this mark."))
        if not any(char.isalnum() for char in value):
            raise ValidationError(_("A name needs a letter or a digit."))
        if any(len(_alphabets(word)) > 1 for word in re.findall(r"\w+", value)):
            raise ValidationError(_("This name has a word with letters of two alphabets."))


def _alphabets(word: str) -> set[str]:
    return _ALIKE & {unicodedata.name(char, "").partition(" ")[0] for char in word}
