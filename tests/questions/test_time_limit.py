"""The limit on how long a library may think."""

import re
from threading import Thread

import pytest

from ask.questions.time_limit import TookTooLongError, time_limit


def test_an_endless_regular_expression_is_stopped() -> None:
    with pytest.raises(TookTooLongError), time_limit(0.05):
        re.match(r"(a+)+$", "a" * 60 + "b")


def test_nothing_is_stopped_afterwards() -> None:
    with time_limit(0.02):
        pass
    sum(range(2_000_000))


def test_outside_the_main_thread_there_is_no_limit() -> None:
    done: list[int] = []

    def work() -> None:
        with time_limit(0.000_001):
            done.append(sum(range(100_000)))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert len(done) == 1
