"""The runner beside real jobs: nothing here is imitated."""

import json
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from ask.cron import runner
from ask.cron.runner import HEAD, TAIL, read_progress
from tests.cron.runs import (
    MOMENT,
    Started,
    entry,
    is_alive,
    place,
    run,
    start,
    system_entry,
    until,
)
from tests.services.small_disk import small_disk

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


# What a job finds


def test_a_job_finds_what_cron_would_give_it(tmp_path: Path) -> None:
    done = run("env; pwd", folder=tmp_path, before="MAILTO=a@example.org,b@example.org\nA = 'b c'")
    found = dict(line.split("=", 1) for line in done.output.splitlines() if "=" in line)
    me = pwd.getpwuid(os.geteuid())
    assert found["SHELL"] == "/bin/sh"
    assert found["PATH"] == "/usr/bin:/bin"
    assert found["HOME"] == me.pw_dir
    assert found["LOGNAME"] == found["USER"] == me.pw_name
    assert found["MAILTO"] == "a@example.org,b@example.org"
    assert found["A"] == "b c"
    assert found["CRON_JOB"] == "job"
    assert found["CRON_ATTEMPT"] == "1"
    assert found["CRON_SCHEDULED_FOR"] == "2027-01-15T08:00:00+00:00"
    assert done.output.splitlines()[-1] == str(tmp_path)


def test_the_time_zone_is_that_of_the_machine_and_not_djangos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Django/Own")
    found = run("echo ${TZ-none}", folder=tmp_path).output
    assert found.strip() == (settings.TZ or "none")


def test_a_crontab_that_says_home_starts_its_jobs_there(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    done = run('echo "$HOME"; pwd', folder=tmp_path, before=f"HOME={tmp_path}/home")
    assert done.output.split() == [f"{tmp_path}/home"] * 2


def test_nobody_can_pretend_to_be_another_user(tmp_path: Path) -> None:
    done = run("echo $LOGNAME", folder=tmp_path, before="LOGNAME=somebody")
    assert done.output.strip() == pwd.getpwuid(os.geteuid()).pw_name


def test_the_shell_is_that_of_the_crontab(tmp_path: Path) -> None:
    done = run("echo $BASH_VERSION; [[ a == a ]]", folder=tmp_path, before="SHELL=/bin/bash")
    assert re.match(r"\d+\.", done.output)
    assert done.state == "succeeded"


def test_percent_signs_make_the_input(tmp_path: Path) -> None:
    done = run(r"cat; echo 100\%%first line%second", folder=tmp_path)
    assert done.output == "first line\nsecond\n100%\n"


def test_without_input_there_is_none(tmp_path: Path) -> None:
    assert run("cat; readlink /proc/self/fd/0", folder=tmp_path).output == "/dev/null\n"


def test_a_job_leads_a_session_of_its_own(tmp_path: Path) -> None:
    done = run("ps -o sid=,pid= -p $$", folder=tmp_path)
    session, pid = done.output.split()
    assert session == pid


def test_signals_are_as_a_program_expects_them(tmp_path: Path) -> None:
    done = run("yes | head -n 1; grep -E 'Sig(Ign|Blk)' /proc/self/status", folder=tmp_path)
    first, _, blocked, _, ignored = done.output.split()
    # The two above SIGSYS are the C library's own.
    assert (first, int(blocked, 16), int(ignored, 16) & 0x7FFFFFFF) == ("y", 0, 0)


def test_a_job_inherits_no_other_descriptors(tmp_path: Path) -> None:
    done = run("ls /proc/self/fd", folder=tmp_path)
    # Its lock is one, from ten up; ls has the folder itself open.
    assert [int(n) for n in done.output.split() if int(n) < 10] == [0, 1, 2, 3, 4]


@needs_root
def test_a_job_of_a_system_crontab_runs_as_its_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = start(system_entry("id -un; id -Gn; echo $HOME; pwd", user="games"), at=place(tmp_path))
    games = pwd.getpwnam("games")
    done.wait()
    if not Path(games.pw_dir).exists():
        assert done.end["reason"] == f"cannot enter {games.pw_dir}: No such file or directory"
        return
    assert done.output.split() == ["games", "games", games.pw_dir, games.pw_dir]


@needs_root
def test_a_job_of_another_user_gets_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    at = place(tmp_path / "system")
    found = start(system_entry("env", user="daemon"), at=at).wait()
    assert "LOGNAME=daemon" in found.output
    assert "secret" not in found.output
    assert "SECRET_KEY=secret" in run("env", folder=tmp_path).output


@needs_root
def test_what_root_makes_in_the_spool_of_another_is_the_others(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    games = pwd.getpwnam("games")
    os.chown(spool, games.pw_uid, games.pw_gid)
    run("echo said", folder=tmp_path)
    place(tmp_path).spool.is_first_since("boot", job="job")
    made = list(spool.rglob("*"))
    assert {path.name for path in made} >= {"runs", "job.lock", "logs", "job"}
    assert len(made) == 10
    assert {path.stat().st_uid for path in made} == {games.pw_uid}


# What cannot be started


def test_an_unknown_user_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    done = start(system_entry("true", user="nosuchuser"), at=place(tmp_path)).wait()
    assert done.state == "failed"
    assert done.end["reason"] == "there is no user nosuchuser on this host"
    assert done.code == 127


def test_an_unknown_shell_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    done = run("true", folder=tmp_path, before="SHELL=/no/such/shell")
    assert done.state == "failed"
    assert done.end["reason"] == "cannot run the shell /no/such/shell: No such file or directory"


def test_an_unknown_command_is_what_the_shell_says(tmp_path: Path) -> None:
    done = run("no-such-command", folder=tmp_path)
    assert done.attempts[0]["exit_status"] == 127
    assert "not found" in done.output


def test_a_home_that_is_not_there_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    done = run("true", folder=tmp_path, before="HOME=/no/such/home")
    assert done.end["reason"] == "cannot enter /no/such/home: No such file or directory"


def test_a_lock_of_somebody_else_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    # Root's, left by one run in a user's spool; root itself may open any file.
    place(tmp_path).spool.lock_path("job").mkdir()
    done = run("true", folder=tmp_path)
    assert (done.state, done.code) == ("failed", 127)
    assert done.end["reason"].startswith("the job's lock cannot be opened: ")


# How it ends


@pytest.mark.parametrize(
    ("command", "end"),
    [
        ("true", ("succeeded", 0, None, 0)),
        ("exit 3", ("failed", 3, None, 3)),
        ("kill -9 $$", ("failed", None, 9, 137)),
        ("kill -s SEGV $$", ("failed", None, 11, 139)),
    ],
)
def test_the_end_is_told_as_it_was(
    tmp_path: Path, command: str, end: tuple[str, int | None, int | None, int]
) -> None:
    done = run(command, folder=tmp_path)
    (attempt,) = done.attempts
    assert (done.state, attempt["exit_status"], attempt["signal"], done.code) == end


def test_a_job_that_takes_too_long_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    done = run(
        "sleep 100 & setsid sleep 101 & echo $!; wait", folder=tmp_path, options="timeout=1s"
    )
    assert done.state == "timed out"
    assert done.code == 124
    assert done.attempts[0]["is_timed_out"]
    assert not is_alive(int(done.output))


def test_a_job_may_end_in_order_when_its_time_is_over(tmp_path: Path) -> None:
    command = "trap 'echo tidied; exit 0' TERM; sleep 100 & wait"
    done = run(command, folder=tmp_path, options="timeout=1s grace=10s")
    assert done.output == "tidied\n"
    assert done.state == "timed out"
    assert done.attempts[0]["exit_status"] == 0


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    command = "trap '' TERM; while true; do sleep 0.1; done"
    done = run(command, folder=tmp_path, options="timeout=1s grace=1s")
    assert done.state == "timed out"
    assert done.attempts[0]["signal"] == signal.SIGKILL


def test_who_left_the_group_and_does_not_listen_is_killed_too(tmp_path: Path) -> None:
    deaf = 'trap "" TERM; touch deaf; while true; do sleep 0.1; done'
    command = f"setsid sh -c '{deaf}' & echo $!; wait"
    done = run(command, folder=tmp_path, options="timeout=1s grace=1s")
    assert (tmp_path / "deaf").exists()
    assert (done.state, is_alive(int(done.output))) == ("timed out", False)


def test_a_job_that_is_stopped_can_be_killed_too(tmp_path: Path) -> None:
    done = run("kill -STOP $$", folder=tmp_path, options="timeout=1s grace=1s")
    assert done.state == "timed out"


def test_what_a_job_leaves_in_its_group_may_finish(tmp_path: Path) -> None:
    done = run("(sleep 0.3; echo late) & echo early", folder=tmp_path)
    assert done.output == "early\nlate\n"
    assert done.end["reason"] == ""


def test_what_a_job_leaves_in_its_group_does_not_stay(tmp_path: Path) -> None:
    done = run("sleep 100 & echo $!", folder=tmp_path, options="grace=1s")
    assert done.state == "succeeded"
    assert done.end["reason"] == "it left processes behind, which were ended"
    assert not is_alive(int(done.output))


def test_a_daemon_that_a_job_starts_stays(tmp_path: Path) -> None:
    done = run("setsid sleep 60 >/dev/null 2>&1 & echo $!", folder=tmp_path)
    daemon = int(done.output)
    try:
        assert done.state == "succeeded"
        assert is_alive(daemon)
    finally:
        os.kill(daemon, signal.SIGKILL)


def test_orphans_of_a_job_are_reaped(tmp_path: Path) -> None:
    leave = "for i in 1 2 3; do (setsid sleep 0.1 &) ; done"
    # They come to the runner, which is our parent.
    look = "ps -o stat= --ppid $PPID"
    done = run(f"{leave}; {look}; sleep 0.4; {look}", folder=tmp_path)
    states = [state[0] for state in done.output.split()]
    assert "Z" not in states
    assert len(states) == 5


def test_a_run_that_is_stopped_ends_its_job(tmp_path: Path) -> None:
    going = start(entry("echo on; sleep 100", options="retries=5"), at=place(tmp_path))
    going.wait_for("attempt")
    os.kill(going.pid, signal.SIGTERM)
    going.wait()
    assert going.state == "stopped"
    assert going.attempts[0]["signal"] == signal.SIGTERM


# What it prints


def test_little_output_is_kept_whole(tmp_path: Path) -> None:
    done = run("echo one; echo two >&2; printf 'three \\0 \\377'", folder=tmp_path)
    (attempt,) = done.attempts
    assert attempt["output_head"] == "one\ntwo\nthree \N{SYMBOL FOR NULL} \N{REPLACEMENT CHARACTER}"
    assert attempt["output_tail"] == ""
    assert attempt["output_bytes"] == 17


def test_of_much_output_the_ends_are_kept_and_all_is_counted(tmp_path: Path) -> None:
    done = run("seq 1000000 2000000", folder=tmp_path)
    (attempt,) = done.attempts
    assert attempt["output_bytes"] == 8 * 1_000_001
    assert attempt["output_head"].startswith("1000000\n")
    assert len(attempt["output_head"]) == HEAD
    assert attempt["output_tail"].endswith("2000000\n")
    assert len(attempt["output_tail"]) == TAIL
    assert Path(attempt["log"]).stat().st_size == 8 * 1_000_001


@pytest.mark.long
def test_a_gigabyte_of_output_takes_neither_memory_nor_disk(tmp_path: Path) -> None:
    done = run("head -c 1000000000 /dev/zero", folder=tmp_path)
    assert done.attempts[0]["output_bytes"] == 1_000_000_000
    assert _size(tmp_path) < 25_000_000


def test_the_log_is_rotated(tmp_path: Path) -> None:
    done = run("head -c 35000000 /dev/zero", folder=tmp_path)
    assert done.attempts[0]["output_bytes"] == 35_000_000
    assert _size(tmp_path) < 25_000_000


def test_only_the_newest_logs_stay(tmp_path: Path) -> None:
    for number in range(runner.LOGS_KEPT + 5):
        start(entry(f"echo {number}"), at=place(tmp_path), moment=MOMENT + 60 * number).wait()
    logs = sorted((tmp_path / "spool" / "logs" / "job").iterdir())
    assert len(logs) == runner.LOGS_KEPT
    assert logs[-1].read_text() == f"{runner.LOGS_KEPT + 4}\n"


def _size(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))


def test_a_job_that_closes_its_output_goes_on(tmp_path: Path) -> None:
    done = run(f"exec >&- 2>&-; sleep 0.3; echo done > {tmp_path}/made", folder=tmp_path)
    assert done.state == "succeeded"
    assert (tmp_path / "made").exists()


@contextmanager
def reader(folder: Path, command: str, *, options: str = "") -> Iterator[tuple[Started, int]]:
    """A run that prints everything to a pipe, and the end of it that can be read."""
    out, end = os.pipe()
    kept = os.dup(1)
    os.dup2(end, 1)
    try:
        going = start(entry(command, options=options), at=place(folder), prints="everything")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(end)
    with os.fdopen(out, "rb"):
        yield going, out


def test_a_reader_that_does_not_read_keeps_no_job_beyond_its_time(tmp_path: Path) -> None:
    with reader(tmp_path, "yes", options="timeout=1s grace=1s") as (going, _):
        assert going.wait_for("ended")["state"] == "timed out"
        # What was printed waits for the reader still, or for the end of it.
        assert is_alive(going.pid)
    going.wait()
    assert going.attempts[0]["output_bytes"] < 1_000_000


def test_who_reads_late_gets_everything(tmp_path: Path) -> None:
    with reader(tmp_path, "seq 100000; exit 3", options="retries=1 backoff=0s") as (going, out):
        going.wait_for("attempt")
        time.sleep(0.2)
        found = b"".join(iter(lambda: os.read(out, 65536), b""))
    assert found.split() == 2 * [b"%d" % number for number in range(1, 100_001)]
    assert going.wait().code == 3


def test_a_reader_that_goes_stops_no_job(tmp_path: Path) -> None:
    with reader(tmp_path, f"echo 1; sleep 0.3; seq 100000; touch {tmp_path}/done") as (going, out):
        os.read(out, 2)
    assert going.wait().state == "succeeded"
    assert (tmp_path / "done").exists()


def test_a_failure_is_said_to_whoever_started_the_runner(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.cron.runs import *;"
        "start(entry('echo why; exit 3'), at=place(Path(sys.argv[1])), prints='failure').wait()"
    )
    said = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {script}", str(tmp_path)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "ask.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stderr == "job failed: exit status 3\nwhy\n"


# Again


def test_a_failed_job_is_started_again(tmp_path: Path) -> None:
    command = f"echo $CRON_ATTEMPT; test -e {tmp_path}/made || {{ touch {tmp_path}/made; exit 1; }}"
    done = run(command, folder=tmp_path, options="retries=3 backoff=1s")
    assert [attempt["exit_status"] for attempt in done.attempts] == [1, 0]
    assert done.output == "1\n2\n"
    assert done.state == "succeeded"


def test_there_are_no_more_attempts_than_the_crontab_says(tmp_path: Path) -> None:
    done = run("exit 1", folder=tmp_path, options="retries=1 backoff=1s")
    assert [attempt["number"] for attempt in done.attempts] == [1, 2]
    assert done.state == "failed"


def test_the_wait_between_attempts_doubles_and_varies() -> None:
    for number, least in ((1, 10), (2, 20), (5, 160)):
        waits = {runner._backoff(10, number=number) for _ in range(50)}
        assert least <= min(waits) < max(waits) <= least * 1.25
    assert runner._backoff(3600, number=20) <= runner.LONGEST_BACKOFF * 1.25


def test_a_run_can_be_stopped_between_two_attempts(tmp_path: Path) -> None:
    going = start(entry("exit 1", options="retries=3 backoff=1h"), at=place(tmp_path))
    going.wait_for("waiting")
    os.kill(going.pid, signal.SIGTERM)
    assert going.wait().state == "stopped"


# Never twice at once


def test_a_job_does_not_overlap_itself(tmp_path: Path) -> None:
    first = start(entry("sleep 100"), at=place(tmp_path))
    first.wait_for("attempt")
    second = start(entry("sleep 100"), at=place(tmp_path), moment=MOMENT + 60).wait()
    assert second.state == "skipped"
    os.kill(first.pid, signal.SIGTERM)
    first.wait()
    third = start(entry("true"), at=place(tmp_path), moment=MOMENT + 120).wait()
    assert third.state == "succeeded"


def test_a_job_that_may_overlap_does(tmp_path: Path) -> None:
    first = start(entry("sleep 100", options="overlap=allow"), at=place(tmp_path))
    first.wait_for("attempt")
    second = start(
        entry("true", options="overlap=allow"), at=place(tmp_path), moment=MOMENT + 60
    ).wait()
    assert second.state == "succeeded"
    os.kill(first.pid, signal.SIGTERM)
    first.wait()


def test_a_job_whose_runner_was_killed_keeps_its_lock(tmp_path: Path) -> None:
    going = start(entry(f"echo $$ > {tmp_path}/pid; exec sleep 100"), at=place(tmp_path))
    pid = int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    os.kill(going.pid, signal.SIGKILL)
    os.waitpid(going.pid, 0)
    spool = place(tmp_path).spool
    try:
        assert is_alive(pid)
        assert spool.is_locked(spool.lock_path("job"))
        assert spool.look_at(going.path) is not None
        second = start(entry("true"), at=place(tmp_path), moment=MOMENT + 60).wait()
        assert second.state == "skipped"
    finally:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not spool.is_locked(spool.lock_path("job")))


def test_one_moment_has_one_slot(tmp_path: Path) -> None:
    start(entry("true"), at=place(tmp_path)).wait()
    with pytest.raises(AssertionError):
        start(entry("true"), at=place(tmp_path))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_its_json_is_everybodys(value: object) -> None:
    assert json.loads(runner.dumps(value)) == value
    assert runner.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize("line", [b"", b"{", b"{} {}", b"nothing", b'{"a": }', b"\xff", b'"a\nb"'])
def test_what_is_no_json_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        runner.loads(line)


# What it costs


def test_a_job_is_not_charged_for_its_runner(tmp_path: Path) -> None:
    (attempt,) = run("true", folder=tmp_path).attempts
    assert attempt["peak_memory"] < 16_000_000


def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    take = f"{sys.executable} -c 'import time; x = bytearray(80_000_000); time.sleep(1)'"
    (attempt,) = run(f"{take} & {take}; wait", folder=tmp_path).attempts
    assert 160_000_000 < attempt["peak_memory"] < 260_000_000


def test_processor_time_is_that_of_all_processes_together(tmp_path: Path) -> None:
    spend = f"{sys.executable} -c 'import time\nwhile time.process_time() < 0.3: pass'"
    script = tmp_path / "spend"
    script.write_text(f"({spend}) & ({spend}); wait")
    (attempt,) = run(f"sh {script}", folder=tmp_path).attempts
    assert 0.6 <= attempt["cpu"] < 2


def test_the_runner_itself_is_small(tmp_path: Path) -> None:
    going = start(entry("sleep 100"), at=place(tmp_path))
    going.wait_for("attempt")
    status = Path(f"/proc/{going.pid}/status").read_text()
    os.kill(going.pid, signal.SIGTERM)
    going.wait()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    assert int(found[1]) < 16_000


def test_the_runner_stays_small_however_much_it_wrote_down(tmp_path: Path) -> None:
    # What is no text takes six times its room in the journal.
    command = "test $CRON_ATTEMPT = 41 && exec sleep 100; head -c 40000 /dev/urandom; exit 1"
    going = start(entry(command, options="retries=40 backoff=0s"), at=place(tmp_path))
    until(lambda: len(going.attempts) == 40)
    status = Path(f"/proc/{going.pid}/status").read_text()
    os.kill(going.pid, signal.SIGTERM)
    going.wait()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    assert int(found[1]) < 16_000


def test_the_runner_has_nothing_but_the_standard_library(tmp_path: Path) -> None:
    program = runner.command(sys.executable)
    listing = "print(*(getattr(m, '__file__', '') for m in sys.modules.values()), sep='\\n')"
    program[-1] = program[-1].replace("runner.main()", listing)
    files = subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()
    ours = [path for path in files if "site-packages" in path or "/ask/" in path]
    assert [Path(path).name for path in ours] == ["runner.py"]
    # What makes others of the standard library slow to start.
    assert not [path for path in files if path.endswith(("/re/__init__.py", "/enum.py"))]


# Progress


def test_a_job_reports_how_far_it_is(tmp_path: Path) -> None:
    command = f"echo '3/10 copying' >&3; until test -e {tmp_path}/go; do sleep 0.05; done"
    going = start(entry(command), at=place(tmp_path))
    live = going.path.with_suffix(".live")
    until(
        lambda: live.exists() and '"done": 3, "total": 10, "phase": "copying"' in live.read_text()
    )
    (tmp_path / "go").touch()
    assert going.wait().attempts[0]["progress"] == {"done": 3, "total": 10, "phase": "copying"}
    assert not live.exists()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"3/10 copying", {"done": 3, "total": 10, "phase": "copying"}),
        (b"3/10", {"done": 3, "total": 10, "phase": ""}),
        (b"3 copying files", {"done": 3, "total": None, "phase": "copying files"}),
        (b"- Vacuuming", {"done": None, "total": None, "phase": "Vacuuming"}),
        (b"", {}),
        (b"copying", {}),
        (b"3/ten copying", {}),
        (b"-3/10 copying", {}),
        (b"\xff\xfe", {}),
        (b"9999999999999999999999/1 much", {}),
        ("\u0663/\u0664".encode(), {}),
        (b"1 \xff\0", {"done": 1, "total": None, "phase": "\N{REPLACEMENT CHARACTER}␀"}),
    ],
)
def test_a_line_of_progress_is_read_or_passed_over(line: bytes, found: dict[str, object]) -> None:
    assert read_progress(line) == found


def test_progress_without_end_of_line_does_not_pile_up(tmp_path: Path) -> None:
    done = run("head -c 5000000 /dev/zero >&3; echo >&3; echo 7 >&3", folder=tmp_path)
    assert done.attempts[0]["progress"]["done"] == 7


# Faults


def test_a_full_disk_loses_no_record(tmp_path: Path) -> None:
    with small_disk(megabytes=4) as disk:
        command = f"head -c 8000000 /dev/zero > {disk}/fill; seq 100000; exit 5"
        done = run(command, folder=disk)
        (attempt,) = done.attempts
        assert attempt["exit_status"] == 5
        assert attempt["output_bytes"] > 500_000
        assert attempt["output_tail"].endswith("100000\n")
        assert done.state == "failed"


def test_a_journal_that_was_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    done = run("true", folder=tmp_path)
    events = done.events()
    data = done.path.read_bytes().rstrip(b"\0")
    for cut in range(len(data) - 40, len(data)):
        done.path.write_bytes(data[:cut] + bytes(100))
        assert done.events() == events[:-1]
