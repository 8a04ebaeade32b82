"""Opens the crontab in an editor, as `crontab -e` does; what is wrong is never installed.

The editor is $VISUAL, else $EDITOR, and gets a copy. When it ends, the copy is checked, and then
takes the place of the crontab at once. Whatever goes wrong, the crontab stays as it was.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ask.cron.actions.entries import STDIN, add_crontab_arguments, path_of
from ask.cron.crontab import Crontab
from ask.cron.replacing import CannotReplace, Changed, read, replace

HELP = "change the crontab in an editor; what is wrong is not installed"

EDITORS = ("sensible-editor", "editor", "nano", "vi")
"""Programs that are tried when nobody chose one."""


def add_arguments(parser: ArgumentParser) -> None:
    """Which crontab."""
    add_crontab_arguments(parser)


def run(command: BaseCommand, **options: Any) -> None:
    """Let somebody change the crontab. Raises CommandError."""
    given = path_of(options)
    if given == STDIN:
        raise CommandError("Standard input cannot be edited.")
    path = given.resolve()  # a link stays one
    editor = _editor()
    try:
        before = read(path)
        folder = Path(tempfile.mkdtemp(prefix="crontab-"))
        copy = folder / path.name
        copy.write_bytes(before)
    except OSError as e:
        raise CommandError(f"{e.filename}: {e.strerror}.") from None
    is_needed = False
    try:
        while True:
            _edit(editor, copy)
            after = copy.read_bytes()
            if after == before:
                is_needed = False
                command.stdout.write("Nothing was changed.")
                return
            is_needed = True
            if _is_right(command, after, path=path, is_system=options["system"]):
                break
            if not _wants_again(command):
                raise CommandError(f"Not installed; what you wrote is in {copy}.")
        replace(path, before=before, after=after)
        is_needed = False
    except Changed as e:
        raise CommandError(f"{e}; what you wrote is in {copy}.") from None
    except CannotReplace as e:
        raise CommandError(f"{e} What you wrote is in {copy}.") from None
    except OSError as e:
        kept = f" What you wrote is in {copy}." if is_needed else ""
        raise CommandError(f"{e.filename}: {e.strerror}.{kept}") from None
    finally:
        if not is_needed:
            shutil.rmtree(folder, ignore_errors=True)
    command.stdout.write(
        f"{path} is changed. Schedulers notice by themselves; the system's cron is told with"
        " crontab install."
    )


def _editor() -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        try:
            if words := shlex.split(os.environ.get(name, "")):
                return words
        except ValueError as e:
            raise CommandError(f"{name}: {e}.") from None
    for program in EDITORS:
        if found := shutil.which(program):
            return [found]
    raise CommandError("There is no editor here: name one in EDITOR.")


def _edit(editor: list[str], copy: Path) -> None:
    try:
        with _without_ctrl_c():
            code = subprocess.run([*editor, str(copy)], check=False).returncode  # noqa: S603
    except OSError as e:
        raise CommandError(f"{editor[0]}: {e.strerror}; nothing was changed.") from None
    if code:
        how = f"with exit status {code}" if code > 0 else f"by signal {-code}"
        raise CommandError(f"{editor[0]} ended {how}; nothing was changed.")


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Leave Ctrl-C to the program that has the terminal."""
    # Not SIG_IGN, which the program would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_right(command: BaseCommand, data: bytes, *, path: Path, is_system: bool) -> bool:
    """Whether a crontab may be installed; what is to be said of it goes to standard error."""
    crontab = Crontab.inspect(data, is_system=is_system, source=str(path))
    for problem in crontab.problems:
        kind = "warning: " if problem.is_warning else ""
        command.stderr.write(f"{kind}{path.name}:{problem}")
    return len(crontab.warnings) == len(crontab.problems)


def _wants_again(command: BaseCommand) -> bool:
    command.stderr.write("Edit it again? [Y/n] ", ending="")
    command.stderr.flush()
    answer = sys.stdin.readline()
    return bool(answer) and answer.strip().lower() in ("", "y", "yes", "д", "да")
