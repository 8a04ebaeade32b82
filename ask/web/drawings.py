"""What ran, drawn: where every bar of the pages of jobs stands, and what it says in words.

Across, everything is in percent of a drawing's width, down in CSS pixels: so bars grow with the
screen, and letters stay as large as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, ngettext_lazy

from ask.cron.durations import Durations, Lasted
from ask.cron.models import Run
from ask.cron.timeline import STATES, TROUBLES, Bar, Line, Timeline
from ask.web.templatetags.ask import number
from ask.web.templatetags.jobs import lasting, state_name

NAMED = 5
"""How many failures of an entry a sentence names."""

HOURS = 3
"""From one hour that the axis names to the next."""

LEAST = 0.35
"""Percent that a bar is wide at least."""

PLACES = 24
"""So many runs at least have room beside each other, so that a few are not as wide as walls."""

HEIGHT = 150
"""Pixels from no time at all to the longest."""

HEADROOM = 18
"""Pixels above that, for the sign of what did not end well."""

STEPS = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * hours for hours in (1, 2, 3, 6, 12, 24, 48, 7 * 24, 28 * 24)),
)
"""Seconds between lines of a scale that read well."""

LINES = 5
"""How many lines a scale may have beside that of nothing."""

COUNTS = {
    Run.State.LOST: ngettext_lazy("%(number)s lost", "%(number)s lost", "count"),
    Run.State.TIMED_OUT: ngettext_lazy("%(number)s timed out", "%(number)s timed out", "count"),
    Run.State.FAILED: ngettext_lazy("%(number)s failed", "%(number)s failed", "count"),
    Run.State.RUNNING: ngettext_lazy("%(number)s running", "%(number)s running", "count"),
    Run.State.STOPPED: ngettext_lazy("%(number)s stopped", "%(number)s stopped", "count"),
    Run.State.SKIPPED: ngettext_lazy("%(number)s skipped", "%(number)s skipped", "count"),
    Run.State.SUCCEEDED: ngettext_lazy("%(number)s succeeded", "%(number)s succeeded", "count"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """A run, or several that cannot be told apart."""

    state: Run.State
    x: float
    """Percent from the left, as is `width`."""
    width: float
    y: float
    """Pixels from the top, as is `height`."""
    height: float
    words: str
    url: str
    """The page of the run; empty for several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line across the drawing that an axis names."""

    at: float
    """Percent from the left, or pixels from the top."""
    label: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What the bars of a state look like."""

    state: Run.State
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """When something did not end well."""

    words: str
    url: str
    """The page of the run; empty for several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """An entry of the crontab."""

    name: str
    runs: str
    """`144 runs`."""
    results: str
    """`2 failed (03:10, 03:20), 142 succeeded`; empty where nothing ran."""
    troubles: str
    """`2 failed`; empty where all went well."""
    bars: tuple[DrawnBar, ...]
    mishaps: tuple[Mishap, ...]
    """The newest `NAMED` of those that did not end well, newest first."""
    more: str
    """`and 7 more`, if these are not all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTimeline:
    """24 hours, a line for each entry."""

    until: str
    """When they end; the window's last day and clock time."""
    zone: str
    lines: tuple[DrawnLine, ...]
    hours: tuple[Tick, ...]
    legend: tuple[Legend, ...]
    has_many: bool
    """Whether some bars stand for several runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRun:
    """A row of the table beside the durations."""

    moment: str
    state: str
    is_trouble: bool
    lasted: str
    memory: int
    """Bytes at the worst moment; 0 where nobody measured."""
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDurations:
    """How long the runs of an entry took, a bar for each."""

    name: str
    zone: str
    runs: str
    """`120 runs`."""
    range: str
    """`from 2.0 s to 5 minutes`."""
    results: str
    """`2 failed, 118 succeeded`."""
    height: float
    """Pixels of the whole drawing."""
    bars: tuple[DrawnBar, ...]
    scale: tuple[Tick, ...]
    """From above to nothing."""
    median: Tick | None
    first: str
    """When the first of them began."""
    last: str
    legend: tuple[Legend, ...]
    rows: tuple[DrawnRun, ...]
    """Newest first."""


def drawn_timeline(timeline: Timeline, *, zone: tzinfo) -> DrawnTimeline:
    """A timeline in the current language, with the times of a zone."""
    plan = _Plan(since=timeline.since, until=timeline.until, zone=zone)
    bars = [bar for line in timeline.lines for bar in line.bars]
    until = timeline.until.astimezone(zone)
    return DrawnTimeline(
        until=f"{date_format(until, 'j E Y')}, {until:%H:%M}",
        zone=zone_name(zone, at=timeline.until),
        lines=tuple(plan.line(line) for line in timeline.lines),
        hours=tuple(plan.hours()),
        legend=_legend(bar.state for bar in bars),
        has_many=any(bar.run is None for bar in bars),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Where moments stand in a timeline, and how they are called."""

    since: datetime
    until: datetime
    zone: tzinfo

    def x(self, moment: datetime) -> float:
        """Percent from the left; what began earlier begins there."""
        return max(0.0, 100 * ((moment - self.since) / (self.until - self.since)))

    def hours(self) -> Iterable[Tick]:
        """Every third hour of the zone's clock; midnight is named after the day that begins."""
        quarter = timedelta(minutes=15)
        moment = datetime.fromtimestamp(-(-self.since.timestamp() // 900) * 900, UTC)
        while moment <= self.until:
            local = moment.astimezone(self.zone)
            if local.minute == 0 and local.hour % HOURS == 0:
                label = date_format(local, "D") if local.hour == 0 else f"{local:%H:%M}"
                yield Tick(at=round(self.x(moment), 2), label=label, is_strong=local.hour == 0)
            moment += quarter

    def line(self, line: Line) -> DrawnLine:
        newest = line.mishaps[: -NAMED - 1 : -1]
        more = sum(bar.count for bar in line.mishaps[:-NAMED])
        return DrawnLine(
            name=line.name,
            runs=runs_in_words(line.count),
            results=_listed(
                f"{_counted(state, count)}{self._moments(line, state)}"
                for state, count in line.counts.items()
            ),
            troubles=_in_words({s: n for s, n in line.counts.items() if s in TROUBLES}),
            bars=tuple(self._bar(line.name, bar) for bar in line.bars),
            mishaps=tuple(Mishap(words=self._mishap(bar), url=_url(bar.run)) for bar in newest),
            more=_more(more),
        )

    def _bar(self, name: str, bar: Bar) -> DrawnBar:
        width = max(self.x(bar.ended_at) - self.x(bar.began_at), LEAST)
        x = min(self.x(bar.began_at), 100 - width)
        is_skipped = bar.state == Run.State.SKIPPED
        words = self._several(bar) if bar.run is None else self._single(bar)
        return DrawnBar(
            state=bar.state,
            x=round(x, 2),
            width=round(width, 2),
            y=31 if is_skipped else 13,
            height=4 if is_skipped else 15,
            words=f"{name}, {words}",
            url=_url(bar.run),
        )

    def _single(self, bar: Bar) -> str:
        words = [self._clock(bar.began_at), state_name(bar.state)]
        if bar.state != Run.State.SKIPPED:
            words.append(lasting((bar.ended_at - bar.began_at).total_seconds()))
        return _listed(words)

    def _several(self, bar: Bar) -> str:
        return f"{self._span(bar)}, {runs_in_words(bar.count)}: {_in_words(bar.counts)}"

    def _mishap(self, bar: Bar) -> str:
        when = self._clock(bar.began_at) if bar.run else self._span(bar)
        return f"{when}, {_in_words(bar.counts) if bar.run is None else state_name(bar.state)}"

    def _moments(self, line: Line, state: Run.State) -> str:
        """` (03:10, 03:20)`, for what did not end well."""
        mishaps = [bar for bar in line.mishaps if bar.state == state]
        words = [self._clock(bar.began_at) if bar.run else self._span(bar) for bar in mishaps]
        more = _more(sum(bar.count for bar in mishaps[:-NAMED]))
        return f" ({_listed(words[-NAMED:])}{more and ' ' + more})" if words else ""

    def _span(self, bar: Bar) -> str:
        first, last = self._clock(bar.began_at), self._clock(bar.ended_at)
        return first if first == last else f"{first}–{last}"

    def _clock(self, moment: datetime) -> str:
        """Within the window no clock time comes twice."""
        local = moment.astimezone(self.zone)
        time = f"{local:%H:%M}"
        return time if moment >= self.since else _day_and_clock(moment, self.zone)


def drawn_durations(durations: Durations, *, zone: tzinfo) -> DrawnDurations:
    """Durations in the current language, with the times of a zone."""
    runs = durations.runs
    longest = max((run.seconds for run in runs), default=0.0)
    step = next((step for step in STEPS if longest <= LINES * step), longest / LINES)
    count = max(1, -int(-longest // step))
    top = step * count
    width = 70 / max(PLACES, len(runs))
    # From edge to edge: the first and the last of them have a label there.
    pace = (100 - width) / max(len(runs) - 1, 1)

    def down(seconds: float) -> float:
        return round(HEADROOM + HEIGHT * (1 - seconds / top), 1)

    def bar(index: int, run: Lasted) -> DrawnBar:
        y = min(down(run.seconds), HEADROOM + HEIGHT - 1.5)
        words = [_day_and_clock(run.began_at, zone), state_name(run.state), lasting(run.seconds)]
        return DrawnBar(
            state=run.state,
            x=round(100 - width - pace * (len(runs) - 1 - index), 2),
            width=round(width, 2),
            y=y,
            height=round(HEADROOM + HEIGHT - y, 1),
            words=_listed(words),
            url=_url(run.run),
        )

    median = durations.median
    return DrawnDurations(
        name=durations.job,
        zone=zone_name(zone, at=runs[-1].began_at) if runs else "",
        runs=runs_in_words(len(runs)),
        range=_range([run.seconds for run in runs]),
        results=_in_words(_counts(runs)),
        height=HEADROOM + HEIGHT + 1,
        bars=tuple(bar(index, run) for index, run in enumerate(runs)),
        scale=tuple(
            Tick(at=down(step * line), label=short(step * line), is_strong=line == 0)
            for line in range(count, -1, -1)
        ),
        median=None if median is None else Tick(at=down(median), label=lasting(median)),
        first=_day_and_clock(runs[0].began_at, zone) if runs else "",
        last=_day_and_clock(runs[-1].began_at, zone) if runs else "",
        legend=_legend(run.state for run in runs),
        rows=tuple(
            DrawnRun(
                moment=_day_and_clock(run.began_at, zone),
                state=state_name(run.state),
                is_trouble=run.state in TROUBLES,
                lasted=lasting(run.seconds),
                memory=run.peak_memory,
                url=_url(run.run),
            )
            for run in reversed(runs)
        ),
    )


def short(seconds: float) -> str:
    """A round duration as a scale names it: `0.5 s`, `30 s`, `1 min 30 s`, `2 h`."""
    if 0 < seconds < 1:
        return gettext("%(count)s s") % {"count": number_format(seconds, decimal_pos=1)}
    units = (
        (gettext("%(count)s d"), 86400),
        (gettext("%(count)s h"), 3600),
        (gettext("%(count)s min"), 60),
        (gettext("%(count)s s"), 1),
    )
    words: list[str] = []
    rest = round(seconds)
    for text, size in units:
        count, rest = divmod(rest, size)
        if count:
            words.append(text % {"count": number(count)})
    return " ".join(words) or gettext("%(count)s s") % {"count": 0}


def runs_in_words(count: int) -> str:
    """`1,440 runs`."""
    words = ngettext("%(number)s run", "%(number)s runs", count)
    return words % {"number": number(count)}


def zone_name(zone: tzinfo, *, at: datetime) -> str:
    """`Europe/Berlin`; for a zone without such a name, its abbreviation at that moment."""
    key = str(getattr(zone, "key", ""))
    if key and key != "localtime":
        return key.removeprefix("Etc/")
    return at.astimezone(zone).tzname() or ""


def _url(run: UUID | None) -> str:
    return f"/jobs/runs/{run}" if run else ""


def _counted(state: Run.State, count: int) -> str:
    return COUNTS[state] % {
        "count": count,
        "number": number(count),
    }


def _in_words(counts: Mapping[Run.State, int]) -> str:
    return _listed(_counted(state, count) for state, count in counts.items())


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _more(count: int) -> str:
    words = ngettext("and %(number)s more", "and %(number)s more", count)
    return words % {"number": number(count)} if count else ""


def _counts(runs: Sequence[Lasted]) -> dict[Run.State, int]:
    ended = [run.state for run in runs]
    return {state: ended.count(state) for state in STATES if state in ended}


def _legend(states: Iterable[Run.State]) -> tuple[Legend, ...]:
    found = set(states)
    return tuple(Legend(state=s, name=state_name(s)) for s in reversed(STATES) if s in found)


def _range(seconds: Sequence[float]) -> str:
    if not seconds:
        return ""
    least, most = lasting(min(seconds)), lasting(max(seconds))
    if least == most:
        return least
    return gettext("from %(least)s to %(most)s") % {"least": least, "most": most}


def _day_and_clock(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{date_format(local, 'j E')}, {local:%H:%M}"
