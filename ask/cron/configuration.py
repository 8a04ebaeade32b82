"""What the site's settings say of the clock: the crontab, the folder of its runs, the time zone."""

import sys
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ask.cron.crontab import Crontab, CrontabError, Entry
from ask.cron.spool import Spool
from ask.cron.starting import Place


def crontab_path() -> Path:
    """The crontab, which is in the user form."""
    return Path(settings.CRONTAB)


class NoCrontab(Exception):
    """The site's crontab cannot be read, or its time zone is none."""


@dataclass(frozen=True, kw_only=True)
class SiteCrontab:
    """The site's crontab as it is now."""

    entries: tuple[Entry, ...]
    zone: tzinfo
    changed_at: float
    """UTC epoch seconds."""

    def entry(self, name: str) -> Entry | None:
        """The entry of that name, if there is one."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def only(self, name: str) -> Self:
        """The same with no other entry than that."""
        return replace(self, entries=tuple(one for one in self.entries if one.name == name))


def site_crontab() -> SiteCrontab:
    """Read the site's crontab. Raises NoCrontab, which says why."""
    path = crontab_path()
    try:
        changed_at = path.stat().st_mtime
        crontab = Crontab.read(path.read_bytes(), source=str(path))
        return SiteCrontab(entries=tuple(crontab.entries), zone=zone(), changed_at=changed_at)
    except (OSError, CrontabError, ImproperlyConfigured) as e:
        raise NoCrontab(str(e)) from e


def spool() -> Spool:
    """Where runs of this host keep what they need. Raises OSError where it cannot be made."""
    return Spool(Path(settings.CRON_FOLDER))


def place(*, crontab: Path | None = None) -> Place:
    """Where runs of this host begin, those of the site's crontab or of another one.

    Raises OSError where the spool cannot be made.
    """
    folder = (crontab or crontab_path()).absolute().parent
    return Place(
        spool=spool(),
        folder=folder,
        store=manage("crontab", "store"),
        mail=manage("crontab", "mail"),
    )


def manage(*arguments: str) -> list[str]:
    """A command that runs a management command of this project, from any folder."""
    program = Path(sys.argv[0])
    if program.name == "manage.py":
        return [sys.executable, str(program.resolve()), *arguments]
    return [sys.executable, "-m", "django", *arguments]


def zone() -> tzinfo:
    """The time zone of the crontab: `CRON_ZONE`, else the machine's, as cron has it.

    Raises ImproperlyConfigured when there is no such zone.
    """
    name = settings.CRON_ZONE
    if not name:
        return zone_of_this_machine()
    try:
        return ZoneInfo(name)
    except (OSError, ZoneInfoNotFoundError, ValueError):
        raise ImproperlyConfigured(f"CRON_ZONE: there is no time zone {name!r}.") from None


def zone_of_this_machine() -> tzinfo:
    """The time zone that the system's cron runs in, unless it was started with another."""
    path = Path("/etc/localtime")
    name = str(path.resolve()).partition("zoneinfo/")[2]
    try:
        return ZoneInfo(name) if name else _from(path)
    except (OSError, ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Etc/UTC")


def _from(path: Path) -> ZoneInfo:
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key="localtime")
