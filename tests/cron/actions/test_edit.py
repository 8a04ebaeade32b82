"""The crontab in an editor: what is wrong, or not meant, never takes its place."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sites import run_manage

GOOD = "# kept\n@daily a.sh\n"


class Editor:
    """A real program that does what a script says to the file that it is given last."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "editor"
        self.folder = folder

    def says(self, script: str) -> "Editor":
        """`$f` is the file."""
        self.path.write_text(
            f'#!/bin/sh\nfor f; do :; done\necho "$@" >> {self.folder}/calls\n{script}\n'
        )
        self.path.chmod(0o755)
        return self

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path)


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "crontab"
    path.write_text(GOOD)
    return path


def edit(
    crontab: Path, editor: str | Editor, *, answers: str = "", code: int = 0, visual: str = ""
) -> tuple[str, str]:
    program = editor if isinstance(editor, str) else str(editor.path)
    return run_manage(
        "crontab", "edit", "--crontab", str(crontab),
        stdin=answers, code=code,
        environment={"EDITOR": program, "VISUAL": visual, "TMPDIR": str(crontab.parent)},
    )  # fmt: skip


def left_by(complaint: str) -> Path:
    """The file in which somebody's work is kept."""
    return Path(complaint.rstrip(".\n").rpartition(" ")[2])


def test_what_was_changed_takes_the_place_of_the_crontab(crontab: Path, editor: Editor) -> None:
    said, _ = edit(crontab, editor.says('echo "@hourly b.sh" >> "$f"'))
    assert crontab.read_text() == GOOD + "@hourly b.sh\n"
    assert said.startswith(f"{crontab} is changed.")
    assert not Path(editor.calls[0]).parent.exists()


def test_an_editor_may_have_arguments(crontab: Path, editor: Editor) -> None:
    editor.says("sed -i s/daily/weekly/ $f")
    edit(crontab, f"{editor.path} -w --name 'a b'")
    assert editor.calls[0].startswith("-w --name a b /")
    assert "@weekly" in crontab.read_text()


def test_visual_comes_before_editor(crontab: Path, editor: Editor) -> None:
    editor.says("sed -i s/daily/weekly/ $f")
    edit(crontab, "/bin/false", visual=str(editor.path))
    assert "@weekly" in crontab.read_text()


def test_what_is_wrong_is_not_installed_and_not_lost(crontab: Path, editor: Editor) -> None:
    _, complaint = edit(crontab, editor.says('echo "61 * * * * b.sh" >> "$f"'), code=1)
    assert crontab.read_text() == GOOD
    assert "crontab:3:1: the minute goes from 0 to 59\n" in complaint
    assert left_by(complaint).read_text() == GOOD + "61 * * * * b.sh\n"


def test_one_may_edit_again(crontab: Path, editor: Editor) -> None:
    script = 'if grep -q 61 "$f"; then sed -i s/61/1/ "$f"; else echo "61 * * * * b.sh" >> "$f"; fi'
    edit(crontab, editor.says(script), answers="y\n")
    assert crontab.read_text() == GOOD + "1 * * * * b.sh\n"
    assert len(editor.calls) == 2


def test_one_may_give_up(crontab: Path, editor: Editor) -> None:
    edit(crontab, editor.says('echo "61 * * * * b.sh" >> "$f"'), answers="n\n", code=1)
    assert crontab.read_text() == GOOD


def test_a_warning_is_said_and_installed(crontab: Path, editor: Editor) -> None:
    _, complaint = edit(crontab, editor.says('echo "0 0 */2 * 1 b.sh" >> "$f"'))
    assert "warning: crontab:3:5: crons disagree" in complaint
    assert "b.sh" in crontab.read_text()


@pytest.mark.parametrize("script", ["exit 3", 'echo "@hourly b.sh" >> "$f"; exit 3', "kill -9 $$"])
def test_an_editor_that_fails_installs_nothing(crontab: Path, editor: Editor, script: str) -> None:
    _, complaint = edit(crontab, editor.says(script), code=1)
    assert crontab.read_text() == GOOD
    assert "nothing was changed" in complaint
    assert complaint.count("\n") == 1


def test_an_editor_that_changes_nothing_installs_nothing(crontab: Path, editor: Editor) -> None:
    before = crontab.stat().st_ino, crontab.stat().st_mtime_ns
    said, _ = edit(crontab, editor.says('touch "$f"'))
    assert said == "Nothing was changed.\n"
    assert (crontab.stat().st_ino, crontab.stat().st_mtime_ns) == before


def test_an_editor_that_is_not_there_is_one_line(crontab: Path) -> None:
    _, complaint = edit(crontab, "/nowhere/vim", code=1)
    assert (
        complaint == "CommandError: /nowhere/vim: No such file or directory; nothing was changed.\n"
    )


def test_a_change_of_somebody_else_is_not_overwritten(crontab: Path, editor: Editor) -> None:
    script = f'echo "@hourly mine.sh" >> "$f"; echo "@hourly theirs.sh" >> {crontab}'
    _, complaint = edit(crontab, editor.says(script), code=1)
    assert crontab.read_text() == GOOD + "@hourly theirs.sh\n"
    assert "changed by somebody else meanwhile" in complaint
    assert left_by(complaint).read_text() == GOOD + "@hourly mine.sh\n"


def test_a_link_stays_one_and_the_mode_stays(crontab: Path, editor: Editor, tmp_path: Path) -> None:
    crontab.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to("crontab")
    edit(link, editor.says('echo "@hourly b.sh" >> "$f"'))
    assert link.is_symlink()
    assert "b.sh" in crontab.read_text()
    assert stat.S_IMODE(crontab.stat().st_mode) == 0o640


def test_a_crontab_that_is_not_there_is_begun(tmp_path: Path, editor: Editor) -> None:
    path = tmp_path / "new"
    edit(path, editor.says('echo "@hourly b.sh" >> "$f"'))
    assert path.read_text() == "@hourly b.sh\n"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_ctrl_c_is_for_the_editor(crontab: Path, editor: Editor) -> None:
    editor.says(
        'trap \'echo "@hourly b.sh" >> "$f"; exit\' INT\n'
        "kill -INT -$(ps -o pgid= $$ | tr -d ' ')\n"
        "sleep 5"
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "crontab", "edit", "--crontab", str(crontab)],
        env={**os.environ, "EDITOR": str(editor.path), "VISUAL": ""},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert crontab.read_text() == GOOD + "@hourly b.sh\n"
