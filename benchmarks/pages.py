"""What a page costs as a site grows: `make bench-pages`.

Makes sample dumps of several sizes, imports each into a database of its own on one private
PostgreSQL with the settings of production, and visits pages through the WSGI application, each
page with a few hundred different addresses, no page kept by a cache. Sizes take turns, and of all
rounds the best counts, since machines are shared.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg

VISITS = 200
ROUNDS = 3
FLAT = 1.2
"""How much more a page may cost on the largest site than on the smallest."""
DEEP = 5
"""How much more the page number 1,000 may cost than the first."""
QUESTION_CPU = 12.0
"""Milliseconds of CPU that a question page with 5 answers may cost, the database's included."""

TABLES_LEFT_OUT = ("Votes", "Badges", "PostHistory")
"""Files that none of these pages reads; without them a million questions are there sooner."""


def prepare(url: str, *, questions: int) -> None:
    """A site with so many questions in the database at `url`."""
    environment = {**os.environ, "DATABASE_URL": url, "CACHE_URL": "dummycache://"}
    with tempfile.TemporaryDirectory(prefix="ask-bench-") as folder:
        dump = Path(folder) / "dump"
        for arguments in (
            ["migrate", "--verbosity=0"],
            ["collectstatic", "--verbosity=0", "--noinput"],
            ["make_dump", str(dump), "--questions", str(questions)],
            ["import_dump", str(dump)],
        ):
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if arguments[0] == "make_dump":
                for table in TABLES_LEFT_OUT:
                    (dump / f"{table}.xml").unlink()


def measure() -> dict[str, dict[str, float]]:
    """In a process of its own: page → p50 and CPU in milliseconds, on the database of the site."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ask.settings"
    from django.db import connection  # noqa: PLC0415 - settings come from the environment

    from ask.wsgi import application  # noqa: PLC0415

    def visit(address: str) -> None:
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        statuses: list[str] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> Callable[..., None]:
            statuses.append(status)
            return lambda data: None

        body = application(environ, start_response)  # type: ignore[arg-type]
        sum(map(len, body))
        if hasattr(body, "close"):
            body.close()
        assert statuses[0].startswith("200"), (address, statuses)

    visit("/questions")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/stat")

    def cpu() -> float:
        used = backend.read_text().rpartition(")")[2].split()
        ticks = int(used[11]) + int(used[12])
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

    results = {}
    for name, addresses in _addresses().items():
        for address in addresses[:20]:
            visit(address)
        times = []
        before = cpu()
        for address in addresses:
            started = time.perf_counter()
            visit(address)
            times.append(time.perf_counter() - started)
        results[name] = {
            "p50": 1000 * statistics.median(times),
            "cpu": 1000 * (cpu() - before) / len(addresses),
        }
    return results


def _addresses() -> dict[str, list[str]]:
    """`VISITS` addresses of each page."""
    from ask.accounts.models import User  # noqa: PLC0415
    from ask.questions.models import Question, Tag  # noqa: PLC0415

    rng = random.Random(1)
    with_five = list(Question.objects.filter(answer_count=5).order_by("id")[: 20 * VISITS])
    people = list(User.objects.filter(answer_count__gte=3).order_by("id")[: 20 * VISITS])
    tags = list(Tag.objects.best()[:10])
    found = {
        "question with 5 answers": [
            question.get_absolute_url() for question in rng.choices(with_five, k=VISITS)
        ],
        "home": ["/"] * VISITS,
        "tagged": [f"/questions/tagged/{rng.choice(tags).name}" for _ in range(VISITS)],
        "person": [person.get_absolute_url() for person in rng.choices(people, k=VISITS)],
        "people": ["/users"] * VISITS,
        "tags": ["/tags"] * VISITS,
        "feed": ["/feeds"] * VISITS,
    }
    for tab in ("newest", "active", "hot", "score", "unanswered"):
        found[f"questions, {tab}"] = [f"/questions?tab={tab}"] * VISITS
    total = Question.objects.count()
    if total >= 15_000:
        found["questions, page 1,000"] = ["/questions?tab=newest&page=1000&pagesize=15"] * VISITS
        found["questions, page 1"] = ["/questions?tab=newest&page=1&pagesize=15"] * VISITS
    return found


def _ratio(value: float, limit: float) -> str:
    return f"{value:5.2f} ×, {'within' if value <= limit else 'OVER'} {limit:g} ×"


def report(sizes: list[int], best: dict[int, dict[str, dict[str, float]]]) -> None:
    """Print one line a page."""
    print(f"{'p50 and CPU in ms at':24}" + "".join(f"{size:>18,}" for size in sizes))
    for name in best[sizes[-1]]:
        line = f"{name:24}"
        for size in sizes:
            cost = best[size].get(name)
            line += f"{cost['p50']:>10.1f} {cost['cpu']:>7.1f}" if cost else f"{'–':>18}"
        if name in best[sizes[0]]:
            growth = best[sizes[-1]][name]["cpu"] / best[sizes[0]][name]["cpu"]
            line += "   " + _ratio(growth, FLAT)
        print(line)
    last = best[sizes[-1]]
    print(
        f"A question page with 5 answers: {last['question with 5 answers']['cpu']:.1f} ms of CPU,"
        f" limit {QUESTION_CPU:g} ms."
    )
    if "questions, page 1,000" in last:
        deep = last["questions, page 1,000"]["cpu"] / last["questions, page 1"]["cpu"]
        print(f"Page 1,000 against page 1: {_ratio(deep, DEEP)}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="questions, with commas")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure()))
        return
    sizes = sorted(int(size) for size in options.sizes.split(","))
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    best: dict[int, dict[str, dict[str, float]]] = {size: {} for size in sizes}
    for size in sizes:
        started = time.monotonic()
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench_{size}")
        prepare(f"{server}/bench_{size}", questions=size)
        print(f"{size:,} questions stand after {time.monotonic() - started:.0f} s.", flush=True)
    for _ in range(ROUNDS):
        for size in sizes:
            environment = {
                **os.environ,
                "DATABASE_URL": f"{server}/bench_{size}",
                "CACHE_URL": "locmemcache://",
            }
            printed = subprocess.run(
                [sys.executable, "-m", "benchmarks.pages", "--measure"],
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
            for name, cost in json.loads(printed).items():
                known = best[size].setdefault(name, cost)
                for key in cost:
                    known[key] = min(known[key], cost[key])
    report(sizes, best)


if __name__ == "__main__":
    main()
