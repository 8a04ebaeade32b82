"""Figures for Prometheus: requests from every process of this server, jobs from the database.

Processes of one server share a folder, in which each keeps what it counted; the one that is asked
adds it all up, also what those counted that have ended. The folder bears the server's process, so
that nothing of it survives the server, and two servers never share one.
"""

import os
import shutil
import socket
from pathlib import Path

from django.conf import settings

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_measurements() -> None:
    """Let this process count into its server's folder, before `prometheus_client` is imported.

    For a worker of a server with several processes; its parent is the server. Removes what servers
    left behind that have ended. Raises OSError.
    """
    if not settings.METRICS_TOKEN or os.environ.get(VARIABLE):
        return
    host, server = f"{socket.gethostname()}-", os.getppid()
    folder = Path(settings.METRICS_FOLDER)
    mine = folder / f"{host}{server}-{_began(server)}"
    mine.mkdir(parents=True, exist_ok=True)
    for other in folder.glob(f"{host}*-*"):
        pid, began = other.name.removeprefix(host).split("-", 1)
        if pid.isdigit() and _began(int(pid)) != began:
            shutil.rmtree(other, ignore_errors=True)
    os.environ[VARIABLE] = str(mine)


def _began(pid: int) -> str:
    """When a process began, in a unit of the kernel's; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
