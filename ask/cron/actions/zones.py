"""Time zones and moments, as somebody writes them on a command line."""

from argparse import ArgumentTypeError
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def a_zone(name: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(name)
    except (OSError, ZoneInfoNotFoundError, ValueError):
        raise ArgumentTypeError(f"there is no time zone {name!r}") from None
