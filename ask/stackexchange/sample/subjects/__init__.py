"""The sample's own texts: what its people write about, a module for each subject and language."""

from collections.abc import Mapping

from ask.stackexchange.sample.subjects import (
    bicycles_ru,
    bread_en,
    bread_ru,
    computing_en,
    computing_ru,
    garden_en,
    garden_ru,
    phrases_en,
    phrases_ru,
    sums_en,
)
from ask.stackexchange.sample.texts import Phrases

SUBJECTS = (
    computing_en.SUBJECT,
    bread_en.SUBJECT,
    garden_en.SUBJECT,
    sums_en.SUBJECT,
    computing_ru.SUBJECT,
    bicycles_ru.SUBJECT,
    garden_ru.SUBJECT,
    bread_ru.SUBJECT,
)

PHRASES: Mapping[str, Phrases] = {"en": phrases_en.PHRASES, "ru": phrases_ru.PHRASES}
