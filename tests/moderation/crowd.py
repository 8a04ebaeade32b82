"""Many people at once, each with a connection of their own."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from django.db import connections


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Begin all at the same moment, each in a thread; what each returned or raised, in order."""
    found: list[object] = [None] * len(works)
    barrier = Barrier(len(works))

    def run(number: int) -> None:
        try:
            barrier.wait()
            found[number] = works[number]()
        except Exception as e:
            found[number] = e
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[number]) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
