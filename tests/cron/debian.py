"""Debian's cron 3.0pl1 once more, word for word and second for second, to compare with.

Nothing here is shared with `ask.cron`: neither its reader, nor its zones, nor its way to skip what
need not be counted. One entry at a time, as `vectors.json` was recorded.
"""

from datetime import UTC, date, datetime, tzinfo

NAMES = {
    name: number
    for names, first in (
        ("jan feb mar apr may jun jul aug sep oct nov dec", 1),
        ("sun mon tue wed thu fri sat", 0),
    )
    for number, name in enumerate(names.split(), first)
}
NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def bits(field: str, *, low: int, high: int) -> set[int]:
    """`get_list` of `entry.c`."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        begin, end = (int(NAMES.get(n.lower(), n)) for n in (first, last or first))
        found.update(range(begin, end + 1, int(step or 1)))
    return found


class Cron:
    """`main` of `cron.c` with a clock that only moves when it sleeps."""

    def __init__(self, expression: str, *, zone: tzinfo) -> None:
        fields = NICKNAMES.get(expression, expression).split()
        self.bits = [
            bits(field, low=low, high=high)
            for field, (low, high) in zip(fields, BOUNDS, strict=True)
        ]
        if self.bits[4] & {0, 7}:
            self.bits[4] |= {0, 7}
        self.is_wild = fields[0][0] == "*" or fields[1][0] == "*"
        self.is_and = fields[2][0] == "*" or fields[4][0] == "*"
        self.zone = zone
        self.runs: list[int] = []
        self.is_queued = False

    def window(self, start: int, end: int) -> list[int]:
        """The minutes it starts the entry in, later than `start` and before `end`."""
        self.now = start
        self.set_time()
        running = virtual = self.clock
        while self.now < end:
            while True:
                wait = (running + 1) * 60 - (self.now + self.offset) + 1
                self.sleep(wait if 0 < wait < 65 else 0)
                self.set_time()
                if self.clock != running:
                    break
            running = self.clock
            virtual = self.pulse(running, virtual)
            self.run_queue()
        return sorted({run for run in self.runs if start < run < end})

    def pulse(self, running: int, virtual: int) -> int:
        difference = running - virtual
        if difference == 1 or difference > 180 or difference <= -180:
            virtual = running
            self.find_jobs(virtual, wild=True, fixed=True)
        elif difference > 5:
            self.find_jobs(running, wild=True, fixed=False)
            while True:
                if self.run_queue():
                    self.sleep(10)
                virtual += 1
                self.find_jobs(virtual, wild=False, fixed=True)
                self.set_time()
                if not (virtual < running and self.clock == running):
                    break
        elif difference > 0:
            while True:
                if self.run_queue():
                    self.sleep(10)
                virtual += 1
                self.find_jobs(virtual, wild=True, fixed=True)
                if not virtual < running:
                    break
        else:
            self.find_jobs(running, wild=True, fixed=False)
        return virtual

    def find_jobs(self, minute: int, *, wild: bool, fixed: bool) -> None:
        day = date.fromordinal(date(1970, 1, 1).toordinal() + minute // 1440)
        minutes, hours, dates, months, weekdays = self.bits
        is_date, is_weekday = day.day in dates, day.isoweekday() in weekdays
        if (
            minute % 60 in minutes
            and minute // 60 % 24 in hours
            and day.month in months
            and (is_date and is_weekday if self.is_and else is_date or is_weekday)
            and (wild if self.is_wild else fixed)
        ):
            self.is_queued = True

    def run_queue(self) -> bool:
        was_queued, self.is_queued = self.is_queued, False
        if was_queued:
            self.runs.append(self.now // 60 * 60)
        return was_queued

    def set_time(self) -> None:
        offset = datetime.fromtimestamp(self.now, UTC).astimezone(self.zone).utcoffset()
        assert offset is not None
        self.offset = int(offset.total_seconds())
        self.clock = (self.now + self.offset) // 60

    def sleep(self, seconds: int) -> None:
        self.now += seconds
