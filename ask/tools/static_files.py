"""Collecting the static files, when there is something new."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command


def collect_static_files() -> bool:
    """Fill `STATIC_ROOT`, unless it was filled from the same files; returns whether it was done."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}-collected")
    wanted = _state_of_sources()
    if (root / "staticfiles.json").exists() and stamp.exists() and stamp.read_text() == wanted:
        return False
    stamp.unlink(missing_ok=True)
    # By itself, collectstatic takes a file for unchanged that was written in the same second.
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)
    return True


def _state_of_sources() -> str:
    """A text that changes when a source is added, removed or written."""
    lines = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            # Sources are files of applications; other storages have no mtime to go by.
            assert isinstance(storage, FileSystemStorage)  # noqa: S101
            stat = Path(storage.path(path)).stat()
            lines.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
