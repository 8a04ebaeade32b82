"""A scheduler whose clock runs faster: `python -m tests.cron.hurried --speed 300 …`.

All that begin with the same `--first` and `--since` show the same time.
"""

import argparse
import time
from zoneinfo import ZoneInfo

import django

django.setup()

from ask.cron import configuration  # noqa: E402  # models need Django to be set up
from ask.cron.scheduler import Clock, Scheduler, Timetable  # noqa: E402


class FastClock(Clock):
    """A clock that shows `first` at the real moment `since`, and runs `speed` times as fast."""

    def __init__(self, *, first: float, since: float, speed: float) -> None:
        self.first = first
        self.since = since
        self.speed = speed

    def now(self) -> float:
        return self.first + (time.time() - self.since) * self.speed

    def real(self, seconds: float) -> float:
        return seconds / self.speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=float, required=True)
    parser.add_argument("--since", type=float, required=True)
    parser.add_argument("--speed", type=float, required=True)
    parser.add_argument("--patience", type=float, default=20)
    parser.add_argument("--system", action="store_true")
    given = parser.parse_args()
    timetable = Timetable(configuration.crontab_path(), is_system=given.system)
    timetable.read()
    clock = FastClock(first=given.first, since=given.since, speed=given.speed)
    Scheduler(
        timetable,
        place=configuration.place(),
        zone=ZoneInfo("UTC"),
        patience=given.patience,
        clock=clock,
    ).run()


if __name__ == "__main__":
    main()
