"""A command on SQLite and on PostgreSQL at once: `python -m tests.services.both -- COMMAND…`.

What it says on SQLite is seen at once, what it says on PostgreSQL after that. The exit code is 1
where it failed on either, and the last line says on which.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile

from tests.services.command import end_orderly_on_signals, ending_before_us, wait

DATABASES = ("sqlite", "postgresql")


def on_both(command: list[str]) -> list[str]:
    """On which databases a command failed."""
    with tempfile.TemporaryFile() as later:
        processes = {
            name: subprocess.Popen(
                [sys.executable, "-m", f"tests.services.{name}", "--", *command],
                stdout=None if name == DATABASES[0] else later,
                stderr=None if name == DATABASES[0] else subprocess.STDOUT,
            )
            for name in DATABASES
        }
        failed = []
        with ending_before_us(*processes.values()):
            for name, process in processes.items():
                sys.stdout.write(f"== {name}\n")
                sys.stdout.flush()
                code = wait(process)
                if name != DATABASES[0]:
                    later.seek(0)
                    shutil.copyfileobj(later, sys.stdout.buffer)
                    sys.stdout.flush()
                if code:
                    failed.append(name)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services.both", description=__doc__)
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    command = parser.parse_args().command
    end_orderly_on_signals()
    failed = on_both(command)
    if failed:
        sys.stderr.write(f"The tests failed on: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
