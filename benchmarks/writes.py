"""What a question, an answer, a comment and a vote cost: `make bench-writes`.

A sample community is imported into a private PostgreSQL with the settings of production, and into a
SQLite file. Then people write through the functions of the house, without a door: statements and
milliseconds of CPU of each action, Python's and the database's together, and how many writes a
second 8 writers bring about at once, each a process. Rounds take turns, the best counts, since
machines are shared.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks.processes import cpu_of_server
from tests.services.command import end_orderly_on_signals
from tests.services.sqlite import sqlite

ROUNDS = 3
ACTIONS = 200
"""Of each kind, in a round."""
STATEMENTS = 15
CPU = 15.0
"""What an action may take; CPU in milliseconds."""

WRITERS = 8
MIX = {"vote up": 55, "vote down": 5, "comment": 25, "answer": 10, "question": 5}
"""Of a hundred writes: about what a site has."""

SENTENCES = (
    "It rises in the warm, and falls as soon as I open the door.",
    "I have tried *half* of it, and **twice** as much, to no avail.",
    "Does the `flour` matter, or is it [the water](https://a.example/water)?",
    "> Leave it for an hour\n\nis what the book says.",
    "- first the salt\n- then the rest",
)
ANSWERED = 12
"""Sentences of a question and of an answer: about 600 characters."""


def prepare(url: str, *, questions: int) -> None:
    """A site with so many questions in the database at `url`."""
    environment = {**os.environ, "DATABASE_URL": url, "CACHE_URL": "dummycache://"}
    with tempfile.TemporaryDirectory(prefix="ask-bench-") as folder:
        dump = str(Path(folder) / "dump")
        for arguments in (
            ["migrate", "--verbosity=0"],
            ["make_dump", dump, "--questions", str(questions)],
            ["import_dump", dump],
        ):
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )


class Writing:
    """What one process writes: the people and posts of the site, chosen by chance."""

    def __init__(self, seed: int) -> None:
        os.environ["DJANGO_SETTINGS_MODULE"] = "ask.settings"
        import django  # noqa: PLC0415 - settings come from the environment

        django.setup()
        from ask.accounts.models import User  # noqa: PLC0415
        from ask.questions import limits  # noqa: PLC0415
        from ask.questions.limits import DAY, Limit  # noqa: PLC0415
        from ask.questions.models import Post, PostType, Tag  # noqa: PLC0415

        # They are counted, and never reached.
        limits.LIMITS.update(
            {name: Limit(DAY, newcomer=10**9, known=10**9) for name in limits.LIMITS}
        )
        self.rng = random.Random(seed)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.people = list(User.objects.people().order_by("-reputation")[:200])
        for person in self.people:
            person.reputation = max(person.reputation, 1_000)
        self.tags = list(Tag.objects.best().values_list("name", flat=True)[:50])
        posts = Post.objects.filter(closed_at=None, deleted_at=None).defer("body")
        self.questions = list(posts.filter(post_type=PostType.QUESTION)[:2_000])
        self.answers = list(posts.filter(post_type=PostType.ANSWER)[:2_000])

    def text(self, sentences: int) -> str:
        """So many sentences of markdown."""
        return "\n\n".join(self.rng.choices(SENTENCES, k=sentences))

    def action(self, kind: str) -> Callable[[], object]:
        """Something to do, all of it chosen before."""
        from ask.questions.answering import answer  # noqa: PLC0415
        from ask.questions.asking import ask  # noqa: PLC0415
        from ask.questions.commenting import comment  # noqa: PLC0415
        from ask.questions.models import VoteType  # noqa: PLC0415
        from ask.ratings.voting import vote  # noqa: PLC0415

        self.now += timedelta(seconds=1)
        person, question = self.rng.choice(self.people), self.rng.choice(self.questions)
        common: dict[str, Any] = {"person": person, "now": self.now}
        if kind == "question":
            tags = " ".join(self.rng.sample(self.tags, 3))
            title = f"Why does it rise and fall again, number {self.rng.randrange(10**6)}?"
            body = self.text(ANSWERED)
            return lambda: ask(**common, title=title, body=body, tags=tags, draft=uuid4())
        if kind == "answer":
            body = self.text(ANSWERED)
            return lambda: answer(**common, question=question, body=body, draft=uuid4())
        if kind == "comment":
            text = self.rng.choice(SENTENCES[:3])
            return lambda: comment(**common, post=question, text=text, draft=uuid4())
        post = self.rng.choice(self.answers)
        while post.owner_id == person.id:
            post = self.rng.choice(self.answers)
        direction = VoteType.UP if kind == "vote up" else VoteType.DOWN
        return lambda: vote(**common, post=post, kind=direction)


def measure(seed: int) -> dict[str, dict[str, float]]:
    """In a process of its own: kind → most statements, and CPU in milliseconds."""
    writing = Writing(seed)
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    def cpu() -> float:
        backend = _backend()
        return time.process_time() + (_seconds_of(backend) if backend else 0)

    found = {}
    for kind in MIX:
        statements = 0
        for _ in range(20):
            act = writing.action(kind)
            with CaptureQueriesContext(connection) as captured:
                act()
            statements = max(statements, len(captured))
        actions = [writing.action(kind) for _ in range(ACTIONS)]
        before = cpu()
        for act in actions:
            act()
        found[kind] = {"statements": statements, "cpu": 1000 * (cpu() - before) / ACTIONS}
    return found


def _backend() -> int | None:
    """The process that serves this one's connection, on PostgreSQL."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "postgresql":
        return None
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def _seconds_of(pid: int) -> float:
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def write(seed: int, *, seconds: float) -> int:
    """In a process of its own: write for so long; returns how often."""
    writing = Writing(seed)
    kinds, weights = list(MIX), list(MIX.values())
    print("ready", flush=True)
    sys.stdin.readline()
    count, ends_at = 0, time.monotonic() + seconds
    while time.monotonic() < ends_at:
        (kind,) = writing.rng.choices(kinds, weights)
        writing.action(kind)()
        count += 1
    return count


def run_writers(environment: dict[str, str], *, seconds: float, seed: int) -> float:
    """Writes a second of `WRITERS` processes that begin together."""
    command = [sys.executable, "-m", "benchmarks.writes", "--write", str(seconds), "--seed"]
    writers = [
        subprocess.Popen(
            [*command, str(seed + number)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    total = 0
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        printed, _ = writer.communicate()
        assert writer.returncode == 0
        total += int(printed)
    return total / seconds


def exact(environment: dict[str, str]) -> str:
    """What `recount` says at the end."""
    done = subprocess.run(
        [sys.executable, "manage.py", "recount"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    return (done.stderr if done.returncode else done.stdout).strip().splitlines()[-1]


def bench(url: str, *, questions: int, seconds: float, postmaster: int | None) -> bool:
    """Print what one database takes; returns whether all stays within the limits."""
    prepare(url, questions=questions)
    environment = {**os.environ, "DATABASE_URL": url, "CACHE_URL": "dummycache://"}
    best: dict[str, dict[str, float]] = {}
    rates, server_share = [], []
    for turn in range(ROUNDS):
        printed = subprocess.run(
            [sys.executable, "-m", "benchmarks.writes", "--measure", "--seed", str(1_000 * turn)],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        for kind, cost in json.loads(printed).items():
            known = best.setdefault(kind, cost)
            known["cpu"] = min(known["cpu"], cost["cpu"])
            known["statements"] = max(known["statements"], cost["statements"])
        before = cpu_of_server(postmaster)
        rates.append(run_writers(environment, seconds=seconds, seed=1_000 * turn + 100))
        server_share.append((cpu_of_server(postmaster) - before) / seconds)
    name = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    print(f"{name}, {questions:,} questions      statements   CPU, ms")
    within = True
    for kind, cost in best.items():
        is_within = cost["statements"] <= STATEMENTS and cost["cpu"] <= CPU
        within = within and is_within
        verdict = "within" if is_within else "OVER"
        print(
            f"  {kind:30}{cost['statements']:>8.0f}{cost['cpu']:>10.1f}"
            f"   {verdict} {STATEMENTS}, {CPU:g} ms"
        )
    share = f"; the server took {max(server_share):.1f} cores" if postmaster else ""
    print(f"  {WRITERS} writers: {max(rates):,.0f} writes/s{share}")
    print(f"  {exact(environment)}")
    return within


def _databases() -> Iterator[tuple[str, int | None]]:
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SHOW data_directory").fetchone()
        assert found is not None
        postmaster = int((Path(found[0]) / "postmaster.pid").read_text().split()[0])
    yield url, postmaster
    with sqlite() as file:
        yield file, None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=10, help="that the writers write")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--write", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.seed)))
    elif options.write:
        print(write(options.seed, seconds=options.write))
    else:
        end_orderly_on_signals()
        within = [
            bench(url, questions=options.questions, seconds=options.seconds, postmaster=postmaster)
            for url, postmaster in _databases()
        ]
        sys.exit(0 if all(within) else 1)


if __name__ == "__main__":
    main()
