"""What an import costs, beside the least it could cost: `make bench-import DUMP=…`.

Imports one dump into PostgreSQL and into SQLite, from XML files and from a .7z, each time with
`manage.py import_dump` into a new database with the settings of production. Beside it stand a bare
copy of the same XML files into plain tables (`benchmarks.ceiling`) and the unpacking alone. A
command is timed from its start to its end, the start of Python included. All take turns, and of
all rounds the quickest counts, since machines are shared.

`--growth` shows instead how memory grows with the dump.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import py7zr

from ask.stackexchange.archives import site_of
from ask.stackexchange.sample import SITE
from benchmarks import processes
from tests.services.command import end_orderly_on_signals
from tests.services.sqlite import sqlite

TO_CEILING = {"postgresql": 1.5, "sqlite": 1.7}
"""How much longer than the bare copy an import from XML may take."""
TO_UNPACKING = 1.2
"""How much longer than what cannot be avoided an import from .7z may take."""
CORES = 2
"""Among which unpacking and import are shared at best."""
MEMORY = 300
"""Megabytes that all processes of an import may hold together."""

QUESTIONS = 20_000
"""In the sample, where no dump is given."""
ROWS_OF_A_QUESTION = 38
"""In samples: rows of all eight files for each question, roughly."""

CEILING = "bare copy of the XML"
UNPACKING = "unpacking alone"

UNPACK = """
import sys
from pathlib import Path
from ask.stackexchange.archives import Dump
Dump([Path(sys.argv[1])]).unpack(lambda table, data: None)
"""


class Way(NamedTuple):
    """One of the imports that are compared."""

    database: str
    form: str

    @property
    def title(self) -> str:
        database = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[self.database]
        return f"{database} from {'XML' if self.form == 'xml' else '.7z'}"


WAYS = {
    f"{database}-{form}": Way(database, form)
    for database in ("postgresql", "sqlite")
    for form in ("xml", "7z")
}


@dataclass(frozen=True)
class Forms:
    """One dump in both forms."""

    folder: Path
    archive: Path
    site: str
    """The host that it comes from."""


@dataclass(frozen=True)
class Server:
    """The private PostgreSQL."""

    url: str
    """Of one of its databases."""
    postmaster: int
    """Id of its first process."""


@dataclass(frozen=True)
class Run:
    """One command that was measured."""

    cost: processes.Cost
    report: Mapping[str, Any]
    """What an import says of itself; of others only rows and seconds of tables, or nothing."""

    def table(self, name: str, figure: str) -> float | None:
        """A figure of a table's report, if there is one."""
        figures = self.report.get("tables", {}).get(name, {})
        return figures.get(figure) if isinstance(figures, dict) else None


Best = dict[str, Run]
"""The quickest run by title."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def manage(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**os.environ, **(environment or {})},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


# What is measured


def unpack(archive: Path, *, folder: Path) -> None:
    with py7zr.SevenZipFile(archive) as bundle:
        bundle.extractall(folder)


def pack(folder: Path, *, archive: Path) -> None:
    """Pack the files of a folder as the real archives are."""
    with py7zr.SevenZipFile(archive, "w", filters=[{"id": py7zr.FILTER_BZIP2}]) as bundle:
        for file in sorted(folder.glob("*.xml")):
            bundle.write(file, file.name)


@contextmanager
def both_forms(dump: Path | None, *, questions: int, is_packed: bool = True) -> Iterator[Forms]:
    """The dump, or a sample of so many questions, with the missing form in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="ask-bench-") as temporary:
        folder, archive = Path(temporary) / "dump", Path(temporary) / "dump.7z"
        if dump and dump.is_dir():
            folder = dump
        elif dump:
            archive = dump
            unpack(archive, folder=folder)
        else:
            manage("make_dump", str(folder), "--questions", str(questions))
        if is_packed and not archive.exists():
            pack(folder, archive=archive)
        # What was written here must not be written to the disk while others are timed.
        os.sync()
        yield Forms(folder, archive, site=(site_of([dump]) if dump else "") or SITE)


def find_server(url: str) -> Server:
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    lines = (Path(row[0]) / "postmaster.pid").read_text().splitlines()
    return Server(url, int(lines[0]))


@contextmanager
def database(kind: str, *, server: Server) -> Iterator[str]:
    """The address of a new database, empty and removed at the end."""
    if kind == "sqlite":
        with sqlite() as url:
            yield url
        return
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
        try:
            yield f"{server.url.rpartition('/')[0]}/bench"
        finally:
            connection.execute("DROP DATABASE bench WITH (FORCE)")


def settle(server: Server) -> None:
    """Let PostgreSQL write what earlier runs left, so that each pays for itself."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


# The runs


def plan(folder: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """What `benchmarks.ceiling` copies: table → its file, and the type of each attribute."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ask.settings"
    import django  # noqa: PLC0415 - settings come from the environment

    django.setup()
    from django.db.models import BooleanField, CharField, DateTimeField, TextField  # noqa: PLC0415

    from ask.stackexchange import tables  # noqa: PLC0415

    def kind(table: tables.Table, column: tables.Column) -> str:
        field = table.model._meta.get_field(column.column)
        if isinstance(field, DateTimeField):
            return "timestamp"
        if isinstance(field, BooleanField):
            return "bool"
        return "text" if isinstance(field, CharField | TextField) else "int8"

    files = {file.name.lower(): file for file in folder.iterdir()}
    return {
        table.name: (
            str(files[name].resolve()),
            {column.attribute: kind(table, column) for column in table.columns},
        )
        for table in tables.ALL.values()
        if (name := f"{table.name}.xml".lower()) in files
    }


def copy_bare(dump: Forms, *, server: Server) -> Run:
    with database("postgresql", server=server) as url, tempfile.NamedTemporaryFile("w") as file:
        json.dump(plan(dump.folder), file)
        file.flush()
        settle(server)
        cost, printed = processes.run(
            [sys.executable, "-m", "benchmarks.ceiling", file.name],
            environment={"DATABASE_URL": url},
            postmaster=server.postmaster,
        )
    return Run(cost, json.loads(printed))


def unpack_alone(dump: Forms, *, server: Server) -> Run:
    """Unpacking as Ask does it, every byte thrown away."""
    settle(server)
    cost, _ = processes.run([sys.executable, "-c", UNPACK, str(dump.archive)], environment={})
    return Run(cost, {})


def import_once(way: Way, dump: Forms, *, server: Server) -> Run:
    path = str(dump.folder if way.form == "xml" else dump.archive)
    address = f"--site-url=https://{dump.site}"
    with database(way.database, server=server) as url:
        environment = {"DATABASE_URL": url, "CACHE_URL": "dummycache://"}
        manage("migrate", "--verbosity=0", environment=environment)
        settle(server)
        cost, _ = processes.run(
            [sys.executable, "manage.py", "import_dump", path, address],
            environment=environment,
            postmaster=server.postmaster if way.database == "postgresql" else None,
        )
        return Run(cost, read_report(url))


def read_report(url: str) -> dict[str, Any]:
    """What the import at `url` kept about itself."""
    query = "SELECT report FROM stackexchange_source ORDER BY id DESC LIMIT 1"
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return dict(json.loads(file.execute(query).fetchone()[0]))
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return dict(row[0])


def better(known: Run | None, run: Run) -> Run:
    """The quicker one, with the most memory of both: samples miss the peak, but never exceed it."""
    if known is None:
        return run
    quicker = min(known, run, key=lambda one: one.cost.seconds)
    return replace(
        quicker,
        cost=replace(
            quicker.cost,
            memory=max(known.cost.memory, run.cost.memory),
            database_memory=max(known.cost.database_memory, run.cost.database_memory),
        ),
    )


def measure(ways: Sequence[Way], dump: Forms, *, server: Server, rounds: int) -> Best:
    best: Best = {}

    def take(title: str, run: Run) -> None:
        best[title] = better(best.get(title), run)
        say(f"{title}: {run.cost.seconds:.2f} s")

    for number in range(1, rounds + 1):
        say(f"Round {number} of {rounds}")
        take(CEILING, copy_bare(dump, server=server))
        take(UNPACKING, unpack_alone(dump, server=server))
        for way in ways:
            take(way.title, import_once(way, dump, server=server))
    return best


# What is printed


def megabytes(size: float) -> str:
    return f"{size / 2**20:,.0f}"


def print_table(title: str, heads: Sequence[str], lines: Iterable[tuple[str, list[str]]]) -> None:
    """Print columns that are as wide as their heads."""
    widths = [max(len(head), 8) + 2 for head in heads]
    print(f"\n{title:30}" + "".join(f"{head:>{w}}" for head, w in zip(heads, widths, strict=True)))
    for name, cells in lines:
        print(f"{name:30}" + "".join(f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True)))


def print_costs(best: Best) -> None:
    heads = ["seconds", "CPU", "CPU of PostgreSQL", "MB", "MB of PostgreSQL"]
    lines = []
    for title, run in best.items():
        cost = run.cost
        cells = [f"{cost.seconds:.2f}", f"{cost.cpu:.2f}", "–", megabytes(cost.memory), "–"]
        if cost.database_memory:
            cells[2], cells[4] = f"{cost.database_cpu:.2f}", megabytes(cost.database_memory)
        lines.append((title, cells))
    print_table("whole commands", heads, lines)


def print_tables(best: Best) -> None:
    """Rows a second: of each table while it was read, of all in the whole command."""
    runs = {title: run for title, run in best.items() if title != UNPACKING}
    lines = []
    for name in best[CEILING].report["tables"]:
        cells = [f"{best[CEILING].table(name, 'read'):,}"]
        for run in runs.values():
            rows, seconds = run.table(name, "read"), run.table(name, "seconds")
            # An import rounds its seconds, to nothing for the smallest tables.
            cells.append(f"{rows / seconds:,.0f}" if rows and seconds else "–")
        lines.append((name, cells))
    total = count_rows(best[CEILING])
    cells = [f"{total:,}", *(f"{total / run.cost.seconds:,.0f}" for run in runs.values())]
    print_table("rows/s", ["rows", *runs], [*lines, ("all, whole command", cells)])


def count_rows(run: Run) -> int:
    return int(sum(run.table(name, "read") or 0 for name in run.report.get("tables", {})))


def print_stages(best: Best) -> None:
    """Seconds as the import itself gives them."""
    runs = {title: run for title, run in best.items() if title not in {CEILING, UNPACKING}}
    reports = [run.report for run in runs.values()]
    # SQLite's reports come last and keep the order of stages, which PostgreSQL's jsonb forgets.
    names = dict.fromkeys(name for report in reversed(reports) for name in report.get("stages", {}))
    lines = [("tables, added up", [_seconds(_table_seconds(run)) for run in runs.values()])]
    for name in names:
        cells = [_seconds(report.get("stages", {}).get(name)) for report in reports]
        lines.append((name, cells))
    lines += [
        ("import, as it says", [_seconds(report.get("seconds")) for report in reports]),
        ("whole command", [_seconds(run.cost.seconds) for run in runs.values()]),
    ]
    print_table("seconds of stages", list(runs), lines)


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f}"


def _table_seconds(run: Run) -> float:
    return sum(run.table(name, "seconds") or 0 for name in run.report.get("tables", {}))


def print_limits(ways: Sequence[Way], best: Best) -> None:
    """One line a limit."""
    print(f"\n{'limits':60}{'figure':>10}{'beside it':>12}{'ratio':>9}")
    for way in ways:
        cost = best[way.title].cost
        if way.form == "xml":
            beside = best[CEILING].cost.seconds
            _print_limit(
                f"{way.title}; the {CEILING}", cost.seconds, beside, TO_CEILING[way.database]
            )
    for way in ways:
        xml = best.get(Way(way.database, "xml").title)
        if way.form == "7z" and xml:
            name, beside = unavoidable(best[UNPACKING].cost, xml.cost)
            _print_limit(f"{way.title}; {name}", best[way.title].cost.seconds, beside, TO_UNPACKING)
    for way in ways:
        held = best[way.title].cost.memory / 2**20
        _print_limit(f"{way.title}; {MEMORY} MB of memory", held, MEMORY, 1, unit="MB")


def unavoidable(unpacking: processes.Cost, xml: processes.Cost) -> tuple[str, float]:
    """What an import from .7z takes at the very least, and its seconds."""
    together = unpacking.cpu + xml.cpu + xml.database_cpu
    if unpacking.seconds >= together / CORES:
        return UNPACKING, unpacking.seconds
    return f"CPU of unpacking and of XML on {CORES} cores", together / CORES


def _print_limit(name: str, figure: float, beside: float, limit: float, *, unit: str = "s") -> None:
    digits = 2 if unit == "s" else 0
    ratio = figure / beside
    print(
        f"{name:60}{figure:>7,.{digits}f} {unit:2}{beside:>9,.{digits}f} {unit:2}"
        f"{ratio:7.2f} ×, {'within' if ratio <= limit else 'OVER'} {limit:g} ×"
    )


def report(ways: Sequence[Way], best: Best) -> None:
    print_costs(best)
    print_tables(best)
    print_stages(best)
    print_limits(ways, best)


# Growth


def show_growth(ways: Sequence[Way], *, sizes: Sequence[int], server: Server) -> None:
    """Print the peak of memory of each import for samples of about so many rows."""
    best: dict[int, Best] = {}
    for size in sizes:
        is_packed = any(way.form == "7z" for way in ways)
        questions = max(size // ROWS_OF_A_QUESTION, 1)
        with both_forms(None, questions=questions, is_packed=is_packed) as dump:
            say(f"A sample of about {size:,} rows is made.")
            runs = {}
            for way in ways:
                run = runs[way.title] = import_once(way, dump, server=server)
                say(f"{way.title}: {run.cost.seconds:.2f} s")
            best[count_rows(run)] = runs
    heads = [f"{rows:,} rows" for rows in best]
    lines = [
        (way.title, [megabytes(runs[way.title].cost.memory) for runs in best.values()])
        for way in ways
    ]
    lines += [
        (
            f"PostgreSQL beside {'XML' if way.form == 'xml' else '.7z'}",
            [megabytes(runs[way.title].cost.database_memory) for runs in best.values()],
        )
        for way in ways
        if way.database == "postgresql"
    ]
    print_table("MB of memory at", heads, lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--dump", type=Path, help="a .7z or a folder of XML files; else a sample")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of the sample")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--imports", default=",".join(WAYS), help="with commas")
    parser.add_argument("--growth", action="store_true", help="compare memory at several sizes")
    parser.add_argument("--sizes", default="1000000,10000000", help="rows for --growth, ditto")
    options = parser.parse_args()
    if unknown := set(options.imports.split(",")) - WAYS.keys():
        parser.error(f"no such imports: {', '.join(unknown)} (there are {', '.join(WAYS)})")
    if options.dump and not options.dump.exists():
        parser.error(f"{options.dump}: no such file or folder")
    ways = [WAYS[name] for name in options.imports.split(",")]
    end_orderly_on_signals()
    server = find_server(os.environ["DATABASE_URL"])
    try:
        if options.growth:
            sizes = [int(size) for size in options.sizes.split(",")]
            show_growth(ways, sizes=sizes, server=server)
            return
        with both_forms(options.dump, questions=options.questions) as dump:
            report(ways, measure(ways, dump, server=server, rounds=options.rounds))
    except processes.Failed as problem:
        sys.exit(f"A command that was to be timed failed:\n{problem}")


if __name__ == "__main__":
    main()
