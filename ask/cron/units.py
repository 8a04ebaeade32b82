"""Unit files of systemd: the scheduler, and what runs beside it, as services of a server."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "# Written by `manage.py crontab systemd`: write it anew, or add to it with systemctl edit."

HARDENED = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
"""
"""What neither a web server nor a job needs. /proc stays: it tells the boot and a job's memory."""

_PLAIN = re.compile(r"[A-Za-z0-9_@+:,./=-]+", re.A)


class CannotSay(Exception):
    """A text that no unit file can hold."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A command that runs all the time."""

    name: str
    description: str
    command: Sequence[str]
    stop_seconds: int
    """How long it may take to end."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """Where services run, and as whom."""

    user: str
    folder: Path
    environment: Mapping[str, str]
    writable: Sequence[Path]


def unit(service: Service, *, host: Host) -> str:
    """The unit file of a service. Raises CannotSay."""
    return "".join(f"{line}\n" for line in _lines(service, host))


def _lines(service: Service, host: Host) -> Iterator[str]:
    yield MARK
    yield "[Unit]"
    yield f"Description={_rest(service.description)}"
    yield "Wants=network-online.target"
    yield "After=network-online.target postgresql.service"
    yield ""
    yield "[Service]"
    yield "Type=exec"
    yield f"User={_rest(host.user)}"
    yield f"WorkingDirectory={_rest(str(host.folder))}"
    for name, value in host.environment.items():
        yield f"Environment={_word(f'{name}={value}')}"
    yield "ExecStart=" + " ".join(_word(word).replace("$", "$$") for word in service.command)
    yield "Restart=on-failure"
    yield "RestartSec=5"
    # SIGTERM is for the main process, which ends its own children, and in order.
    yield "KillMode=mixed"
    yield f"TimeoutStopSec={service.stop_seconds}"
    # A job that took too much memory is its own affair.
    yield "OOMPolicy=continue"
    yield HARDENED.rstrip("\n")
    yield "ReadWritePaths=" + " ".join(_word(str(path)) for path in host.writable)
    yield ""
    yield "[Install]"
    yield "WantedBy=multi-user.target"


def found(text: str, key: str) -> str | None:
    """The first value of a key in a unit file of ours."""
    for line in text.splitlines():
        if line.startswith(f"{key}="):
            value = line.removeprefix(f"{key}=")
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            return value.replace("%%", "%")
    return None


def _rest(text: str) -> str:
    """A text that takes the rest of its line."""
    if not text.isprintable() or text != text.strip() or text.endswith("\\"):
        raise CannotSay(f"No unit file can say {text!r}.")
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """A text among others on its line."""
    text = text.replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return text
    if not text.isprintable():
        raise CannotSay(f"No unit file can say {text!r}.")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
