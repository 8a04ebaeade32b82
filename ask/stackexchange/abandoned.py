"""What imports left that were stopped and never went on."""

from collections.abc import Callable
from datetime import datetime

from django.db import connections

from ask.stackexchange.aside import Leftover, build_aside


def remove_abandoned(*, before: datetime, is_trial: bool, found: Callable[[Leftover], None]) -> int:
    """Remove what no import has written to since `before`; returns how many things that were.

    On SQLite that includes contents that an import replaced: whoever had one open has long opened
    the new one. `found` hears of each before it goes; in a trial all stay. Raises SomebodyBuilds.
    """
    aside = build_aside(connections["default"].vendor, dump="removing leftovers", fingerprint="")
    with aside.alone():
        abandoned = [each for each in aside.leftovers() if each.touched_at < before]
        for leftover in abandoned:
            found(leftover)
            if not is_trial:
                aside.remove(leftover)
    return len(abandoned)
