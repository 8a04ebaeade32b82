"""What is wrong in a crontab, said so that it can be mended."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ask.env import FOLDER
from tests.sites import run_manage


def checked(text: str, folder: Path, *arguments: str) -> tuple[list[str], int]:
    """What is said, without the file's name, and the exit code."""
    path = folder / "crontab"
    path.write_text(text)
    out = io.StringIO()
    code = 0
    try:
        call_command("crontab", "check", str(path), *arguments, stdout=out)
    except SystemExit as e:
        code = int(e.code or 0)
    return out.getvalue().replace(str(path), "F").splitlines(), code


def test_all_is_well(tmp_path: Path) -> None:
    assert checked("@daily a.sh\n@daily b.sh\n", tmp_path) == (["2 entries, all well."], 0)
    assert checked("@daily a.sh\n", tmp_path) == (["1 entry, all well."], 0)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    lines, code = checked("22-2 * * * * a.sh\n61 * * * * b.sh\n", tmp_path)
    assert code == 1
    assert lines == [
        "F:1:1: a range that goes backwards never matches; write 22-59,0-2",
        "F:2:1: the minute goes from 0 to 59",
        "2 problems. Nothing of this crontab would run.",
    ]


def test_all_of_it_is_said_in_russian(tmp_path: Path) -> None:
    text = "61 * * * * a.sh\n0 0 */2 * 1 b.sh\n"
    lines, _ = checked(text, tmp_path, "--lang=ru", "--zone=UTC")
    assert lines[0] == "F:1:1: минута может быть от 0 до 59"
    assert lines[1].startswith("F:2:5: предупреждение: эти дни понимают по-разному")
    assert lines[-1] == "1 ошибка, 1 предупреждение. Из этого crontab не запустится ничего."
    assert checked("@daily a.sh\n", tmp_path, "--lang=ru")[0] == ["1 задание, всё в порядке."]


def test_a_warning_shows_the_next_runs_and_is_no_failure(tmp_path: Path) -> None:
    lines, code = checked("0 0 */2 * 1 a.sh\n", tmp_path, "--zone=Europe/Berlin")
    assert code == 0
    assert lines[0].startswith("F:1:5: warning: crons disagree about these days")
    assert len(lines[1:-1]) == 5
    assert all(line.endswith(", Mon") for line in lines[1:-1])
    assert lines[-1] == "1 entry, 1 warning."


def test_the_system_form_wants_users(tmp_path: Path) -> None:
    assert checked("@daily root a.sh\n", tmp_path, "--system")[1] == 0
    assert checked("@daily /bin/a.sh\n", tmp_path, "--system")[1] == 1


def test_standard_input_is_checked_too() -> None:
    out, _ = run_manage("crontab", "check", "-", stdin="61 * * * * a.sh\n", code=1)
    assert out.startswith("standard input:1:1: ")


def test_bytes_that_are_no_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "crontab").write_bytes(b"# \xff\n@daily a.sh\n")
    out, _ = run_manage("crontab", "check", str(tmp_path / "crontab"))
    assert out == "1 entry, all well.\n"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    out, complaint = run_manage("crontab", "check", str(tmp_path / "none"), code=1)
    assert (out, complaint.count("\n")) == ("", 1)
    with pytest.raises(CommandError):
        call_command("crontab", "check", "a", "--crontab", "b")


def test_the_crontab_of_this_project_is_well() -> None:
    out = io.StringIO()
    call_command("crontab", "check", str(FOLDER / "crontab"), stdout=out)
    assert out.getvalue().endswith("all well.\n")
