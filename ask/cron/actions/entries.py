"""The crontab and the entry that an action is about."""

from argparse import ArgumentParser
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ask.cron import configuration
from ask.cron.crontab import Crontab, CrontabError, Entry


def add_crontab_arguments(parser: ArgumentParser) -> None:
    """Which crontab is meant."""
    parser.add_argument("--crontab", type=Path, help="another crontab than that of the site")
    parser.add_argument(
        "--system", action="store_true", help="the crontab has a user before each command"
    )


def add_entry_arguments(parser: ArgumentParser) -> None:
    """Which crontab, and which of its entries."""
    parser.add_argument("name", help="of the entry")
    add_crontab_arguments(parser)


def path_of(options: dict[str, Any]) -> Path:
    """The file of the crontab that is meant."""
    path: Path = options.get("crontab") or configuration.crontab_path()
    return path


def crontab_of(options: dict[str, Any]) -> Crontab:
    """The crontab that is meant. Raises CommandError when it is none."""
    path = path_of(options)
    try:
        return Crontab.read(
            path.read_bytes(), is_system=bool(options.get("system")), source=str(path)
        )
    except OSError as e:
        raise CommandError(f"{path}: {e.strerror}.") from None
    except CrontabError as e:
        raise CommandError(str(e)) from None


def entry_of(crontab: Crontab, name: str) -> Entry:
    """The entry of that name. Raises CommandError when there is none."""
    names = [entry.name for entry in crontab.entries]
    if name in names:
        return crontab.entries[names.index(name)]
    near = get_close_matches(name, names, n=1)
    known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
    raise CommandError(f"{crontab.source} has no entry {name}. {known}")
