"""Days that people write into a form: of UTC, or of the zone that a page activates."""

from datetime import MAXYEAR, MINYEAR, datetime, time

from django.utils.dateparse import parse_date
from django.utils.timezone import make_aware


def midnight(text: str) -> datetime | None:
    """The beginning of the day `2024-05-01`; None where this is none."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # Of the calendar's last days, the next one could not be said.
    if not day or day.year in (MINYEAR, MAXYEAR):
        return None
    return make_aware(datetime.combine(day, time()))
