"""A program `crontab` that keeps one file, as that of Debian keeps one for each user."""

import os
from pathlib import Path

import pytest

PROGRAM = """\
#!/bin/sh
here={folder}
echo "$*" >> "$here/calls"
case "$1" in
-l) [ -f "$here/kept" ] || {{ echo "no crontab for $(id -un)" >&2; exit 1; }}; cat "$here/kept" ;;
*)  [ ! -f "$here/refuses" ] || {{ echo "errors in crontab file, can't install." >&2; exit 1; }}
    cp "$1" "$here/new" && mv "$here/new" "$here/kept" ;;
esac
"""


class StandIn:
    """The program, and what it keeps."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "cron"
        self.folder.mkdir()
        self.kept = self.folder / "kept"
        self.refuses = self.folder / "refuses"
        program = self.folder / "crontab"
        program.write_text(PROGRAM.format(folder=self.folder))
        program.chmod(0o755)
        self.path = f"{self.folder}:{os.environ['PATH']}"
        monkeypatch.setenv("PATH", self.path)

    @property
    def writes(self) -> int:
        """How often it was given another crontab."""
        calls = (self.folder / "calls").read_text().splitlines()
        return sum(call != "-l" for call in calls)
