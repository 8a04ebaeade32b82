"""Prints a CronJob of Kubernetes for each entry, which starts it through Ask's runner.

The image has this project in its working directory and runs as a user with a number; pods get their
settings from what --env-from names. `kubectl apply --prune` with the label
app.kubernetes.io/managed-by=crontab also removes what the crontab has no more.
"""

import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ask.cron import system
from ask.cron.actions.entries import add_crontab_arguments, crontab_of
from ask.cron.crontab import CrontabError
from ask.cron.kubernetes import Settings, doubts, manifests, refused

HELP = "the crontab as CronJobs of Kubernetes"

STDOUT = Path("-")

UTC = "Etc/UTC"

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_IMAGE = r"[A-Za-z0-9][A-Za-z0-9._:@/-]*"
_SOURCE = rf"(?P<kind>secret/|configmap/)?(?P<name>(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*)"
_KINDS = {"configmap/": "configMap"}

_NO_ZONES = {"localtime", "Factory"}
"""Names of zones that are others elsewhere."""


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.A):
            raise ArgumentTypeError(f"{text!r} is no {what}")
        return text

    return read


def _source(text: str) -> tuple[str, str]:
    found = re.fullmatch(_SOURCE, text, re.A)
    if not found:
        raise ArgumentTypeError(f"{text!r} is neither a name, secret/NAME nor configmap/NAME")
    return _KINDS.get(found["kind"], "secret"), found["name"]


def add_arguments(parser: ArgumentParser) -> None:
    """Of which crontab, and what the manifests say beside it."""
    add_crontab_arguments(parser)
    parser.add_argument(
        "--image", type=_matching(_IMAGE, "image"), default="ask", help="of the pods (ask)"
    )
    parser.add_argument(
        "--namespace", type=_matching(_LABEL, "namespace"), help="none is said by default"
    )
    parser.add_argument(
        "--zone", help=f"the time zone of the crontab; by default CRON_ZONE, else {UTC}"
    )
    parser.add_argument(
        "--env-from",
        type=_source,
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="a Secret, or configmap/NAME, that holds settings",
    )
    parser.add_argument("--output", type=Path, default=STDOUT, metavar="FILE", help="instead of -")


def run(command: BaseCommand, **options: Any) -> None:
    """Print the manifests, or all that is wrong. Raises CommandError."""
    crontab = crontab_of(options)
    if wrong := list(refused(crontab)):
        raise CommandError(str(CrontabError(wrong, source=crontab.source)))
    zone = _zone(options["zone"] or settings.CRON_ZONE or UTC)
    for doubt in doubts(crontab, zone=zone, now=time.time()):
        place, _, said = str(doubt).partition(": ")
        command.stderr.write(f"{crontab.source}:{place}: warning: {said}")
    text = manifests(
        crontab,
        Settings(
            crontab=str(options["crontab"]) if options["crontab"] else None,
            image=options["image"],
            namespace=options["namespace"],
            zone=zone.key,
            env_from=tuple(options["env_from"]),
        ),
    )
    if options["output"] == STDOUT:
        command.stdout.write(text, ending="")
        return
    try:
        system.write_file(options["output"], text)
    except OSError as e:
        raise CommandError(f"{options['output']}: {e.strerror}.") from None


def _zone(name: str) -> ZoneInfo:
    """A zone that Kubernetes knows by this name as well. Raises CommandError."""
    if name not in available_timezones() - _NO_ZONES:
        raise CommandError(
            "Kubernetes wants the name of a time zone, such as Europe/Berlin, and"
            f" {name!r} is none: choose one with --zone."
        )
    return ZoneInfo(name)
