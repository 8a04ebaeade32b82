"""What `install`, `uninstall` and `diff` have in common: where to, and which lines."""

import os
import pwd
import re
import shlex
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from environ import Env

from ask.cron import configuration, system
from ask.cron.actions.entries import crontab_of, path_of
from ask.cron.crontab import Entry
from ask.cron.installing import Lines, current_user

FILE = Path("/etc/cron.d/ask")
STDOUT = Path("-")

ENV_FILE = "ENV_FILE"
"""The setting that names a file of settings."""


def add_place_arguments(parser: ArgumentParser) -> None:
    """Which crontab, and where it is installed."""
    parser.add_argument("--crontab", type=Path, help="another crontab than that of the site")
    parser.add_argument(
        "--with-users",
        action="store_true",
        help="that crontab has a user before each command; what other actions call --system",
    )
    parser.add_argument(
        "--system",
        action="store_true",
        help=f"a file for /etc/cron.d ({FILE}) instead of the crontab of this user",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="with --system: another file")


def add_line_arguments(parser: ArgumentParser) -> None:
    """What the lines say."""
    parser.add_argument(
        "--user",
        help="with --system: whom the jobs run as; by default the owner of the crontab",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="lines NAME=value with the settings that jobs need, which cron does not pass on;"
        " install makes it of the settings of this environment if it is not there",
    )
    parser.add_argument(
        "--no-env",
        action="store_true",
        help="leave out the settings of this environment: jobs go without",
    )


def target(options: dict[str, Any]) -> Path | None:
    """The file of the system that is meant; None: the crontab of this user. Raises CommandError."""
    file: Path | None = options["output"]
    if options["system"]:
        return file or FILE
    for name in ("output", "user"):
        if options.get(name):
            raise CommandError(f"--{name} goes with --system.")
    return None


@dataclass(frozen=True)
class Installation:
    """What is installed, and what is to be."""

    file: Path | None
    """None: the crontab of this user."""
    text: str
    """What stands there now."""
    lines: Lines
    environment: Path | None
    """The file that jobs read settings from."""

    @classmethod
    def of(cls, options: dict[str, Any]) -> "Installation":
        """What the options leave open is as it is installed. Raises CommandError, CannotInstall."""
        file = target(options)
        text = installed_text(file)
        path = path_of(options).resolve()
        crontab = crontab_of({"crontab": path, "system": options["with_users"]})
        user, environment = _said(Lines(crontab, command=lambda _: ()).found(text) or [])
        environment = environment_file(options) or environment
        if options["no_env"]:
            environment = None
        prefix = ["/usr/bin/env", f"{ENV_FILE}={environment}"] if environment else []
        tick = configuration.manage("crontab", "tick")
        if Path(tick[1]).name != "manage.py":
            raise CommandError("Install with manage.py: cron needs its path.")
        more = ["--crontab", str(path)] if options["crontab"] else []
        more += ["--system"] if options["with_users"] else []

        def command(entry: Entry) -> Sequence[str]:
            return [*prefix, *tick, entry.name, *more]

        column = _user(options, path=path, before=user) if file else None
        return cls(file, text, Lines(crontab, command=command, column=column), environment)

    @property
    def where(self) -> str:
        """The place, for people."""
        return place_name(self.file)


def place_name(file: Path | None) -> str:
    """A place to install in, for people."""
    return str(file) if file else f"the crontab of {current_user()}"


def installed_text(file: Path | None) -> str:
    """The crontab, or file, that the lines stand in. Raises CannotInstall and CommandError."""
    if file is None:
        return system.read()
    if file == STDOUT:
        return ""
    try:
        return os.fsdecode(file.read_bytes())
    except FileNotFoundError:
        return ""
    except OSError as e:
        raise CommandError(f"{file}: {e.strerror}.") from None


def _said(lines: list[str]) -> tuple[str, Path | None]:
    """The user of installed lines, if they are of the system form, and their file of settings."""
    for line in lines:
        if not line.startswith("#") and " crontab tick " in line:
            words = shlex.split(line.replace(r"\%", "%"))
            user = words[1 if words[0].startswith("@") else 5]
            for word in words:
                if word.startswith(f"{ENV_FILE}="):
                    return user, Path(word.removeprefix(f"{ENV_FILE}="))
            return user, None
    return "", None


def _user(options: dict[str, Any], *, path: Path, before: str) -> str:
    """Whom the lines of the system form name. Raises CommandError when there is no such user."""
    name: str = options["user"] or before
    if not name:
        # Entries with users of their own are started by one who may become them.
        owner = 0 if options["with_users"] else path.stat().st_uid
        try:
            return pwd.getpwuid(owner).pw_name
        except KeyError:
            raise CommandError(f"{path} belongs to nobody: choose one with --user.") from None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        raise CommandError(f"There is no user {name} on this host.") from None


def environment_file(options: dict[str, Any]) -> Path | None:
    """The file of settings that is said, here or in this environment."""
    file: Path | None = options["env_file"]
    if file is None and (known := os.environ.get(ENV_FILE)):
        file = Path(known)
    return file.absolute() if file else None


def settings_here() -> dict[str, str]:
    """The settings that stand in this environment, and not in that of a job of cron."""
    names = set(settings.CRON_ENVIRONMENT) - {ENV_FILE}
    known = names | {f"{name}_FILE" for name in names}
    return {name: os.environ[name] for name in sorted(known & set(os.environ))}


def require_environment(
    file: Path | None, *, user: str, is_wanted: bool, who: str = "Cron"
) -> bool:
    """Refuse that `who` starts anything with other settings than this process, if that `is_wanted`.

    A file that is not there is made; whether it was. Raises CommandError.
    """
    here = settings_here()
    if file is None:
        if here and is_wanted:
            raise CommandError(
                f"{who} passes no settings on, and here are {', '.join(here)}. Name a file for"
                " them with --env-file FILE, which is made if it is not there; or leave them out"
                " with --no-env."
            )
        return False
    try:
        held = _read(file)
    except FileNotFoundError:
        _make(file, here, user=user)
        return True
    except OSError as e:
        raise CommandError(f"{file}: {e.strerror}.") from None
    if other := [name for name, value in here.items() if held.get(name) != value]:
        raise CommandError(
            f"{file} does not say what this environment says of {', '.join(other)}: change one of"
            " them."
        )
    return False


def _read(file: Path) -> dict[str, str]:
    class Read(Env):  # type: ignore[misc]
        ENVIRON: dict[str, str] = {}

    with file.open() as opened:
        Read.read_env(opened)
    return Read.ENVIRON


def _make(file: Path, values: dict[str, str], *, user: str) -> None:
    """Write settings down, for the eyes of their user only. Raises CommandError."""
    text = "".join(f"{name}={_quoted(name, value)}\n" for name, value in values.items())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as e:
        raise CommandError(f"{file}: {e.strerror}.") from None
    try:
        with os.fdopen(descriptor, "w") as opened:
            if user != current_user():
                account = pwd.getpwnam(user)
                os.fchown(descriptor, account.pw_uid, account.pw_gid)
            opened.write(text)
    except OSError as e:
        file.unlink()
        raise CommandError(f"{file}, for {user}: {e.strerror}.") from None


def _quoted(name: str, value: str) -> str:
    if "\n" in value or "\r" in value:
        raise CommandError(f"{name} has several lines: name a file that holds it in {name}_FILE.")
    if "'" not in value and not re.fullmatch(r'".*"', value):
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
