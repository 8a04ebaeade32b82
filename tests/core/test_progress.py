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


class Listener:
    """Who is told of the progress."""

    def __init__(self) -> None:
        self.heard: list[tuple[int | None, int | None, str]] = []

    def __call__(self, done: int | None, *, total: int | None = None, phase: str = "") -> None:
        self.heard.append((done, total, phase))


def test_a_listener_hears_of_beginning_advance_and_end_instead_of_lines() -> None:
    out = StringIO()
    listener = Listener()
    moments = seconds(0, 10, 20, 30)
    with (
        Progress(stream=out, report=listener, clock=lambda: next(moments)) as progress,
        progress.step("Posts", total=3000) as step,
    ):
        step.advance(1000)
        step.advance(1990)
        progress.note("Ten are gone.")
    assert listener.heard == [
        (0, 3000, "Posts"),
        (1000, 3000, "Posts"),
        (2990, 3000, "Posts"),
        (2990, 2990, "Posts"),
    ]
    assert out.getvalue() == "Ten are gone.\n"


@pytest.mark.parametrize("total", [None, 0])
def test_a_listener_hears_when_a_step_without_a_length_is_done(total: int | None) -> None:
    listener = Listener()
    with Progress(stream=StringIO(), report=listener) as progress:
        with progress.step("Lists", total=total):
            pass
        with progress.step("Index", total=total) as step:
            step.advance(7)
    assert listener.heard == [
        (None, None, "Lists"),
        (1, 1, "Lists"),
        (None, None, "Index"),
        (7, None, "Index"),
        (7, 7, "Index"),
    ]


def test_of_several_steps_at_once_a_listener_follows_the_latest() -> None:
    listener = Listener()
    progress = Progress(stream=StringIO(), report=listener)
    posts = progress.step("Posts", total=9)
    votes = progress.step("Votes", total=9)
    posts.advance(4)
    votes.advance(5)
    votes.done()
    posts.advance(1)
    votes.done()
    assert listener.heard == [
        (0, 9, "Posts"),
        (0, 9, "Votes"),
        (5, 9, "Votes"),
        (5, 5, "Votes"),
        (5, 9, "Posts"),
    ]


def test_a_step_that_failed_leaves_the_listener_to_the_others() -> None:
    listener = Listener()
    progress = Progress(stream=StringIO(), report=listener)
    whole = progress.step("Whole", total=2)
    with pytest.raises(ValueError, match="torn"), progress.step("Part"):
        raise ValueError("torn")
    whole.advance(1)
    assert listener.heard == [(0, 2, "Whole"), (None, None, "Part"), (1, 2, "Whole")]


def test_a_terminal_shows_a_bar_to_whoever_looks_on_beside_a_listener() -> None:
    out = Terminal()
    listener = Listener()
    with Progress(stream=out, report=listener) as progress, progress.step("Posts"):
        pass
    assert "Posts" in out.getvalue()
    assert len(listener.heard) == 2
