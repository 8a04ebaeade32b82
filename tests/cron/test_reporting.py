"""How a job tells the runner how far it is: real pipes, real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ask.cron.reporting import Reporter, reporter

REPORT = "from ask.cron.reporting import report; "


class Pipe:
    """A pipe, both of whose ends are open here."""

    def __init__(self) -> None:
        reader, writer = os.pipe()
        self.reader = os.fdopen(reader, "rb", buffering=0)
        self.writer = os.fdopen(writer, "wb", buffering=0)

    def lines(self) -> list[str]:
        """What was written, when no process of the test holds the writer's end any more."""
        self.writer.close()
        return self.reader.readall().decode().splitlines()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    with made.reader, made.writer:
        yield made


@pytest.fixture
def runner(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """A pipe that this process inherited from a runner, as far as it can tell."""
    os.set_inheritable(pipe.writer.fileno(), True)
    monkeypatch.setenv("CRON_PROGRESS_FD", str(pipe.writer.fileno()))
    return pipe


def run(*command: str, pipe: Pipe) -> subprocess.CompletedProcess[str]:
    """Run a program as the runner does: the pipe is its descriptor 3."""
    writer = pipe.writer.fileno()
    return subprocess.run(
        ["bash", "-c", f'exec "$@" 3>&{writer}', "bash", *command],
        env={**os.environ, "CRON_PROGRESS_FD": "3"},
        pass_fds=[writer],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_python(code: str, *, pipe: Pipe) -> None:
    """Run code that must end well and silently, in a process where Django is not set up."""
    done = run(sys.executable, "-c", REPORT + code, pipe=pipe)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_program_is_heard(pipe: Pipe) -> None:
    run_python(
        "report(120, total=1000, phase='Rendering posts');"
        "report(120, phase='Writing');"
        "report(None, phase='Vacuuming');"
        "report(7)",
        pipe=pipe,
    )
    assert pipe.lines() == ["120/1000 Rendering posts", "120 Writing", "- Vacuuming", "7"]


def test_bash_is_heard(pipe: Pipe) -> None:
    done = run("bash", "-c", 'echo "3/10 copying" >&3; echo "- syncing" >&3', pipe=pipe)
    assert done.returncode == 0
    assert pipe.lines() == ["3/10 copying", "- syncing"]


def documented(name: str) -> str:
    """The function for scripts that `docs/jobs.md` shows."""
    page = Path(__file__).parents[2] / "docs" / "jobs.md"
    (line,) = [line for line in page.read_text().splitlines() if line.startswith(f"{name}()")]
    return f"set -eu; {line}\n"


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_function_of_the_manual_is_heard_and_never_ends_a_script(
    pipe: Pipe, shell: str
) -> None:
    script = documented("progress") + "progress 3/10 copying; progress - syncing; echo done"
    assert run(shell, "-c", script, pipe=pipe).stdout == "done\n"
    without = f"unset CRON_PROGRESS_FD; exec 3>&-; {script}"
    assert run(shell, "-c", without, pipe=pipe).stdout == "done\n"
    assert pipe.lines() == ["3/10 copying", "- syncing"]


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_function_of_the_manual_outlives_the_reader(pipe: Pipe, shell: str) -> None:
    pipe.reader.close()
    done = run(shell, "-c", documented("progress") + "progress 3/10; echo done", pipe=pipe)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_a_program_that_a_job_starts_is_heard_if_it_is_given_the_pipe(pipe: Pipe) -> None:
    child = [sys.executable, "-c", f"{REPORT}report(1, total=2, phase='Packing')"]
    run_python(f"import subprocess; subprocess.run({child}, pass_fds=[3], check=True)", pipe=pipe)
    assert pipe.lines() == ["1/2 Packing"]


IN_PLACE_OF_THE_PIPE = """
import os, select, sqlite3, sys
from ask.cron.reporting import report
path, kind = sys.argv[1:]
opened = [os.pipe() if kind == "pipe" else sqlite3.connect(path) for _ in range(5)]
for number in (3, 4, 5, 6):
    os.fstat(number)  # something is open there
    os.environ["CRON_PROGRESS_FD"] = str(number)
    report(number, total=number, phase="Lost")
if kind == "pipe":
    assert not select.select([reader for reader, _ in opened], [], [], 0)[0]
"""


@pytest.mark.parametrize("kind", ["pipe", "database"])
def test_what_took_the_place_of_the_pipe_is_not_written_to(
    tmp_path: Path, pipe: Pipe, kind: str
) -> None:
    """Python closes descriptors to its children, and leaves them the variable."""
    path = tmp_path / "content.sqlite3"
    child = [sys.executable, "-c", IN_PLACE_OF_THE_PIPE, str(path), kind]
    run_python(f"import subprocess; subprocess.run({child}, check=True)", pipe=pipe)
    assert pipe.lines() == []
    assert not path.exists() or path.read_bytes() == b""


def test_a_full_pipe_does_not_hold_the_job_up(pipe: Pipe) -> None:
    os.set_blocking(pipe.writer.fileno(), False)
    while pipe.writer.write(b"x" * 4096):
        pass
    os.set_blocking(pipe.writer.fileno(), True)
    run_python("[report(n, total=n, phase=str(n)) for n in range(1000)]", pipe=pipe)
    assert set("".join(pipe.lines())) == {"x"}


@pytest.mark.parametrize("disposition", ["SIG_IGN", "SIG_DFL"])
def test_a_reader_that_went_does_not_end_the_job(pipe: Pipe, disposition: str) -> None:
    pipe.reader.close()
    run_python(
        f"import signal; signal.signal(signal.SIGPIPE, signal.{disposition});"
        "report(1, total=2, phase='Posts'); report(2, total=2, phase='Posts')",
        pipe=pipe,
    )


@pytest.mark.parametrize("value", ["", "three", "-1", "3.5", "9" * 30, "999999", "\u00b3"])
def test_without_a_runner_nothing_happens(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRON_PROGRESS_FD", value)
    assert reporter() is None
    Reporter().report(1, total=1, phase="Posts")


def test_without_the_variable_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRON_PROGRESS_FD", raising=False)
    assert reporter() is None
    Reporter().report(1, total=1, phase="Posts")


def test_the_reading_end_is_not_written_to(runner: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    os.set_inheritable(runner.reader.fileno(), True)
    monkeypatch.setenv("CRON_PROGRESS_FD", str(runner.reader.fileno()))
    Reporter().report(1, total=1, phase="Posts")
    assert runner.lines() == []


def test_a_file_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "content.sqlite3"
    with path.open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        monkeypatch.setenv("CRON_PROGRESS_FD", str(file.fileno()))
        Reporter().report(1, total=1, phase="Posts")
    assert path.read_bytes() == b""


def test_a_phase_has_one_line_a_second_and_its_end(runner: Pipe) -> None:
    moments = iter([0, 0.5, 0.9, 1.0, 1.1, 1.2, 1.3])
    said = Reporter(clock=lambda: next(moments))
    for done in range(7):
        said.report(done, total=6, phase="Posts")
    assert runner.lines() == ["0/6 Posts", "3/6 Posts", "6/6 Posts"]


def test_a_new_phase_is_always_written_and_the_same_line_never_twice(runner: Pipe) -> None:
    moments = iter([0, 0.1, 0.2, 0.3, 0.4, 9])
    said = Reporter(clock=lambda: next(moments))
    said.report(2, total=2, phase="Users")
    said.report(2, total=2, phase="Users")
    said.report(0, total=5, phase="Posts")
    said.report(1, total=5, phase="Posts")
    said.report(None, phase="Index")
    said.report(None, phase="Index")
    assert runner.lines() == ["2/2 Users", "0/5 Posts", "- Index"]


def test_a_loop_may_report_whatever_it_does(pipe: Pipe) -> None:
    run_python("[report(n, total=100_000, phase='Posts') for n in range(100_001)]", pipe=pipe)
    lines = pipe.lines()
    assert (lines[0], lines[-1]) == ("0/100000 Posts", "100000/100000 Posts")
    assert len(lines) < 20


@pytest.mark.parametrize(
    ("phase", "shown"),
    [
        ("two\nlines\r\n", "two lines"),
        ("a\0b\x1b[31mred\x7f", "a b [31mred"),
        ("  a\t b\u2028c\u200f  ", "a b c"),
        ("half \udc80 a pair", "half a pair"),
        ("Разметка", "Разметка"),
        ("", ""),
        ("\n", ""),
    ],
)
def test_a_phase_is_one_line_that_can_be_shown(runner: Pipe, phase: str, shown: str) -> None:
    Reporter().report(1, phase=phase)
    assert runner.lines() == [f"1 {shown}".strip()]


@pytest.mark.parametrize("start", range(4))
def test_a_long_phase_is_cut_between_characters(runner: Pipe, start: int) -> None:
    Reporter().report(1, phase="x" * start + "п🙂" * 100)
    (line,) = runner.lines()
    assert 200 - 4 <= len(f"{line}\n".encode()) <= 200
    assert line.startswith(f"1 {'x' * start}п🙂п🙂")


def test_nobody_has_done_less_than_nothing(runner: Pipe) -> None:
    Reporter().report(-1, total=5)
    assert runner.lines() == ["0/5"]
