"""How much memory processes take together, where a page that they share counts once."""

from collections.abc import Iterable
from pathlib import Path


def proportional_size(pids: Iterable[int]) -> int:
    """Bytes: the sum of the processes' proportional set sizes, as Linux knows them.

    A process that is gone counts as nothing, and so does everything on other systems.
    """
    return sum(map(_proportional_size, pids))


def _proportional_size(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    found = next((line for line in lines if line.startswith("Pss:")), None)
    return int(found.split()[1]) * 1024 if found else 0
