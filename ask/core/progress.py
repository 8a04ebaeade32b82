"""How far a long process is: a bar in a terminal, a line now and then anywhere else."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self, TextIO

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

LINE_EVERY = 5.0
"""Seconds between two lines of a step where there is no terminal."""

DRAW_EVERY = 0.1
"""Seconds between two drawings of the bars in a terminal."""


class Report(Protocol):
    """Who hears how far a process is, as a step begins, advances and ends."""

    def __call__(self, done: int | None, *, total: int | None = None, phase: str = "") -> None:
        """So many of `total` (None: unknown) are done of the step that `phase` names."""


class Step:
    """One phase of a process: `advance` as work is done, `done` at its end.

    As a context manager it is done at the end of the block, unless that raises.
    """

    def __init__(self, progress: "Progress", *, name: str, total: int | None, unit: str) -> None:
        self.name = name
        self.total = total
        self.unit = unit
        self.count = 0
        self.rows = 0
        self._progress = progress
        self._clock = progress.clock
        self._started = self._shown = self._clock()
        self._task: TaskID | None = None
        if progress.bars:
            self._task = progress.bars.add_task(name, total=total, text="")
            progress.bars.refresh()
        progress.steps.append(self)
        self._report(0 if total else None, total=total or None)

    def advance(self, n: int, *, rows: int = 0) -> None:
        """Another `n` of the step's unit are done, which were `rows` rows if it counts bytes."""
        self.count += n
        self.rows += rows
        self._report(self.count, total=self.total or None)
        now = self._clock()
        if now - self._shown >= (LINE_EVERY if self._task is None else DRAW_EVERY):
            self._shown = now
            self._show(self._text(seconds=now - self._started))

    def done(self) -> None:
        """The step is complete, however much was announced."""
        seconds = self._clock() - self._started
        text = f"{self._amount()} in {_duration(seconds)}" if self.count else _duration(seconds)
        if self._task is not None and self._progress.bars:
            self._progress.bars.update(self._task, total=max(self.count, 1))
            self.count = max(self.count, 1)
        self._show(text)
        self._report(max(self.count, 1), total=max(self.count, 1))
        self._leave()

    def _report(self, done: int | None, *, total: int | None) -> None:
        # Of several steps at once the latest is reported, else the listener would see them jump.
        if self._progress.report and self._progress.steps[-1:] == [self]:
            self._progress.report(done, total=total, phase=self.name)

    def _leave(self) -> None:
        if self in self._progress.steps:
            self._progress.steps.remove(self)

    def _show(self, text: str) -> None:
        bars = self._progress.bars
        if bars and self._task is not None:
            bars.update(self._task, completed=self.count, text=text)
            bars.refresh()
        elif not self._progress.report:
            self._progress.stream.write(f"{self.name}: {text}\n")
            self._progress.stream.flush()

    def _text(self, *, seconds: float) -> str:
        parts = []
        if self.total:
            parts.append(f"{min(100 * self.count // self.total, 100)} %")
        parts.append(self._amount())
        if seconds > 0:
            rate = (self.rows or self.count) / seconds
            parts.append(
                f"{rate:,.0f}/s" if self.rows or self.unit != "bytes" else f"{_size(rate)}/s"
            )
        if self.total and 0 < self.count < self.total:
            parts.append(f"{_duration(seconds * (self.total - self.count) / self.count)} left")
        return ", ".join(parts)

    def _amount(self) -> str:
        if self.unit == "bytes":
            rows = f"{self.rows:,} rows, " if self.rows else ""
            return rows + _size(self.count)
        return f"{self.count:,} {self.unit}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.done()
        else:
            self._leave()


class Progress:
    """The steps of a process, one after another or several at once, shown on `stream`.

        with Progress(stream=self.stderr) as progress:
            with progress.step("Posts", total=size, unit="bytes") as step:
                step.advance(n, rows=k)

    There is no thread: a drawing happens when a step advances, so a process that forks its workers
    may show its progress too.
    """

    def __init__(
        self,
        *,
        stream: TextIO | OutputWrapper,
        report: Report | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Where there is somebody to `report` to, he takes the place of lines on `stream`.

        `clock` gives seconds; only differences count.
        """
        # Django's wrapper ends whatever is written with a new line, which would tear the bars.
        self.stream: TextIO = vars(stream)["_out"] if isinstance(stream, OutputWrapper) else stream
        self.report = report
        self.clock = clock
        self.steps: list[Step] = []
        """Those that have begun and not ended."""
        self.bars: Bars | None = None
        if self.stream.isatty():
            self.bars = Bars(
                SpinnerColumn(finished_text="[green]✓"),
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[text]}"),
                console=Console(file=self.stream),
                auto_refresh=False,
            )

    def step(self, name: str, *, total: int | None = None, unit: str = "rows") -> Step:
        """Begin a step of `total` units (None: unknown); the unit "bytes" is shown as sizes."""
        return Step(self, name=name, total=total, unit=unit)

    def note(self, text: str) -> None:
        """Say something above the bars, or on a line of its own."""
        if self.bars:
            self.bars.console.print(text, highlight=False, markup=False)
        else:
            self.stream.write(f"{text}\n")
            self.stream.flush()

    def __enter__(self) -> Self:
        if self.bars:
            self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bars:
            self.bars.stop()


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    return str(timedelta(seconds=round(seconds)))


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"
