"""What the clock costs beside Debian's own cron: `make bench-cron`, as root, in ten minutes.

Everything is measured in one run: the start of a runner beside a bare shell and a bare Python; how
late jobs begin after their minute; what a scheduler takes while nothing is due, beside a process
that has loaded Django only; how many runs it starts, runs and records; and how many claims
schedulers that compete for the same ticks make. Debian's cron stands beside it on a private
machine (`tests/services/debian_cron.py`).
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ask.settings")

import django

django.setup()

from ask.core.memory import proportional_size  # noqa: E402 - models need Django to be set up
from ask.cron.crontab import Crontab  # noqa: E402
from ask.cron.records import Claim, claim  # noqa: E402
from ask.cron.runner import Journal  # noqa: E402
from ask.cron.spool import Spool  # noqa: E402
from ask.cron.starting import Place, slot_for, spawn  # noqa: E402
from tests.services.debian_cron import DebianCron, debian_cron  # noqa: E402
from tests.services.private_machine import NotPossible, private_machine  # noqa: E402
from tests.services.sqlite import sqlite  # noqa: E402
from tests.sites import Site  # noqa: E402

SKEW_ENTRIES = 5
SCHEDULERS = 8

START_LIMIT = 30.0
"""Milliseconds from the spawn of a runner to its job's first instruction."""
RUNNER_LIMIT = 16.0
SCHEDULER_LIMIT = 40.0
"""Megabytes; those of a scheduler beside what Django itself takes."""
SKEW_LIMIT = 50.0
IDLE_LIMIT = 0.1
"""Percent of a core."""

MB = 1_000_000
NOW = "date +%s.%N"

BARE_DJANGO = "import django, signal; django.setup(); signal.pause()"
BARE_PYTHON = "import time; print(time.time())"

FIRST = datetime(2027, 1, 15, 7, 59, 55, tzinfo=UTC)
"""What the clock shows when a scheduler begins that has many runs to start at 8:00."""


def verdict(value: float, limit: float) -> str:
    """The limit, and whether it is kept."""
    return f"{'within' if value <= limit else 'OVER'} {limit:g}"


def spread(values: Sequence[float]) -> str:
    """Median, 95th percentile and maximum."""
    ordered = sorted(values)
    high = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"median {statistics.median(ordered):7.1f}  p95 {high:7.1f}  max {ordered[-1]:7.1f}"


# Starts


def first_instruction(command: list[str], *, folder: Path) -> float:
    """Milliseconds from a spawn until what the command prints: the time of its beginning."""
    path = folder / "printed"
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    started = time.time()
    pid = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, path, write, 0o600)]
    )
    os.waitpid(pid, 0)
    return 1000 * (float(path.read_text()) - started)


def run_of_runner(command: str, *, place: Place, number: int) -> tuple[float, float, float, str]:
    """Of one run: when its runner was spawned and had ended, how long its slot took to be made, in
    seconds, and what the job printed.
    """
    (entry,) = Crontab.read(f"#: name=job overlap=allow\n* * * * * {command}\n").entries
    began = time.time()
    slot = slot_for(entry, moment=1_800_000_000.0 + number, cause="schedule", place=place)
    assert slot
    started = time.time()
    os.waitpid(spawn(slot), 0)
    ended = time.time()
    with slot.path.open("rb") as file:
        (attempt,) = (e for e in Journal(file.fileno()).events() if e["event"] == "attempted")
    return started, ended, started - began, attempt["output_head"]


def measure_ticks(sites: Mapping[str, Site], folder: Path, *, count: int) -> None:
    """Print what a line of an installed crontab costs, which cron starts."""
    print(
        f"`crontab tick`, {count} times each, in ms from the spawn to the job's first instruction:"
    )
    for name, place in sites.items():
        here = folder / f"tick-{name}"
        here.mkdir()
        stamp = NOW.replace("%", r"\%")
        text = entries(count, when="* * * * *", command=f"{stamp} > {here}/stamp-{{}}")
        (here / "crontab").write_text(text)
        first, used = [], []
        for number in range(count):
            started, before = time.time(), os.times()
            subprocess.run(
                [sys.executable, "manage.py", "crontab", "tick", f"job_{number}"],
                env=environment(place, here),
                check=True,
            )
            after = os.times()
            first.append(1000 * (float((here / f"stamp-{number}").read_text()) - started))
            used.append(after.children_user + after.children_system)
            used[-1] -= before.children_user + before.children_system
        print(f"  {name:20} {spread(first)}   CPU, all in all {statistics.median(used):.2f} s")


def measure_starts(folder: Path, *, count: int) -> None:
    """Print how long starts take, one of each kind after the other."""
    place = Place(spool=Spool(folder / "starts"), folder=folder, store=[])
    # A keeper is there, as beside a scheduler: no runner has to record its own run.
    keeper = place.spool.become_keeper()
    shell, python, runner, whole, slots = [], [], [], [], []
    for number in range(count):
        shell.append(first_instruction(["sh", "-c", NOW], folder=folder))
        bare = [sys.executable, "-I", "-S", "-c", BARE_PYTHON]
        python.append(first_instruction(bare, folder=folder))
        started, ended, slot, said = run_of_runner(
            NOW.replace("%", r"\%"), place=place, number=number
        )
        runner.append(1000 * (float(said) - started))
        whole.append(1000 * (ended - started))
        slots.append(1000 * slot)
    print(f"Start, {count} times each, in ms from the spawn to the first instruction:")
    print(f"  sh -c                {spread(shell)}")
    print(f"  python -I -S -c      {spread(python)}")
    print(f"  a runner's job       {spread(runner)}   {verdict(max_of(runner), START_LIMIT)}")
    ours = statistics.median(runner)
    print(
        f"  ratios               {ours / statistics.median(shell):.1f} × sh,"
        f" {ours / statistics.median(python):.1f} × Python"
    )
    print(f"  until the runner ends{spread(whole)}")
    print(f"  making a slot before {spread(slots)}")
    measure_runner_memory(place, folder=folder)
    os.close(keeper or -1)


def max_of(values: Sequence[float]) -> float:
    """The 95th percentile, to which limits apply on a machine that is shared."""
    return sorted(values)[round(0.95 * (len(values) - 1))]


def measure_runner_memory(place: Place, *, folder: Path) -> None:
    """Print what a runner takes beside its job."""
    (entry,) = Crontab.read("#: name=sleeps\n* * * * * sleep 2\n").entries
    slot = slot_for(entry, moment=1.0, cause="schedule", place=place)
    assert slot
    pid = spawn(slot)
    bare = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(2)"])
    time.sleep(1)
    for name, found in (("runner", pid), ("bare Python", bare.pid)):
        resident = status(found, "VmHWM")
        limit = f"   {verdict(resident, RUNNER_LIMIT)}" if found == pid else ""
        print(
            f"  memory of a {name:11} {proportional_size([found]) / MB:5.1f} MB shared pages"
            f" divided, {resident:5.1f} MB at most, all counted{limit}"
        )
    os.waitpid(pid, 0)
    bare.wait()


def status(pid: int, name: str) -> float:
    """A line of `/proc/PID/status`, in megabytes."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    assert found
    return int(found[1]) * 1024 / MB


# Schedulers


@contextmanager
def scheduler(
    place: Site, folder: Path, crontab: str, *, arguments: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler of its own crontab and spool; `arguments`: of one whose clock is another."""
    folder.mkdir()
    (folder / "crontab").write_text(crontab)
    command = ["-m", "tests.cron.hurried", *arguments] if arguments else ["manage.py", "scheduler"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *command], env=environment(place, folder), stderr=said
        )
        try:
            yield process
            assert process.poll() is None, (folder / "said").read_text()
        finally:
            process.terminate()
            process.wait()


def environment(place: Site, folder: Path) -> dict[str, str]:
    """The settings of a host."""
    return place.environment | {
        "CRONTAB": str(folder / "crontab"),
        "CRON_FOLDER": str(folder / "spool"),
        "DJANGO_SETTINGS_MODULE": "ask.settings",
    }


def entries(count: int, *, when: str, command: str = "true", user: str = "") -> str:
    """A crontab; `{}` in the command is the number of the entry."""
    return "".join(
        f"#: name=job_{number} overlap=allow\n{when} {user}{command.format(number)}\n"
        for number in range(count)
    )


def measure_skew(
    sites: Mapping[str, Site], cron: DebianCron | None, folder: Path, *, minutes: int
) -> None:
    """Print how late jobs begin; schedulers take turns, so that none competes with another."""
    turns = {name: f"{n}-59/{len(sites)} * * * *" for n, name in enumerate(sites)}
    stamp = NOW.replace("%", r"\%")
    begins_at = (time.time() // 60 + 1) * 60
    if begins_at - time.time() < 15:
        begins_at += 60
    with ExitStack() as running:
        for name, place in sites.items():
            crontab = entries(SKEW_ENTRIES, when=turns[name], command=f"{stamp} >> late-{{}}")
            running.enter_context(scheduler(place, folder / f"skew-{name}", crontab))
        if cron:
            path = cron.folder / "late"
            each = entries(
                SKEW_ENTRIES, when="* * * * *", user="root ", command=f"{stamp} >> {path}-{{}}"
            )
            cron.add_system_crontab("each", each)
            running.enter_context(cron.running())
        time.sleep(max(0, begins_at + 60 * (minutes - 1) + 20 - time.time()))
    print(f"Skew, ms after the minute, {SKEW_ENTRIES} entries due in each of {minutes} minutes:")
    for name in sites:
        values = lateness(folder / f"skew-{name}", "late-*")
        print(f"  Ask, {name:15} {spread(values)}   {verdict(max_of(values), SKEW_LIMIT)}")
        first = [min(group) for group in by_minute(folder / f"skew-{name}", "late-*")]
        print(f"    the first of them  {spread(first)}")
    if cron:
        print(f"  Debian               {spread(lateness(cron.folder, 'late-*'))}")


def lateness(folder: Path, pattern: str) -> list[float]:
    """Milliseconds from the minute to each moment that jobs wrote down."""
    return [value for group in by_minute(folder, pattern) for value in group]


def by_minute(folder: Path, pattern: str) -> list[list[float]]:
    """The same, those of a minute together."""
    found: dict[float, list[float]] = {}
    for path in folder.glob(pattern):
        for moment in map(float, path.read_text().split()):
            found.setdefault(moment // 60, []).append(1000 * (moment % 60))
    return list(found.values())


# While nothing is due


def measure_idle(
    sites: Mapping[str, Site], cron: DebianCron | None, folder: Path, *, seconds: int
) -> None:
    """Print CPU and memory of a scheduler that waits."""
    crontab = entries(SKEW_ENTRIES, when="0 0 1 1 *")
    with ExitStack() as running:
        pids: dict[str, int] = {}
        for name, place in sites.items():
            process = running.enter_context(scheduler(place, folder / f"idle-{name}", crontab))
            pids[f"Ask, {name}"] = process.pid
        place = next(iter(sites.values()))
        bare = subprocess.Popen([sys.executable, "-c", BARE_DJANGO], env=environment(place, folder))
        running.callback(bare.wait)
        running.callback(bare.terminate)
        pids["Django alone"] = bare.pid
        if cron:
            cron.add_system_crontab("each", entries(SKEW_ENTRIES, when="0 0 1 1 *", user="root "))
            pids["Debian"] = running.enter_context(cron.running())
        time.sleep(10)
        before = {name: cpu(pid) for name, pid in pids.items()}
        time.sleep(seconds)
        print(f"Idle for {seconds} s, {SKEW_ENTRIES} entries that are not due:")
        django_takes = proportional_size([pids["Django alone"]]) / MB
        for name, pid in pids.items():
            percent = 100 * (cpu(pid) - before[name]) / seconds
            memory, resident = proportional_size([pid]) / MB, status(pid, "VmRSS")
            limits = ""
            if name.startswith("Ask"):
                more = memory - django_takes
                limits = (
                    f"   {verdict(percent, IDLE_LIMIT)} %;"
                    f" {more:.1f} MB more than Django, {verdict(more, SCHEDULER_LIMIT)}"
                )
            print(
                f"  {name:20} {percent:.3f} % of a core, {memory:5.1f} MB shared pages divided,"
                f" {resident:5.1f} MB all counted{limits}"
            )


def cpu(pid: int) -> float:
    """Seconds that a process has used, exact to the nanosecond."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(path.read_text().split()[0]) for path in threads) / 1e9


# As much as possible


def measure_runs(
    sites: Mapping[str, Site], cron: DebianCron | None, folder: Path, *, count: int
) -> None:
    """Print how many trivial runs a second are started, run and recorded."""
    print(f"{count} entries due in the same minute, `true` each:")
    for name, place in sites.items():
        took, cpu_used = many_runs(place, folder / f"runs-{name}", count=count)
        print(
            f"  Ask, {name:15} "
            + ", ".join(f"{what} {count / seconds:6.1f}/s" for what, seconds in took.items())
            + f"; the scheduler's own CPU {1000 * cpu_used / count:.1f} ms a run"
        )
    place_of = Place(spool=Spool(folder / "bare"), folder=folder, store=[])
    keeper = place_of.spool.become_keeper()
    started = time.perf_counter()
    (entry,) = Crontab.read("#: name=job overlap=allow\n* * * * * true\n").entries
    pids = []
    for number in range(count):
        slot = slot_for(entry, moment=10.0 + number, cause="schedule", place=place_of)
        assert slot
        pids.append(spawn(slot))
    for pid in pids:
        os.waitpid(pid, 0)
    print(f"  runners, no database {count / (time.perf_counter() - started):6.1f}/s")
    os.close(keeper or -1)
    started = time.perf_counter()
    pids = [os.posix_spawnp("sh", ["sh", "-c", "true"], os.environ) for _ in range(count)]
    for pid in pids:
        os.waitpid(pid, 0)
    print(f"  sh -c true           {count / (time.perf_counter() - started):6.1f}/s")
    if cron:
        print(f"  Debian, started      {debian_runs(cron, count=count):6.1f}/s")


def many_runs(place: Site, folder: Path, *, count: int) -> tuple[dict[str, float], float]:
    """Seconds until all runs are claimed, started, ended and recorded; CPU of the scheduler."""
    due = datetime(2027, 1, 15, 8, tzinfo=UTC)
    since = time.time()
    begins_at = since + (due - FIRST).total_seconds()
    arguments = ["--first", str(FIRST.timestamp()), "--since", str(since), "--speed", "1"]
    crontab = entries(count, when="0 8 15 1 *")
    query = "SELECT count(*) FROM cron_run WHERE state = 'succeeded' AND job LIKE 'job%'"
    with scheduler(place, folder, crontab, arguments=arguments) as process:
        time.sleep(begins_at - 0.5 - time.time())
        before, used = place.clock_query(query)[0][0], cpu(process.pid)
        while place.clock_query(query)[0][0] - before < count:
            assert time.time() < begins_at + 300, (folder / "said").read_text()[-2000:]
            time.sleep(0.1)
        recorded, used = time.time() - begins_at, cpu(process.pid) - used
    begun = datetime.fromtimestamp(begins_at - 5, UTC).strftime("%Y-%m-%d %H:%M:%S")
    (last,) = place.clock_query(
        "SELECT max(claimed_at), max(started_at), max(ended_at) FROM cron_run"  # noqa: S608
        f" WHERE job LIKE 'job%' AND claimed_at > '{begun}'"
    )
    took = {
        what: moment(value) - begins_at
        for what, value in zip(("claimed", "started", "ended"), last, strict=True)
    }
    return {**took, "recorded": recorded}, used


def moment(value: Any) -> float:
    """What a database says of a moment."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def debian_runs(cron: DebianCron, *, count: int) -> float:
    """Runs a second that Debian's cron begins; it wakes a second after the minute."""
    due = datetime.now().astimezone().replace(second=0) + timedelta(minutes=1)
    if due.timestamp() - time.time() < 3:
        due += timedelta(minutes=1)
    path = cron.folder / "many"
    command = NOW.replace("%", r"\%") + f" >> {path}"
    when = f"{due.minute} {due.hour} * * *"
    cron.add_system_crontab("many", entries(count, when=when, user="root ", command=command))
    with cron.running():
        until = due.timestamp() + 50
        while time.time() < until and not (path.exists() and len(lines(path)) == count):
            time.sleep(0.2)
    moments = sorted(map(float, lines(path)))
    assert len(moments) == count, f"{len(moments)} of {count} were started"
    return count / (moments[-1] - due.timestamp() - 1)


def lines(path: Path) -> list[str]:
    return path.read_text().split()


def measure_claims(sites: Mapping[str, Site], folder: Path, *, count: int) -> None:
    """Print how many claims schedulers make that all want every tick."""
    print(f"{SCHEDULERS} processes that claim the same {count} ticks:")
    for name, place in sites.items():
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.cron", "--claim", str(count)],
                env=environment(place, folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(SCHEDULERS)
        ]
        for process in processes:
            assert process.stdout and process.stdout.readline() == "ready\n"
        started = time.perf_counter()
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        won = [int(process.communicate()[0]) for process in processes]
        seconds = time.perf_counter() - started
        assert sum(won) == count, won
        print(
            f"  {name:20} {SCHEDULERS * count / seconds:7.0f} claims/s, {count / seconds:6.0f}"
            f" ticks/s; each tick had one winner, of {min(won)}–{max(won)} ticks a process"
        )


def claim_all(count: int) -> None:
    """In a process of its own: claim so many ticks when told to, and print how many were ours."""
    place = Place(spool=Spool(Path(os.environ["CRON_FOLDER"])), folder=Path.cwd(), store=[])
    (entry,) = Crontab.read("#: name=claimed overlap=allow\n* * * * * true\n").entries
    slot = slot_for(entry, moment=time.time() + os.getpid(), cause="schedule", place=place)
    assert slot
    spec = slot.journal.events()[0]
    slot.remove()
    claim(spec)
    print("ready", flush=True)
    sys.stdin.readline()
    won = 0
    for number in range(count):
        spec["run"] = str(uuid4())
        spec["scheduled_for"] = (FIRST + timedelta(minutes=number)).isoformat()
        won += claim(spec) is Claim.OURS
    print(won)


PARTS = ("starts", "ticks", "skew", "idle", "runs", "claims")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default=",".join(PARTS), help="which, with commas")
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--minutes", type=int, default=4, help="of skew")
    parser.add_argument("--idle", type=int, default=90, help="seconds")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--claims", type=int, default=500)
    parser.add_argument("--claim", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.claim:
        claim_all(options.claim)
        return
    parts = options.parts.split(",")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ask-bench-")))
        cron = None
        try:
            cron = debian_cron(stack.enter_context(private_machine()))
        except NotPossible as e:
            print(f"Without Debian's cron: {e}.")
        url = os.environ["DATABASE_URL"]
        sites = {"PostgreSQL": Site(url), "SQLite": Site(stack.enter_context(sqlite()))}
        measures: dict[str, Callable[[], None]] = {
            "starts": lambda: measure_starts(folder, count=options.starts),
            "ticks": lambda: measure_ticks(sites, folder, count=options.starts // 10),
            "skew": lambda: measure_skew(sites, cron, folder, minutes=options.minutes),
            "idle": lambda: measure_idle(sites, cron, folder, seconds=options.idle),
            "runs": lambda: measure_runs(sites, cron, folder, count=options.runs),
            "claims": lambda: measure_claims(sites, folder, count=options.claims),
        }
        for part in parts:
            measures[part]()
            sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
