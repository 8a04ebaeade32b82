"""What a command costs with all the processes it starts, and what PostgreSQL spends meanwhile."""

import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

INTERVAL = 0.25
"""Seconds between two looks at the memory of the command's processes."""
LOOKS_AT_SERVER = 5
"""PostgreSQL is looked at once in so many looks: each of its processes maps all shared memory, and
the time that looking takes is taken from what is measured."""

TICKS = os.sysconf("SC_CLK_TCK")

GONE = (FileNotFoundError, ProcessLookupError)
"""What is raised when a process ends while it is read; other errors are nobody's habit."""


class Process(NamedTuple):
    """What `/proc/PID/stat` says; times are seconds."""

    parent: int
    cpu: float
    reaped_cpu: float
    """Of its children that have ended."""


@dataclass(frozen=True)
class Cost:
    """What one command needed. Times are seconds, memory is bytes at the highest moment."""

    seconds: float
    """From before its start until after its end."""
    cpu: float
    memory: int
    database_cpu: float
    """Of PostgreSQL, like the next; nothing where it was not watched."""
    database_memory: int


class Failed(Exception):
    """The command did not end well; the text is what it said last."""


def snapshot() -> dict[int, Process]:
    """Every process of the machine, by its id."""
    found = {}
    for entry in os.scandir("/proc"):  # Path.glob takes three times as long
        if not entry.name.isdigit():
            continue
        with suppress(*GONE):
            # A program's name may have blanks and brackets in it, and ends with the last one.
            fields = Path(f"/proc/{entry.name}/stat").read_bytes().rpartition(b")")[2]
            _, parent, *numbers = fields.split()[:15]
            own, reaped = numbers[9:11], numbers[11:13]
            found[int(entry.name)] = Process(
                int(parent), sum(map(int, own)) / TICKS, sum(map(int, reaped)) / TICKS
            )
    return found


def family(root: int, *, known: Mapping[int, Process]) -> list[int]:
    """The ids of a process and of everyone who descends from it."""
    children: dict[int, list[int]] = {}
    for pid, process in known.items():
        children.setdefault(process.parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def memory(pids: Sequence[int]) -> int:
    """Bytes that the processes hold; a page of several is divided among them (PSS)."""
    total = 0
    for pid in pids:
        with suppress(*GONE):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += 1024 * int(line.split()[1])
    return total


def cpu_of_server(root: int | None) -> float:
    """Seconds that a server has used, with its processes of now and of the past."""
    if root is None:
        return 0
    known = snapshot()
    living = sum(known[pid].cpu for pid in family(root, known=known) if pid in known)
    return living + known[root].reaped_cpu


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(root: int, server: int | None, *, is_over: threading.Event) -> tuple[int, int]:
    """The most memory that the command held, and PostgreSQL, until it is over."""
    peak = server_peak = 0
    for look in count():
        known = snapshot()
        peak = max(peak, memory(family(root, known=known)))
        if server is not None and look % LOOKS_AT_SERVER == 0:
            server_peak = max(server_peak, memory(family(server, known=known)))
        if is_over.wait(INTERVAL):
            break
    return peak, server_peak


def run(
    command: Sequence[str], *, environment: Mapping[str, str], postmaster: int | None = None
) -> tuple[Cost, str]:
    """Run a command to its end: what it cost, and what it printed. Raises Failed.

    `postmaster` is the id of PostgreSQL's first process, if that is watched as well.
    """
    is_over = threading.Event()
    with (
        # Files, not pipes: nobody reads while the command is at work.
        tempfile.TemporaryFile() as printed,
        tempfile.TemporaryFile() as complaints,
        ThreadPoolExecutor(1) as pool,
    ):
        cpu, database_cpu = _cpu_of_children(), cpu_of_server(postmaster)
        started = time.perf_counter()
        with subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=complaints,
        ) as process:
            watch = pool.submit(_watch, process.pid, postmaster, is_over=is_over)
            try:
                process.wait()
            except BaseException:
                process.terminate()
                raise
            finally:
                seconds = time.perf_counter() - started
                is_over.set()
        peak, database_peak = watch.result()
        cost = Cost(
            seconds=seconds,
            cpu=_cpu_of_children() - cpu,
            memory=peak,
            database_cpu=cpu_of_server(postmaster) - database_cpu,
            database_memory=database_peak,
        )
        for file in (printed, complaints):
            file.seek(0)
        if process.returncode:
            raise Failed(complaints.read().decode(errors="replace")[-2000:].strip())
        return cost, printed.read().decode()
