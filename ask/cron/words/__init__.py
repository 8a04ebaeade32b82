"""A schedule in the words of a language: `at 03:00 on the 7th of every month`."""

from types import ModuleType
from typing import Literal

from ask.cron.schedule import Schedule
from ask.cron.words import en, ru
from ask.cron.words.shape import days_of, times_of

Language = Literal["en", "ru"]

LANGUAGES: dict[str, ModuleType] = {"en": en, "ru": ru}


def in_words(schedule: Schedule, *, language: Language) -> str:
    """When it runs, complete and without a capital or a full stop."""
    said = LANGUAGES[language]
    if schedule.times is None:
        return str(said.REBOOT)
    return str(said.sentence(times_of(schedule.times), days_of(schedule.times)))


def duration_in_words(seconds: int, *, language: Language) -> str:
    """`1 hour 30 minutes` for 5400; nothing smaller than a second."""
    parts: list[str] = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count or (unit == "second" and not parts):
            parts.append(LANGUAGES[language].counted(count, unit))
    return " ".join(parts)
