"""A private SQLite database: `python -m tests.services.sqlite -- COMMAND…`.

The command finds it in `DATABASE_URL`; its exit code is passed on.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.command import end_orderly_on_signals, run


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a database in a folder of its own, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ask-sqlite-") as folder:
        yield f"sqlite:///{Path(folder) / 'ask.sqlite3'}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services.sqlite", description=__doc__)
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    command = parser.parse_args().command
    end_orderly_on_signals()
    with sqlite() as url:
        return run(command, environment={"DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
