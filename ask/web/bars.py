"""A picture of numbers by day: bars above and below a line, drawn by the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

HEIGHT: Final = 40
"""Of the whole picture; each day is 1 wide."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's; `y` is its upper end."""

    on: date
    points: int
    x: int
    y: str
    height: str

    @property
    def is_loss(self) -> bool:
        return self.points < 0


@dataclass(frozen=True, slots=True)
class Picture:
    bars: list[Bar]
    zero: str
    """How far down the line stands."""


def picture(points: Mapping[date, int], *, today: date, count: int) -> Picture:
    """The last `count` days, today the last; days without points have no bar."""
    shown = {
        on: number for on, number in points.items() if number and 0 <= (today - on).days < count
    }
    most, least = max([0, *shown.values()]), min([0, *shown.values()])
    scale = HEIGHT / ((most - least) or 1)
    found = [
        Bar(
            on=on,
            points=number,
            x=count - 1 - (today - on).days,
            y=f"{(most - max(number, 0)) * scale:.2f}",
            height=f"{abs(number) * scale:.2f}",
        )
        for on, number in sorted(shown.items())
    ]
    return Picture(found, zero=f"{most * scale:.2f}")
