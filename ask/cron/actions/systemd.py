"""Writes unit files of systemd: the scheduler, and what the site runs beside it, as services.

They run as a user without privileges, who may write where the site writes and nowhere else. What is
said once, --user and --env-file, is remembered by the units. Write them anew when `grace=` of an
entry becomes longer: a service that ends waits for its jobs.
"""

import pwd
import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ask.cron import configuration, system
from ask.cron.actions.entries import crontab_of, path_of
from ask.cron.actions.installation import ENV_FILE, environment_file, require_environment
from ask.cron.runner import KILLS
from ask.cron.units import MARK, CannotSay, Host, Service, found, unit

HELP = "the site and its scheduler as services of systemd"

FOLDER = Path("/etc/systemd/system")
STDOUT = Path("-")

TO_STOP = 30
"""Seconds for whatever has no jobs to end, and for records to be brought into the database."""


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,40}", text, re.A):
        raise ArgumentTypeError(f"{text!r} is no name of services")
    return text


def add_arguments(parser: ArgumentParser) -> None:
    """Where to, and what they say."""
    parser.add_argument("--crontab", type=Path, help="another crontab than that of the site")
    parser.add_argument(
        "--user", help="whom they run as; by default the owner of the crontab, never root"
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="lines NAME=value with the settings of the site; made of those of this environment if"
        " it is not there",
    )
    parser.add_argument(
        "--no-env", action="store_true", help="leave out the settings of this environment"
    )
    parser.add_argument(
        "--writes",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FOLDER",
        help="that jobs or the site write to, beside those of the site's settings",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=30,
        metavar="SECONDS",
        help="how long running jobs may take to end when the scheduler is stopped (30)",
    )
    parser.add_argument(
        "--name", type=_name, default="ask", help="the units are NAME-scheduler, NAME-… (ask)"
    )
    parser.add_argument(
        "--output", type=Path, default=FOLDER, metavar="FOLDER", help=f"instead of {FOLDER}; or -"
    )


def run(command: BaseCommand, **options: Any) -> None:
    """Write all files, or say why not; those that say the same stay. Raises CommandError."""
    folder: Path = options["output"]
    crontab = crontab_of(options)
    before = _text(folder / f"{options['name']}-scheduler.service") if folder != STDOUT else ""
    user = _user(options["user"] or found(before, "User"), path=path_of(options))
    known = (found(before, "Environment") or "").removeprefix(f"{ENV_FILE}=")
    file = environment_file(options) or (Path(known) if known else None)
    if options["no_env"]:
        file = None
    longest = max((entry.options.grace for entry in crontab.entries), default=0)
    services = _services(options, stop_seconds=options["patience"] + longest + KILLS + TO_STOP)
    try:
        host = Host(
            user=user,
            folder=_manage().parent,
            environment={ENV_FILE: str(file)} if file else {},
            writable=_outermost(
                [*settings.CRON_WRITABLE, settings.CRON_FOLDER, *options["writes"]]
            ),
        )
        units = {f"{service.name}.service": unit(service, host=host) for service in services}
    except CannotSay as e:
        raise CommandError(str(e)) from None
    if folder != STDOUT:
        for name in units:
            if (text := _text(folder / name)) and not text.startswith(MARK):
                raise CommandError(f"{folder / name} is not Ask's, and stays as it is.")
    is_new = require_environment(file, user=user, is_wanted=not options["no_env"], who="systemd")
    try:
        _put(command, units, folder=folder)
    except BaseException:
        if is_new and file:
            file.unlink()
        raise


def _services(options: dict[str, Any], *, stop_seconds: int) -> Iterator[Service]:
    more = ["--crontab", str(options["crontab"].absolute())] if options["crontab"] else []
    patience = f"--patience={options['patience']}"
    yield Service(
        name=f"{options['name']}-scheduler",
        description=f"Scheduler of {path_of(options).absolute()}",
        command=configuration.manage("scheduler", patience, *more),
        stop_seconds=stop_seconds,
    )
    for name, arguments in settings.CRON_SERVICES.items():
        yield Service(
            name=f"{options['name']}-{name}",
            description=f"{' '.join(arguments)} of {_manage()}",
            command=configuration.manage(*arguments),
            stop_seconds=TO_STOP,
        )


def _put(command: BaseCommand, units: dict[str, str], *, folder: Path) -> None:
    if folder == STDOUT:
        command.stdout.write(
            "".join(f"# {name}\n{text}\n" for name, text in units.items()), ending=""
        )
        return
    changed = [name for name, text in units.items() if _text(folder / name) != text]
    for name in changed:
        try:
            system.write_file(folder / name, units[name])
        except OSError as e:
            raise CommandError(f"{folder / name}: {e.strerror}.") from None
    if not changed:
        command.stdout.write(f"The units in {folder} say all this already.")
        return
    command.stdout.write(f"Written to {folder}: {', '.join(changed)}.")
    command.stdout.write(
        f"  systemctl daemon-reload && systemctl enable {' '.join(units)}"
        f" && systemctl restart {' '.join(units)}"
    )


def _manage() -> Path:
    """manage.py. Raises CommandError when this process was started with something else."""
    path = Path(configuration.manage()[1])
    if path.name != "manage.py":
        raise CommandError("Write units with manage.py: systemd needs its path.")
    return path


def _user(name: str | None, *, path: Path) -> str:
    try:
        account = pwd.getpwnam(name) if name else pwd.getpwuid(path.stat().st_uid)
    except KeyError:
        said = f"There is no user {name} on this host" if name else f"{path} belongs to nobody"
        raise CommandError(f"{said}: choose one with --user.") from None
    if account.pw_uid == 0:
        raise CommandError("Services do not run as root: choose another user with --user.")
    return account.pw_name


def _outermost(paths: list[Path | str]) -> list[Path]:
    """The folders without those that stand in another one."""
    absolute = [Path(path).absolute() for path in paths]
    return [
        path
        for place, path in enumerate(absolute)
        if path not in absolute[:place] and not any(other in path.parents for other in absolute)
    ]


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""
    except OSError as e:
        raise CommandError(f"{file}: {e.strerror}.") from None
