"""A new version takes the place of a file at once, or not at all."""

import errno
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ask.cron.replacing import CannotReplace, Changed, Obstacle, check_replaceable, replace

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root may give files away, and mount")


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "crontab"
    path.write_bytes(b"before\n")
    return path


def alone(folder: Path) -> bool:
    """Whether nothing was left beside the crontab."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def as_nobody(folder: Path, path: Path) -> str:
    """What somebody without any rights is told; they may read the folder."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from ask.cron.replacing import CannotReplace, replace\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "path = Path(sys.argv[1])\n"
        "try: replace(path, before=path.read_bytes(), after=b'after')\n"
        "except CannotReplace as e: print(e.obstacle.name, e)\n"
    )
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_new_version_is_there_whole(crontab: Path) -> None:
    replace(crontab, before=b"before\n", after=b"after \xff\n")
    assert crontab.read_bytes() == b"after \xff\n"
    assert alone(crontab.parent)


def test_what_somebody_else_changed_stays(crontab: Path) -> None:
    with pytest.raises(Changed, match="was changed by somebody else"):
        replace(crontab, before=b"", after=b"after\n")
    assert crontab.read_bytes() == b"before\n"
    assert alone(crontab.parent)


def test_a_file_is_begun_where_there_is_none(tmp_path: Path) -> None:
    replace(tmp_path / "new", before=b"", after=b"after\n")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o644
    with pytest.raises(Changed):
        replace(tmp_path / "newer", before=b"it was here\n", after=b"")


def test_a_link_stays_one_and_the_mode_stays(crontab: Path) -> None:
    crontab.chmod(0o640)
    link = crontab.with_name("link")
    link.symlink_to("crontab")
    replace(link, before=b"before\n", after=b"after\n")
    assert link.is_symlink()
    assert crontab.read_bytes() == b"after\n"
    assert stat.S_IMODE(crontab.stat().st_mode) == 0o640


@only_root
def test_the_owner_stays(crontab: Path) -> None:
    os.chown(crontab, 65534, 65534)
    replace(crontab, before=b"before\n", after=b"after\n")
    assert (crontab.stat().st_uid, crontab.stat().st_gid) == (65534, 65534)


@only_root
def test_a_folder_that_cannot_be_written_is_said_and_the_file_not_cut(crontab: Path) -> None:
    crontab.chmod(0o666)
    said = as_nobody(crontab.parent, crontab)
    assert said.startswith(f"FOLDER {crontab}: nothing can be made in {crontab.parent}")
    assert crontab.read_bytes() == b"before\n"


@only_root
def test_a_file_of_somebody_else_is_said(crontab: Path) -> None:
    crontab.parent.chmod(0o777)
    said = as_nobody(crontab.parent, crontab)
    assert said.startswith(f"OWNER {crontab}: it belongs to root")
    assert crontab.read_bytes() == b"before\n"
    assert alone(crontab.parent)


@only_root
def test_a_file_that_is_mounted_by_itself_is_said(crontab: Path) -> None:
    source = Path("/dev/shm") / f"crontab-{os.getpid()}"  # noqa: S108
    source.write_bytes(b"before\n")
    mounted = subprocess.run(["mount", "--bind", source, crontab], check=False, capture_output=True)
    try:
        if mounted.returncode:
            pytest.skip("nothing can be mounted here")
        with pytest.raises(CannotReplace) as refused:
            replace(crontab, before=b"before\n", after=b"after\n")
        assert refused.value.obstacle is Obstacle.MOUNT
        assert crontab.read_bytes() == b"before\n"
        with pytest.raises(CannotReplace, match="mount its folder"):
            check_replaceable(crontab)
    finally:
        subprocess.run(["umount", crontab], check=False, capture_output=True)
        source.unlink()
    assert alone(crontab.parent)


@pytest.mark.parametrize(
    ("number", "obstacle"), [(errno.EBUSY, Obstacle.MOUNT), (errno.ENOSPC, Obstacle.FAULT)]
)
def test_whatever_the_system_says_the_file_stays(
    crontab: Path, monkeypatch: pytest.MonkeyPatch, number: int, obstacle: Obstacle
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(CannotReplace, match=f"^{re.escape(str(crontab))}: ") as refused:
        replace(crontab, before=b"before\n", after=b"after\n")
    assert refused.value.obstacle is obstacle
    assert crontab.read_bytes() == b"before\n"
    assert alone(crontab.parent)


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CannotReplace) as refused:
        replace(tmp_path / "none" / "crontab", before=b"", after=b"after\n")
    assert str(refused.value).count("\n") == 0


def test_of_many_who_began_with_the_same_one_wins(crontab: Path) -> None:
    def attempt(number: int) -> int:
        try:
            replace(crontab, before=b"before\n", after=b"after %d\n" % number)
        except Changed:
            return 0
        return number

    with ThreadPoolExecutor(16) as crowd:
        (winner,) = filter(None, crowd.map(attempt, range(1, 65)))
    assert crontab.read_bytes() == b"after %d\n" % winner
    assert alone(crontab.parent)
