"""A picture of numbers by day."""

from datetime import date, timedelta

from ask.web.bars import picture

TODAY = date(2024, 5, 1)


def test_bars_stand_on_the_line_and_losses_hang_below_it() -> None:
    days = {TODAY: 30, TODAY - timedelta(days=1): -10, TODAY - timedelta(days=9): 20}
    found = picture(days, today=TODAY, count=10)
    assert found.zero == "30.00"
    assert [(bar.x, bar.y, bar.height, bar.is_loss) for bar in found.bars] == [
        (0, "10.00", "20.00", False),
        (8, "30.00", "10.00", True),
        (9, "0.00", "30.00", False),
    ]


def test_what_is_older_or_nothing_is_left_out() -> None:
    days = {TODAY: 0, TODAY - timedelta(days=10): 5, TODAY + timedelta(days=1): 5}
    assert picture(days, today=TODAY, count=10).bars == []
