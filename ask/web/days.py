"""Days of UTC that people write into a form."""

from datetime import MAXYEAR, UTC, datetime, time

from django.utils.dateparse import parse_date


def midnight(text: str) -> datetime | None:
    """The beginning of the day `2024-05-01`; None where this is none."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # Of the calendar's last days, the next one could not be said.
    return datetime.combine(day, time(), UTC) if day and day.year < MAXYEAR else None
