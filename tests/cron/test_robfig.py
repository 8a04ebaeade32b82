"""What is written for Kubernetes means the same to its parser, by a small model of that one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask.cron.robfig import translated
from ask.cron.schedule import Schedule, ScheduleError

# robfig/cron 3.0.1, parser.go and spec.go, for `ParseStandard`

BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
MONTHS = dict(
    zip("jan feb mar apr may jun jul aug sep oct nov dec".split(), range(1, 13), strict=True)
)
WEEKDAYS = dict(zip("sun mon tue wed thu fri sat".split(), range(7), strict=True))
NAMES: tuple[dict[str, int], ...] = ({}, {}, {}, MONTHS, WEEKDAYS)
DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class Robfig:
    """The bits of five fields, and whether the star bit is among them."""

    def __init__(self, text: str) -> None:
        fields = DESCRIPTORS.get(text, text).split()
        assert len(fields) == 5, f"expected exactly 5 fields: {text}"
        read = [self.field(field, place) for place, field in enumerate(fields)]
        self.minute, self.hour, self.day, self.month, self.weekday = (bits for bits, _ in read)
        self.is_and = read[2][1] or read[4][1]

    def field(self, text: str, place: int) -> tuple[set[int], bool]:
        bits, is_star = set[int](), False
        for part in filter(None, text.split(",")):
            more, star = self.range(part, place)
            bits, is_star = bits | more, is_star or star
        return bits, is_star

    def range(self, text: str, place: int) -> tuple[set[int], bool]:
        lowest, highest = BOUNDS[place]
        around, *steps = text.split("/")
        low, *high = around.split("-")
        assert len(steps) < 2 and len(high) < 2, text
        is_star = low in ("*", "?")
        begin = lowest if is_star else self.number(low, place)
        end = highest if is_star else self.number(high[0], place) if high else begin
        step = int(steps[0]) if steps else 1
        if steps and not high:
            end = highest
        if step > 1:
            is_star = False
        assert lowest <= begin <= end <= highest and step > 0, f"refused: {text}"
        return set(range(begin, end + 1, step)), is_star

    @staticmethod
    def number(text: str, place: int) -> int:
        return NAMES[place].get(text.lower(), -1) if text.isalpha() else int(text)

    def is_day(self, date: datetime) -> bool:
        if date.month not in self.month:
            return False
        day, weekday = date.day in self.day, date.isoweekday() % 7 in self.weekday
        return day and weekday if self.is_and else day or weekday

    def runs(self, begin: datetime, end: datetime) -> Iterator[int]:
        date = begin
        while date < end:
            if self.is_day(date):
                for hour in sorted(self.hour):
                    for minute in sorted(self.minute):
                        moment = date + timedelta(hours=hour, minutes=minute)
                        yield int(moment.timestamp())
            date += timedelta(days=1)


TABLE = [
    ("*/10 * * * *", "*/10 * * * *"),
    ("30 3 * * *", "30 3 * * *"),
    ("0-59/7 0-23 1-31 1-12 *", "0-59/7 * * * *"),
    ("5,10-20/5 8-18/2 * JAN-mar,Dec *", "5,10-20/5 8-18/2 * 1-3,12 *"),
    ("0 0 * * 7", "0 0 * * 0"),
    ("0 0 * * SUN", "0 0 * * 0"),
    ("0 0 * * mon-fri", "0 0 * * 1-5"),
    ("0 0 * * 5-7", "0 0 * * 5,6,0"),
    ("0 0 * * 1-7/2", "0 0 * * 1,3,5,0"),
    ("0 0 * * 1,6-7", "0 0 * * 1,6,0"),
    ("0 0 * * 0-7", "0 0 * * *"),
    ("0 0 * * 1-7", "0 0 * * *"),
    ("0 0 * * */2", "0 0 * * */2"),
    ("0 0 * * */7", "0 0 * * */7"),
    ("0 0 */2 * *", "0 0 */2 * *"),
    ("0 0 */2 * 0-6", "0 0 */2 * *"),
    ("0 0 1-31 * */2", "0 0 * * */2"),
    ("0 0 1-31 * 1", "0 0 * * *"),
    ("0 0 1,*/2 * *", "0 0 1,*/2 * *"),
    ("0 0 1,*/2 * 1", "0 0 1,*/2 * 1"),
    ("0 0 1,15 * 5", "0 0 1,15 * 5"),
    ("0 0 13 * fri", "0 0 13 * 5"),
    ("0 0 1,* * 5", "0 0 * * *"),
    ("0 0 *,1 * 5", "0 0 * * 5"),
    ("0 0 29 2 *", "0 0 29 2 *"),
    ("0 0 30 2 1", "0 0 30 2 1"),
    ("0 0 5-5/3 * *", "0 0 5 * *"),
    ("0 0 1-5/9 * *", "0 0 1 * *"),
    ("@yearly", "@yearly"),
    ("@annually", "@annually"),
    ("@monthly", "@monthly"),
    ("@weekly", "@weekly"),
    ("@daily", "@daily"),
    ("@midnight", "@midnight"),
    ("@hourly", "@hourly"),
]
MORE = [
    ("0 0 */2 * 1", "0 0 * * 1"),
    ("0 0 */10 * 1-5", "0 0 */10 * *"),
    ("0 0 1 * */2", "0 0 1 * *"),
    ("0 0 */40 * 3", "0 0 */40 * *"),
]
"""Both day fields must match, which robfig/cron cannot say."""

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def ours(text: str, days: int) -> list[int]:
    end = (BEGIN + timedelta(days=days)).timestamp()
    found = []
    for moment in Schedule.parse(text).runs(int(BEGIN.timestamp()) - 1, zone=UTC):
        if moment >= end:
            break
        found.append(moment)
    return found


def theirs(text: str, days: int) -> list[int]:
    return list(Robfig(text).runs(BEGIN, BEGIN + timedelta(days=days)))


def days_for(text: str) -> int:
    """Six years, or less of what runs all the time."""
    model = Robfig(text)
    return 6 * 366 if len(model.minute) * len(model.hour) < 30 else 70


@pytest.mark.parametrize(("text", "written"), TABLE)
def test_it_means_the_same(text: str, written: str) -> None:
    found = translated(Schedule.parse(text))
    assert (found.text, found.is_exact) == (written, True)
    days = days_for(written)
    assert theirs(written, days) == ours(text, days)


@pytest.mark.parametrize(("text", "written"), MORE)
def test_what_cannot_be_said_runs_too_often_and_misses_nothing(text: str, written: str) -> None:
    found = translated(Schedule.parse(text))
    assert (found.text, found.is_exact) == (written, False)
    more = set(theirs(written, 2000)) - set(ours(text, 2000))
    assert more
    assert set(ours(text, 2000)) <= set(theirs(written, 2000))


@st.composite
def fields(draw: st.DrawFn, low: int, high: int) -> str:
    def term() -> str:
        number = st.integers(low, high)
        first, last = sorted((draw(number), draw(number)))
        step = draw(st.sampled_from(["", "/1", "/2", "/3", "/7"]))
        around = draw(st.sampled_from(["*", "*", f"{first}-{last}"]))
        return draw(st.sampled_from([f"{around}{step}", str(first)]))

    return ",".join(term() for _ in range(draw(st.integers(1, 3))))


@given(fields(1, 31), fields(1, 12), fields(0, 7))
def test_any_days_mean_the_same_or_more(day: str, month: str, weekday: str) -> None:
    text = f"0 0 {day} {month} {weekday}"
    try:
        schedule = Schedule.parse(text)
    except ScheduleError:
        return
    assert schedule.times
    found = translated(schedule)
    model = Robfig(found.text)
    for number in range(4 * 366):
        date = BEGIN + timedelta(days=number)
        is_ours = schedule.times.matches_day(date.date())
        assert model.is_day(date) == is_ours or (not found.is_exact and model.is_day(date))


@pytest.mark.parametrize("place", range(5))
@given(data=st.data())
def test_any_field_is_accepted_and_means_the_same(place: int, data: st.DataObject) -> None:
    low, high = BOUNDS[place]
    field = data.draw(fields(low, high + (place == 4)))
    texts = ["0", "0", "*", "*", "*"]
    texts[place] = field
    schedule = Schedule.parse(" ".join(texts))
    model = Robfig(translated(schedule).text)
    assert schedule.times
    values = [model.minute, model.hour, model.day, model.month, model.weekday][place]
    times = schedule.times
    assert values == [times.minute, times.hour, times.day, times.month, times.weekday][place].values
