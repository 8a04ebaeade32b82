"""The progress of a long process, in a terminal and elsewhere."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from ask.core.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def seconds(*moments: float) -> Iterator[float]:
    return iter(moments)


def test_a_short_step_is_one_line() -> None:
    out = StringIO()
    moments = seconds(0, 1, 2, 3)
    with (
        Progress(stream=out, clock=lambda: next(moments)) as progress,
        progress.step("Posts", total=3000) as step,
    ):
        step.advance(1000)
        step.advance(2000)
    assert out.getvalue() == "Posts: 3,000 rows in 3.0 s\n"


def test_a_long_step_says_now_and_then_how_far_it_is() -> None:
    out = StringIO()
    moments = seconds(0, 4, 8, 9)
    with Progress(stream=out, clock=lambda: next(moments)) as progress:
        step = progress.step("Posts", total=4_000_000, unit="bytes")
        step.advance(500_000, rows=100)
        step.advance(500_000, rows=100)
        step.done()
    assert out.getvalue().splitlines() == [
        "Posts: 25 %, 200 rows, 1 MB, 25/s, 0:00:24 left",
        "Posts: 200 rows, 1 MB in 9.0 s",
    ]


def test_a_step_of_unknown_length_has_no_end_in_sight() -> None:
    out = StringIO()
    moments = seconds(0, 10, 11)
    with (
        Progress(stream=out, clock=lambda: next(moments)) as progress,
        progress.step("Index") as step,
    ):
        step.advance(20)
    assert out.getvalue().splitlines()[0] == "Index: 20 rows, 2/s"


def test_a_step_that_fails_is_not_called_done() -> None:
    out = StringIO()
    with (
        pytest.raises(ValueError, match="torn"),
        Progress(stream=out) as progress,
        progress.step("Posts"),
    ):
        raise ValueError("torn")
    assert out.getvalue() == ""


def test_a_terminal_shows_a_bar() -> None:
    out = Terminal()
    with Progress(stream=OutputWrapper(out)) as progress, progress.step("Posts", total=2) as step:
        step.advance(2)
    assert "Posts" in out.getvalue()
    assert "2 rows in" in out.getvalue()
    assert "\x1b[" in out.getvalue()
