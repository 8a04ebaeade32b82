"""What ran in the last 24 hours: the runs of every entry, as the few bars that a picture shows."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Count, FloatField, Func, IntegerField, Max, Min, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.compiler import SQLCompiler

from ask.cron.models import Run, RunQuerySet

WINDOW = timedelta(hours=24)

CELL = 600
"""Seconds: what begins within the same ten minutes lies too close to be told apart."""

LONGEST = timedelta(hours=24)
"""A run that was due earlier than this before the window is found if it is its job's newest of
those, or still runs. There is no index to find the others by."""

TROUBLES = (Run.State.LOST, Run.State.TIMED_OUT, Run.State.FAILED)

STATES = (
    *TROUBLES,
    Run.State.RUNNING,
    Run.State.STOPPED,
    Run.State.SKIPPED,
    Run.State.SUCCEEDED,
)
"""Every state, the worst first."""

_RANKS = {state: rank for rank, state in enumerate(STATES)}

_APART = (Run.State.RUNNING, Run.State.SKIPPED)
"""Those never share a bar with others: a run is skipped while another one goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A run, or several that lie too close to be told apart."""

    state: Run.State
    """That of the worst."""
    began_at: datetime
    """When the first began; may be before the window."""
    ended_at: datetime
    """When the last ended; of what still runs, the end of the window."""
    counts: Mapping[Run.State, int]
    """How many there are of each state, the worst first."""
    run: UUID | None
    """Which run it is, if it is one."""

    @property
    def count(self) -> int:
        """How many runs there are."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What ran of one entry."""

    name: str
    bars: tuple[Bar, ...]
    """By when they began, but long ones first: the others may be drawn over them."""
    mishaps: tuple[Bar, ...]
    """What did not end well, each state for itself, by when they began."""
    counts: Mapping[Run.State, int]
    """How many runs there were of each state, the worst first."""

    @property
    def count(self) -> int:
        """How many runs there were."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What ran between two moments."""

    since: datetime
    until: datetime
    lines: tuple[Line, ...]


def timeline(names: Sequence[str], *, now: datetime) -> Timeline:
    """The runs of these entries in the last 24 hours: a line each, in the order of the names.

    One query, for which the database puts runs together that lie close. Raises DatabaseError.
    """
    since, until = now - WINDOW, now.timestamp()
    found: dict[str, list[_Runs]] = {name: [] for name in names}
    for job, state, count, first, last, run in _rows(names, since=since):
        # The clocks of hosts differ: nothing begins after now, nor ends before it began.
        begin = min(first, until)
        ended = until if state == Run.State.RUNNING else last or begin
        end = max(begin, min(ended, until))
        if job in found and end >= since.timestamp():
            found[job].append(_Runs(begin, end, {Run.State(state): count}, run))
    lines = tuple(_line(name, runs) for name, runs in found.items())
    return Timeline(since=since, until=now, lines=lines)


_SECONDS = "(julianday(%(expressions)s) - 2440587.5) * 86400"
"""SQLite's epoch seconds, to the millisecond at best."""


class _Epoch(Func):
    """A moment in epoch seconds, to the millisecond."""

    output_field = FloatField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template=f"ROUND({_SECONDS}, 3)", **extra)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        seconds = "date_part('epoch', %(expressions)s)"
        return self.as_sql(compiler, connection, template=seconds, **extra)


class _Cell(Func):
    """The number of the cell that a moment lies in."""

    output_field = IntegerField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        # So that a whole minute does not come out a bit less.
        number = f"(CAST({_SECONDS} + 0.0005 AS INTEGER) / {CELL})"
        return self.as_sql(compiler, connection, template=number, **extra)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        number = f"FLOOR(date_part('epoch', %(expressions)s) / {CELL})::integer"
        return self.as_sql(compiler, connection, template=number, **extra)


_BEGIN = Coalesce("started_at", "claimed_at")
_CELLS = {"begin_cell": _Cell(_BEGIN), "end_cell": _Cell("ended_at")}
_COLUMNS = {
    "count": Count("pk"),
    "first": _Epoch(Min(_BEGIN)),
    "last": _Epoch(Max("ended_at")),
    "run": Min(Cast("pk", CharField(max_length=36))),
}


def _rows(names: Sequence[str], *, since: datetime) -> QuerySet[Any, Any]:
    """What had not ended before `since`: job, state and `_COLUMNS` of runs that lie close.

    There may be others among them.
    """
    earliest = since - LONGEST
    recent = Run.objects.filter(job__in=names, scheduled_for__gte=earliest)
    newest = Run.objects.filter(scheduled_for__lt=earliest).newest_of(names)
    is_ours = Q(ended_at__gte=since) | Q(ended_at=None)
    rows = _grouped(recent.filter(is_ours).exclude(state=Run.State.RUNNING))
    return rows.union(
        _grouped(newest.filter(is_ours).exclude(state=Run.State.RUNNING)),
        # With one condition more, SQLite would not take the index of what runs.
        _grouped(Run.objects.held().running()),
        all=True,
    )


def _grouped(runs: RunQuerySet) -> QuerySet[Any, Any]:
    cells = runs.order_by().annotate(**_CELLS).values("job", "state", *_CELLS)
    rows: QuerySet[Any, Any] = cells.annotate(**_COLUMNS).values_list("job", "state", *_COLUMNS)
    return rows


class _Runs(NamedTuple):
    """Some runs of one job that lie close."""

    begin: float
    """Epoch seconds of the first, as is `end` of the last."""
    end: float
    counts: dict[Run.State, int]
    run: str
    """The id of one of them."""

    @property
    def worst(self) -> Run.State:
        return min(self.counts, key=_RANKS.__getitem__)

    @property
    def is_single(self) -> bool:
        return sum(self.counts.values()) == 1

    @property
    def cell(self) -> float:
        return self.begin // CELL

    @property
    def is_long(self) -> bool:
        """Whether they must be drawn as long as they are."""
        return self.end // CELL > self.cell + 1


def _line(name: str, runs: list[_Runs]) -> Line:
    failed = [some for some in runs if some.worst in TROUBLES]
    mishaps = sorted(_drawn(failed, apart=TROUBLES), key=lambda some: some.begin)
    return Line(
        name=name,
        bars=tuple(map(_bar, _drawn(runs, apart=_APART))),
        mishaps=tuple(map(_bar, mishaps)),
        counts=_summed(some.counts for some in runs),
    )


def _drawn(runs: Iterable[_Runs], *, apart: Container[Run.State]) -> list[_Runs]:
    """Runs of one job, a bar each; runs of the states in `apart` share none with others."""
    cells: defaultdict[tuple[object, ...], list[_Runs]] = defaultdict(list)
    for some in runs:
        state = some.worst
        end = some.end // CELL if some.is_long else None
        cells[state if state in apart else None, some.cell, end].append(some)
    joined: list[list[_Runs]] = []
    for some in sorted(map(_together, cells.values()), key=lambda s: (_RANKS[s.worst], s.cell)):
        if joined and _continues(joined[-1][-1], some):
            joined[-1].append(some)
        else:
            joined.append([some])
    joined.sort(key=lambda near: (not near[0].is_long, near[0].begin))
    return list(map(_together, joined))


def _continues(one: _Runs, other: _Runs) -> bool:
    """Whether two bars may be one: neighbouring cells, each full of runs that end alike."""
    return (
        one.cell + 1 == other.cell
        and one.worst == other.worst
        and not (one.is_single or other.is_single or one.is_long or other.is_long)
    )


def _together(runs: list[_Runs]) -> _Runs:
    if len(runs) == 1:
        return runs[0]
    return _Runs(
        begin=min(some.begin for some in runs),
        end=max(some.end for some in runs),
        counts=_summed(some.counts for some in runs),
        run=runs[0].run,
    )


def _bar(some: _Runs) -> Bar:
    return Bar(
        state=some.worst,
        began_at=datetime.fromtimestamp(some.begin, UTC),
        ended_at=datetime.fromtimestamp(some.end, UTC),
        counts=some.counts,
        run=UUID(some.run) if some.is_single else None,
    )


def _summed(counts: Iterable[Mapping[Run.State, int]]) -> dict[Run.State, int]:
    total: dict[Run.State, int] = dict.fromkeys(STATES, 0)
    for some in counts:
        for state, count in some.items():
            total[state] += count
    return {state: count for state, count in total.items() if count}
