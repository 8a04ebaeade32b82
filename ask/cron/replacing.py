"""Puts a new version in the place of a crontab: at once, whole, and over nobody else's change."""

import errno
import fcntl
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path


class Obstacle(StrEnum):
    """What keeps anybody here from replacing a file. Its text says so of the `path`."""

    FOLDER = "nothing can be made in {folder}, where a new version has to be written first"
    MOUNT = "it is mounted by itself, so nothing can take its place: mount its folder"
    OWNER = "it belongs to {owner}, and only root may give a new version to them"
    FAULT = "{fault}"


class CannotReplace(Exception):
    """A file stays as it is; `words` stand in the places of the obstacle's text."""

    def __init__(self, obstacle: Obstacle, *, path: Path, fault: str = "") -> None:
        self.obstacle = obstacle
        self.words = {"folder": str(path.parent), "owner": _owner(path), "fault": fault}
        super().__init__(f"{path}: {obstacle.format_map(self.words)}.")


class Changed(Exception):
    """Somebody else changed the file meanwhile, so it stays as it is now."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was changed by somebody else meanwhile, and stays")


def read(path: Path) -> bytes:
    """What the file holds; nothing where there is none. Raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def check_replaceable(path: Path) -> None:
    """Look whether `replace` could do its work. Raises CannotReplace."""
    path = path.resolve()
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True):
        raise CannotReplace(Obstacle.FOLDER, path=path)
    if os.path.ismount(path):
        raise CannotReplace(Obstacle.MOUNT, path=path)
    with suppress(FileNotFoundError):
        if os.geteuid() not in (0, path.stat().st_uid):
            raise CannotReplace(Obstacle.OWNER, path=path)


def replace(path: Path, *, before: bytes, after: bytes) -> None:
    """Put `after` in the place of the file, which holds `before`: empty where there is none.

    Its owner and its mode stay, and a link stays one. Whoever reads the file meanwhile finds the
    one version or the other. Raises CannotReplace and Changed, and leaves the file alone then.
    """
    path = path.resolve()
    try:
        check_replaceable(path)
        made = _written(path, after)
        try:
            with _alone(path.parent) as folder:
                if read(path) != before:
                    raise Changed(path)
                os.replace(made, path)  # noqa: PTH105
                os.fsync(folder)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
    except OSError as e:
        obstacle = Obstacle.MOUNT if e.errno == errno.EBUSY else Obstacle.FAULT
        raise CannotReplace(obstacle, path=path, fault=e.strerror or str(e)) from None


def _written(path: Path, data: bytes) -> Path:
    """A file beside another one, on the disk and with its owner and mode."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            mode = 0o644
            with suppress(FileNotFoundError):
                found = path.stat()
                mode = found.st_mode & 0o7777
                if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(descriptor, found.st_uid, found.st_gid)
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Be the only one who compares and replaces there; yields the folder's descriptor."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Disks of other hosts may have no such lock; then a moment remains between the two.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _owner(path: Path) -> str:
    try:
        number = path.stat().st_uid
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
    except OSError:
        return ""
