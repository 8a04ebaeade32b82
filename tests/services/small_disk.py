"""A file system that is soon full."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(*, megabytes: int) -> Iterator[Path]:
    """A file system of its own, which is soon full."""
    folder = Path(tempfile.mkdtemp(prefix="ask-disk-", dir="/tmp"))
    folder.chmod(0o755)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("only root may make a small file system to fill")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()
