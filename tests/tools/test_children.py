import sys
from subprocess import Popen

import pytest

from ask.tools.children import children

SLEEP = [sys.executable, "-c", "import signal; signal.pause()"]


def test_children_end_with_the_block() -> None:
    with children() as started:
        processes = [started.start(SLEEP), started.start(SLEEP)]
        assert [process.poll() for process in processes] == [None, None]
    assert None not in [process.poll() for process in processes]


def test_children_end_when_the_block_fails() -> None:
    process: Popen[bytes] | None = None
    with pytest.raises(KeyboardInterrupt), children() as started:
        process = started.start(SLEEP)
        raise KeyboardInterrupt
    assert process
    assert process.poll() is not None


def test_the_first_that_ends_is_told() -> None:
    with children() as started:
        started.start(SLEEP)
        second = started.start([sys.executable, "-c", "raise SystemExit(3)"])
        assert started.wait_for_one() is second
        assert second.returncode == 3
