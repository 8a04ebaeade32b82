"""Moments and time zones, as somebody writes them on a command line, and as they are shown."""

import os
import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import CommandError

from ask.cron import configuration
from ask.cron.offsets import EARLIEST, LATEST
from ask.cron.words import LANGUAGES, Language, duration_in_words, ru

WRITTEN = "ISO 8601, with an offset or in the zone of the crontab; or UTC epoch seconds"

_RELATIVE = {"en": ("in {}", "{} ago"), "ru": ("через {}", "{} назад")}
_WEEKDAYS = {
    "en": "Sun Mon Tue Wed Thu Fri Sat".split(),
    "ru": "вс пн вт ср чт пт сб".split(),
}


def add_zone_argument(parser: ArgumentParser) -> None:
    """In which time zone."""
    parser.add_argument(
        "--zone", type=a_zone, help="another time zone than that of the crontab (CRON_ZONE)"
    )


def add_language_argument(parser: ArgumentParser) -> None:
    """In which language."""
    parser.add_argument(
        "--lang",
        choices=list(LANGUAGES),
        default=language_here(),
        help="of what is said in words; by default that of LC_ALL or LANG",
    )


def language_here() -> Language:
    """The language that the environment asks for, English if it is none of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if wanted := os.environ.get(name):
            return "ru" if wanted.startswith("ru") else "en"
    return "en"


def a_zone(name: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(name)
    except (OSError, ZoneInfoNotFoundError, ValueError):
        raise ArgumentTypeError(f"there is no time zone {name!r}") from None


def zone_of(options: dict[str, Any]) -> tzinfo:
    """The time zone that is meant."""
    return cast(tzinfo, options.get("zone") or configuration.zone())


def moment_of(text: str, *, zone: tzinfo) -> int:
    """The UTC epoch seconds that somebody wrote. Raises CommandError."""
    try:
        if re.fullmatch(r"-?[0-9]{1,12}", text, re.A):
            moment = int(text)
        else:
            read = datetime.fromisoformat(text.strip())
            # A time that comes twice is its first pass; one that never comes is as much later.
            moment = int((read if read.tzinfo else read.replace(tzinfo=zone)).timestamp())
    except (ValueError, OverflowError):
        raise CommandError(
            f"{text!r} is no moment: write 2026-03-29T02:30, with +02:00 or Z behind it where that"
            " matters, or the seconds since 1970."
        ) from None
    if not EARLIEST < moment // 60 < LATEST:
        raise CommandError(f"{text!r} is beyond the years that have dates here.")
    return moment


def shown(moment: float, *, zone: tzinfo, language: Language) -> str:
    """`2026-03-29 03:00 +0200 CEST, Sun`."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    name = local.tzname() or ""
    name = f" {name}" if name[:1].isalpha() else ""  # others only repeat the offset
    return f"{local:%Y-%m-%d %H:%M %z}{name}, {_WEEKDAYS[language][local.isoweekday() % 7]}"


def short(moment: float, *, now: float, zone: tzinfo, language: Language) -> str:
    """`03:00` if that is today, `Sat 03:00` within some days, else with its date."""
    local, today = (datetime.fromtimestamp(m, UTC).astimezone(zone) for m in (moment, now))
    away = abs((local.date() - today.date()).days)
    if not away:
        return f"{local:%H:%M}"
    if away < 7:
        return f"{_WEEKDAYS[language][local.isoweekday() % 7]} {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def relative(moment: float, *, now: float, language: Language) -> str:
    """`in 3 minutes`, `2 hours ago`: with the two units that matter."""
    seconds = round(abs(moment - now))
    for above, unit in ((7 * 86400, 86400), (86400, 3600), (3600, 60), (60, 60)):
        if seconds >= above:
            seconds = seconds // unit * unit
            break
    words = duration_in_words(seconds, language=language)
    if language == "ru":
        words = ru.accusative(words)
    return _RELATIVE[language][moment < now].format(words)
