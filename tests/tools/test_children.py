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


def test_a_job_beside_the_server_is_waited_for() -> None:
    with children() as started:
        server = started.start(SLEEP)
        started.run_beside(server, [sys.executable, "-c", ""])
        assert server.poll() is None


def test_a_job_is_not_waited_for_when_the_server_has_ended() -> None:
    with children() as started:
        server = started.start([sys.executable, "-c", ""])
        started.run_beside(server, SLEEP)
        assert server.poll() == 0
