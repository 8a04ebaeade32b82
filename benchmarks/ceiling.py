"""The least that reading a dump into PostgreSQL costs: `python -m benchmarks.ceiling PLAN`.

One process reads each XML file with lxml and copies its rows, as they are, into a plain table that
gets a primary key; `DATABASE_URL` says where. Nothing of Ask is in it, not even its imports. PLAN
is a JSON file: for each table the path of its file and the type of each attribute. Printed is JSON
in the form of an import's report: rows and seconds of each table.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import psycopg
from lxml import etree

CHUNK = 1 << 18

READ: dict[str, Callable[[str], Any] | None] = {
    "int8": int,
    "timestamp": datetime.fromisoformat,
    "bool": "True".__eq__,
    "text": None,
}


class _Target:
    """What lxml calls as it parses."""

    def __init__(self, start: Callable[[str, dict[str, str]], None]) -> None:
        self.start = start

    def close(self) -> None:
        """lxml asks for a result; there is none."""


def copy(connection: psycopg.Connection, table: str, *, file: Path, columns: dict[str, str]) -> int:
    """Make a table of a file. Returns the number of its rows."""
    names = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f'CREATE TABLE "{table}" ({names})')
    plan = [(name, READ[kind]) for name, kind in columns.items()]
    cursor = connection.cursor()
    with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT BINARY)') as copying:
        copying.set_types(list(columns.values()))
        write = copying.write_row

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "row":
                get = attributes.get
                write(
                    [
                        text if (text := get(name)) is None or read is None else read(text)
                        for name, read in plan
                    ]
                )

        parser = etree.XMLParser(target=cast(Any, _Target(start)), huge_tree=True)
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                parser.feed(chunk)
        parser.close()
    connection.execute(f'ALTER TABLE "{table}" ADD PRIMARY KEY ("Id")')
    return cursor.rowcount


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    tables = {}
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for table, (file, columns) in plan.items():
            started = time.perf_counter()
            rows = copy(connection, table, file=Path(file), columns=columns)
            tables[table] = {"read": rows, "seconds": time.perf_counter() - started}
    print(json.dumps({"tables": tables}))


if __name__ == "__main__":
    main()
