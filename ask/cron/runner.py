"""Starts one entry of a crontab and stays beside it until its end, whoever asked for it.

This module is a program of its own and imports the standard library only: a child's peak memory
counts the pages of its parent, and thousands of runs a day begin with it, so it has to be small and
quick. It knows no database. What it is to do, and all that it saw, stand in the run's slot: a file
whose lock it holds (`Journal`). Whoever keeps the records copies them from there; a lock that is
free beside a journal without an end tells that the runner died.

    spawn(slot)  →  lock of the job  →  setsid, exec  →  drain output, take progress, sample memory
                 →  timeout: TERM, KILL  →  the end, written down  →  once more, or done
"""

from __future__ import annotations

# Half of the start would be imports: signal brings enum, and json, typing and contextlib bring re.
# So the C modules behind the first two are used, as CPython has them since 3.0, and no other.
import _json
import ctypes
import errno
import fcntl
import os
import pwd
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any, NoReturn
else:
    import _signal as signal

SLOT = 3
"""The descriptor on which a runner finds its slot; in a job, the one that takes progress."""

ROOM = 128 * 1024
"""Bytes of a slot that are reserved beforehand, so that a full disk loses no record."""

HEAD, TAIL = 8_000, 24_000
"""Bytes of a run's output that are kept from its beginning and its end."""

LOG_SIZE = 10_000_000
"""Bytes of a log, after which it is renamed, and its forerunner forgotten."""

LOGS_KEPT = 20
"""Runs of a job whose logs stay on the disk, the newest."""

BEAT = 60.0
"""Seconds between two records while nobody on this host keeps them."""

KILLS = 5
"""Seconds in which a killed process must be gone; one that waits for a device may not be."""

UNATTENDED = 30.0
"""Seconds after which a keeper that does not show itself is none."""

LONGEST_WAIT = 5.0
"""Seconds for which a runner that was started early waits for its moment."""

LONGEST_BACKOFF = 6 * 3600.0

PROGRESS_LINE = 200
"""Bytes of a line of progress; what a longer one says after them is not read."""

SUCCEEDED, FAILED, TIMED_OUT, SKIPPED, STOPPED = (
    "succeeded",
    "failed",
    "timed out",
    "skipped",
    "stopped",
)

_PR_SET_CHILD_SUBREAPER = 36


class suppress:  # contextlib's, of which this is all that is needed
    """Goes on after exceptions of some kinds, with what follows the block."""

    def __init__(self, *kinds: type[BaseException]) -> None:
        self.kinds = kinds

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, self.kinds)


class _Scanning:
    """How `json.loads` reads: what the scanner behind it wants to know."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


_scan = _json.make_scanner(_Scanning())  # type: ignore[arg-type]


def loads(line: bytes) -> Any:
    """What a line of JSON holds. Raises ValueError."""
    text = line.decode()
    try:
        found, end = _scan(text, 0)
    except StopIteration:
        end = -1
    if end != len(text):
        raise ValueError(f"no JSON: {text[:80]!r}")
    return found


def dumps(value: Any) -> str:
    """The JSON of what events are made of: texts, numbers, truths, None, lists and dictionaries."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(_json.encode_basestring_ascii(value))
    if isinstance(value, dict):
        items = (f"{dumps(str(name))}: {dumps(item)}" for name, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(dumps, value)) + "]"
    return repr(value + 0)  # an IntEnum as the number that it is


class Journal:
    """The slot of a run: events, one a line of JSON, in a file of which some room is reserved.

    The first event is what to do, the last one tells how far it came. A line that a killed process
    left unfinished is as if it had never been begun.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._end = -1

    def reserve(self) -> None:
        """Take the room. Raises OSError where there is none."""
        os.posix_fallocate(self.descriptor, 0, ROOM)

    def events(self) -> list[dict[str, Any]]:
        """Everything that was written."""
        return [loads(line) for line in self._lines()]

    def append(self, event: str, *, is_durable: bool = False, **details: Any) -> None:
        """Write an event down, with its moment; a durable one outlives a loss of power.

        Raises OSError when the disk is full after all.
        """
        line = dumps({"event": event, "at": time.time(), **details}).encode() + b"\n"
        if self._end < 0:
            self._end = sum(len(line) + 1 for line in self._lines())
        self._write(line, at=self._end)
        # Only who holds the lock writes. To read all of many attempts again would take memory.
        self._end += len(line)
        if is_durable:
            os.fdatasync(self.descriptor)

    def _lines(self) -> list[bytes]:
        size = os.fstat(self.descriptor).st_size
        written = os.pread(self.descriptor, size, 0).partition(b"\0")[0]
        return written.split(b"\n")[:-1]

    def _write(self, line: bytes, *, at: int) -> None:
        # The end of an unfinished line could make the new one look longer than it is.
        line += b"\0"
        while line:
            count = os.pwrite(self.descriptor, line, at)
            line, at = line[count:], at + count


class Echo:
    """What a job prints, for whoever started it and reads at leisure, or not at all."""

    LONGEST = 65536

    def __init__(self) -> None:
        self.rest = b""

    @property
    def is_full(self) -> bool:
        """Whether the job should wait for the reader."""
        return len(self.rest) >= self.LONGEST

    def add(self, data: bytes) -> None:
        self.rest += data

    def say(self) -> None:
        """Write what surely finds room, once `poll` says that there is some."""
        try:
            self.rest = self.rest[os.write(1, self.rest[: select.PIPE_BUF]) :]
        except BlockingIOError:
            pass
        except OSError:  # nobody reads any more
            self.rest = b""


class Output:
    """What a job prints: its beginning and its end, how much it was, and all of it in a log."""

    def __init__(self, path: str, *, echo: Echo | None) -> None:
        """`path`: the log, which begins to exist with the first byte; "" for none."""
        self.path = path
        self.echo = echo
        self.count = 0
        self.head = b""
        self._tail = b""
        self._log = -1
        self._logged = 0

    @property
    def tail(self) -> bytes:
        """The end, of which nothing stands in the head."""
        return self._tail[-TAIL:]

    def add(self, data: bytes) -> None:
        """Take what was read."""
        self.count += len(data)
        room = HEAD - len(self.head)
        self.head += data[:room]
        if rest := data[room:] if room > 0 else data:
            self._tail = (self._tail + rest)[-TAIL:]
        # A log that cannot be written loses its lines, never the run.
        with suppress(OSError):
            self._write(data)
        if self.echo:
            self.echo.add(data)

    def _write(self, data: bytes) -> None:
        if not self.path:
            return
        if self._log >= 0 and self._logged >= LOG_SIZE:
            os.replace(self.path, self.path + ".1")
            self.close()
        if self._log < 0:
            self._log = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            give_to_owner(self._log, of=os.path.dirname(self.path))
            self._logged = os.fstat(self._log).st_size
        self._logged += os.write(self._log, data)

    def close(self) -> None:
        """Give the log back."""
        if self._log >= 0:
            os.close(self._log)
            self._log = -1


class CannotStart(Exception):
    """The job could not be started; the text says why, in words for whoever wrote the crontab."""


class Attempt:
    """One start of a job: its processes, what they print, and what they cost."""

    def __init__(
        self,
        spec: dict[str, Any],
        *,
        number: int = 0,
        lock: int = -1,
        wakeup: int = -1,
        echo: Echo | None = None,
        strangers: frozenset[int] = frozenset(),
    ) -> None:
        """`lock` is handed to the job, `wakeup` can be read when a signal came, `echo` gets what it
        prints, and `strangers` are children of this process that are not the job's.
        """
        self.spec = spec
        self.strangers = strangers
        self.number = number
        self.lock = lock
        self.wakeup = wakeup
        self.pid = 0
        self.status: int | None = None
        self.reason = ""
        self.is_timed_out = False
        self.peak_memory = 0
        self.cpu = 0.0
        self.progress: dict[str, Any] = {}
        log = f"{spec['log']}-{number}.log" if spec.get("log") else ""
        self.output = Output(log, echo=echo)
        self._reported = b""
        self._poll = select.poll()
        self._open: set[int] = set()

    @property
    def outcome(self) -> str:
        """What this attempt alone came to."""
        if self.is_timed_out:
            return TIMED_OUT
        return SUCCEEDED if self.status == 0 else FAILED

    @property
    def result(self) -> dict[str, Any]:
        """Numbers, and the ends of the output as text."""
        code = os.waitstatus_to_exitcode(self.status or 0)
        return {
            "number": self.number,
            "exit_status": code if code >= 0 else None,
            "signal": -code if code < 0 else None,
            "is_timed_out": self.is_timed_out,
            "reason": self.reason,
            "progress": self.progress,
            "peak_memory": self.peak_memory,
            "cpu": round(self.cpu, 3),
            "output_bytes": self.output.count,
            "output_head": _text(self.output.head),
            "output_tail": _text(self.output.tail),
            "log": self.output.path if self.output.count else "",
        }

    def start(self) -> None:
        """Start the job in a session of its own. Raises CannotStart."""
        user = _user(self.spec.get("user") or "")
        environment = _environment(self.spec, user=user, attempt=self.number)
        folder = self.spec.get("folder")
        if not folder or "HOME" in self.spec["variables"]:
            folder = environment["HOME"]
        shell = environment["SHELL"]
        output, output_end = os.pipe()
        progress, progress_end = os.pipe()
        fault, fault_end = os.pipe()
        given = _input(self.spec.get("input"))
        self.pid = os.fork()
        if not self.pid:
            try:
                os.setsid()
                for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT):
                    signal.signal(number, signal.SIG_DFL)
                os.umask(0o022)
                for old, new in ((given, 0), (output_end, 1), (output_end, 2), (progress_end, 3)):
                    os.dup2(old, new)
                if self.lock >= 0:
                    os.set_inheritable(self.lock, True)
                step = f"cannot become {user.pw_name}"
                if user.pw_uid != os.geteuid():
                    os.initgroups(user.pw_name, user.pw_gid)
                    os.setgid(user.pw_gid)
                    os.setuid(user.pw_uid)
                step = f"cannot enter {folder}"
                os.chdir(folder)
                step = f"cannot run the shell {shell}"
                os.execve(shell, [shell, "-c", self.spec["command"]], environment)
            except BaseException as e:
                reason = os.strerror(e.errno) if isinstance(e, OSError) and e.errno else repr(e)
                os.write(fault_end, f"{step}: {reason}".encode())
            finally:
                os._exit(127)
        for descriptor in (given, output_end, progress_end, fault_end):
            os.close(descriptor)
        self.reason = os.read(fault, 1000).decode(errors="replace")
        os.close(fault)
        for descriptor in (output, progress):
            os.set_blocking(descriptor, False)
            self._poll.register(descriptor, select.POLLIN)
            self._open.add(descriptor)
        self._poll.register(self.wakeup, select.POLLIN)
        self._output, self._progress = output, progress

    def wait(self, seconds: float) -> bool:
        """Take what comes within so many seconds; False once nobody is there to send any more."""
        if echo := self.output.echo:
            self._watch(1, select.POLLOUT, is_wanted=bool(echo.rest))
            if self._output in self._open:
                self._watch(self._output, select.POLLIN, is_wanted=not echo.is_full)
        ready = self._poll.poll(max(0, int(seconds * 1000) + 1))
        for descriptor, _ in ready:
            if descriptor == self.wakeup:
                with suppress(BlockingIOError):
                    os.read(self.wakeup, 4096)
            elif echo and descriptor == 1:
                echo.say()
            else:
                self._take(descriptor)
        return bool(self._open)

    def _watch(self, descriptor: int, events: int, *, is_wanted: bool) -> None:
        if is_wanted:
            self._poll.register(descriptor, events)
        else:
            with suppress(KeyError):
                self._poll.unregister(descriptor)

    def drain(self) -> None:
        """Take what lies in the pipes still, and close them."""
        for descriptor in list(self._open):
            # No more than a pipe holds: who writes on and on does not keep the run from its end.
            for _ in range(32):
                if not self._take(descriptor):
                    break
        for descriptor in list(self._open):
            self._close(descriptor)
        self.output.close()

    def _take(self, descriptor: int) -> bool:
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return False
        if not data:
            self._close(descriptor)
        elif descriptor == self._output:
            self.output.add(data)
        else:
            self._report(data)
        return bool(data)

    def _close(self, descriptor: int) -> None:
        self._watch(descriptor, 0, is_wanted=False)
        self._open.discard(descriptor)
        os.close(descriptor)

    def _report(self, data: bytes) -> None:
        lines = (self._reported + data).split(b"\n")
        # What has no end yet waits for it, but no longer than a line may be.
        self._reported = lines.pop()[:PROGRESS_LINE]
        for line in lines:
            if progress := read_progress(line[:PROGRESS_LINE]):
                self.progress = progress

    def sample(self) -> None:
        """Look how much memory the job takes, with all processes that descend from it."""
        self.peak_memory = max(self.peak_memory, _memory(self._processes()))

    def send(self, number: int, *, everywhere: bool) -> None:
        """Send a signal to the job's group and, if `everywhere`, to whatever left the group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
        for pid in self._processes() if everywhere else ():
            with suppress(ProcessLookupError, PermissionError):
                if os.getpgid(pid) != self.pid:
                    os.kill(pid, number)

    def _processes(self) -> list[int]:
        # Orphans of the job are our children. A companion is too, and stays in our group.
        found, ours = [], os.getpgid(0)
        for pid in _descendants(os.getpid(), but=self.strangers):
            with suppress(ProcessLookupError, PermissionError):
                if os.getpgid(pid) != ours:
                    found.append(pid)
        return found

    def has_processes(self) -> bool:
        """Whether anything of the job runs, in its group or not."""
        return bool(self._processes())

    def has_group(self) -> bool:
        """Whether processes of the job's own group run."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


class Runner:
    """Carries out one run: its attempts, until one succeeds or there are no more."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.spec = journal.events()[0]
        self.live = self.spec["live"]
        self._is_stopping = False
        # Whoever became this runner may have had children.
        self.strangers = frozenset(children(os.getpid()))
        self._companion = 0
        self._beat_at = time.monotonic() + BEAT
        self._shown = ""
        self._started_at = time.time()
        wakeup, self._wakeup_end = os.pipe()
        for descriptor in (wakeup, self._wakeup_end):
            os.set_blocking(descriptor, False)
        self._wakeup = wakeup
        # Where there is no standard output, its number is that of something else.
        has_output = 1 not in (wakeup, self._wakeup_end)
        self._echo = Echo() if self.spec["prints"] == "everything" and has_output else None

    def run(self) -> int:
        """Do everything; the status to exit with: the job's own, 128 + its signal, or 124."""
        _become_subreaper()
        self._listen()
        # Whoever started this was early, so that the job is not late.
        early = self.spec["begins_at"] - time.time()
        if 0 < early < LONGEST_WAIT and not self._pause(early):
            self._end(STOPPED, "it was stopped before it began")
            return 0
        self.journal.append("started", pid=os.getpid())
        lock = -1
        if self.spec.get("lock"):
            try:
                lock = _locked(self.spec["lock"])
            except OSError as e:
                self._end(FAILED, f"the job's lock cannot be opened: {e}")
                return 127
            if lock < 0:
                self._end(SKIPPED, "a process of an earlier run still holds the job's lock")
                return 0
        outcome, attempt = self._attempts(lock)
        if lock >= 0:
            # From here on it is held by what the job left behind, if by anything.
            os.close(lock)
        code = _exit_code(attempt)
        self._end(outcome, attempt.reason)
        self._say_the_rest()
        if self.spec["prints"] == "failure" and outcome != SUCCEEDED:
            self._print(attempt, outcome)
        return code

    def _attempts(self, lock: int) -> tuple[str, Attempt]:
        number = 0
        while True:
            number += 1
            attempt = Attempt(
                self.spec,
                number=number,
                lock=lock,
                wakeup=self._wakeup,
                echo=self._echo,
                strangers=self.strangers,
            )
            self._carry_out(attempt)
            if self._is_stopping:
                return STOPPED, attempt
            if attempt.outcome == SUCCEEDED or number > self.spec["retries"]:
                return attempt.outcome, attempt
            seconds = _backoff(self.spec["backoff"], number=number)
            self.journal.append("waiting", until=time.time() + seconds)
            if not self._pause(seconds):
                return STOPPED, attempt

    def _carry_out(self, attempt: Attempt) -> None:
        self.journal.append("attempt", number=attempt.number)
        try:
            attempt.start()
        except (CannotStart, OSError) as e:
            attempt.reason = str(e)
            attempt.status = 127 << 8
        else:
            self._follow(attempt)
        self._record(attempt)

    def _follow(self, attempt: Attempt) -> None:
        """Stay beside the job until its end, and end what it leaves in its group."""
        grace: float = self.spec["grace"]
        now = started = time.monotonic()
        term_at = started + self.spec["timeout"] if self.spec.get("timeout") else None
        kill_at: float | None = None
        kill_count = 0
        sample_at, pause = started + 0.02, 0.05
        has_left = is_ended = False
        while True:
            self._reap(attempt)
            now = time.monotonic()
            is_over = attempt.status is not None
            # What it leaves by itself may leave its group too; what is ended is ended with all.
            if is_over and not (attempt.has_processes() if is_ended else attempt.has_group()):
                break
            if is_over and kill_at is None and not has_left:
                # What the job left behind in its group may finish its work in the grace period.
                has_left, term_at = True, now + grace
            if kill_at is None and (self._is_stopping or (term_at and now >= term_at)):
                attempt.is_timed_out = not is_over and not self._is_stopping
                if has_left:
                    attempt.reason = "it left processes behind, which were ended"
                is_ended = not is_over
                attempt.send(signal.SIGTERM, everywhere=is_ended)
                kill_at, term_at = now + grace, None
            elif kill_at and now >= kill_at:
                if kill_count == KILLS:
                    attempt.reason = "its processes could not be killed"
                    break
                attempt.send(signal.SIGKILL, everywhere=is_ended)
                kill_at, kill_count = now + 1, kill_count + 1
            if now >= sample_at:
                attempt.sample()
                self._show(attempt)
                sample_at, pause = time.monotonic() + pause, min(2 * pause, 1.0)
            self._beat()
            next_at = min(moment for moment in (sample_at, term_at, kill_at) if moment)
            attempt.wait(next_at - time.monotonic())
        if attempt.status is None:
            attempt.status = int(signal.SIGKILL)
        attempt.drain()

    def _reap(self, attempt: Attempt) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid == self._companion:
                self._companion = 0
                continue
            if pid in self.strangers:
                continue
            attempt.cpu += usage.ru_utime + usage.ru_stime
            attempt.peak_memory = max(attempt.peak_memory, usage.ru_maxrss * 1024)
            if pid == attempt.pid:
                attempt.status = status

    def _pause(self, seconds: float) -> bool:
        """Wait between two attempts; False when the run was stopped meanwhile."""
        nobody = Attempt(self.spec)
        until = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._wakeup, select.POLLIN)
        while not self._is_stopping and (left := until - time.monotonic()) > 0:
            poll.poll(int(min(left, BEAT) * 1000) + 1)
            with suppress(BlockingIOError):
                os.read(self._wakeup, 4096)
            self._reap(nobody)
            self._beat()
        return not self._is_stopping

    def _record(self, attempt: Attempt) -> None:
        result = attempt.result
        try:
            self.journal.append("attempted", is_durable=True, **result)
        except OSError:
            # More than the reserved room, on a full disk: the outcome is worth more than the words.
            short = {"output_head": "", "output_tail": result["output_tail"][-500:]}
            self.journal.append("attempted", is_durable=True, **{**result, **short})

    def _end(self, outcome: str, reason: str) -> None:
        """Write the end down, let go of the slot, and see that it is recorded."""
        try:
            self.journal.append("ended", is_durable=True, state=outcome, reason=reason)
        finally:
            with suppress(OSError):
                os.unlink(self.live)
            _prune(self.spec.get("log") or "")
            os.close(self.journal.descriptor)
            if not self._has_keeper() and self._start_companion():
                with suppress(ChildProcessError):
                    os.waitpid(self._companion, 0)

    # What others see meanwhile

    def _show(self, attempt: Attempt) -> None:
        shown = dumps(
            {
                "attempt": attempt.number,
                "progress": attempt.progress,
                "memory": attempt.peak_memory,
                "output_bytes": attempt.output.count,
                "log": attempt.output.path if attempt.output.count else "",
            }
        )
        if shown == self._shown:
            return
        self._shown = shown
        # A full disk hides the progress, and harms nothing.
        with suppress(OSError):
            made = f"{self.live}.new"
            with open(made, "w") as file:
                file.write(shown)
            os.replace(made, self.live)

    def _beat(self) -> None:
        if time.monotonic() < self._beat_at:
            return
        self._beat_at = time.monotonic() + BEAT
        if not self._companion and not self._has_keeper():
            self._start_companion()

    def _has_keeper(self) -> bool:
        """Whether a process on this host copies slots into the database."""
        try:
            descriptor = os.open(self.spec["keeper"], os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            # One that was stopped, or hangs, has the lock still.
            return time.time() - os.fstat(descriptor).st_mtime < UNATTENDED
        else:
            return False
        finally:
            os.close(descriptor)

    def _start_companion(self) -> bool:
        """Start a process that copies slots into the database and ends."""
        command = self.spec.get("store")
        if not command:
            return False
        null = os.open(os.devnull, os.O_RDWR)
        try:
            self._companion = os.posix_spawn(
                command[0],
                command,
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)],
                setsigdef=[signal.SIGPIPE, signal.SIGHUP],
            )
        except OSError:
            return False
        finally:
            os.close(null)
        return True

    def _say_the_rest(self) -> None:
        """Wait for a reader as long as there is one, now that all is recorded."""
        poll = select.poll()
        poll.register(1, select.POLLOUT)
        poll.register(self._wakeup, select.POLLIN)
        self._is_stopping = False
        while self._echo and self._echo.rest and not self._is_stopping:
            for descriptor, _ in poll.poll():
                if descriptor == 1:
                    self._echo.say()
                else:
                    os.read(self._wakeup, 4096)

    def _print(self, attempt: Attempt, outcome: str) -> None:
        """Say what went wrong, for the mail that cron makes of it."""
        code = _exit_code(attempt)
        reason = attempt.reason or f"exit status {code}"
        text = f"{self.spec['job']} {outcome}: {reason}\n".encode()
        head, tail, count = attempt.output.head, attempt.output.tail, attempt.output.count
        if gap := count - len(head) - len(tail):
            head += f"\n… {gap:,} bytes …\n".encode()
        # Nobody may read this any more.
        with suppress(OSError):
            os.write(2, text + head + tail)

    # Signals

    def _listen(self) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.set_wakeup_fd(self._wakeup_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # Neither the loss of a terminal nor of a reader ends a run.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def _stop(self, *_: object) -> None:
        self._is_stopping = True


def read_progress(line: bytes) -> dict[str, Any]:
    """What a line `DONE[/TOTAL] [PHASE]` reports; nothing where it is something else.

    DONE is a number, or `-` where it is not known.
    """
    amount, _, phase = line.decode(errors="replace").strip().partition(" ")
    done, slash, total = amount.partition("/")
    numbers = [text for text in (done, total) if text and text != "-"]
    # Not as many digits as a database cannot hold.
    if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in numbers):
        return {}
    if not done or (slash and not total.isdigit()):
        return {}
    return {
        "done": None if done == "-" else int(done),
        "total": int(total) if total else None,
        "phase": _text(phase.strip().encode()),
    }


def _environment(spec: dict[str, Any], *, user: pwd.struct_passwd, attempt: int) -> dict[str, str]:
    """What cron gives to a job, and where to report to."""
    return {
        # Whoever the job runs as may read what is in it, so another user gets none of ours.
        **(os.environ if user.pw_uid == os.geteuid() else {}),
        "SHELL": "/bin/sh",
        "PATH": "/usr/bin:/bin",
        "HOME": user.pw_dir,
        **spec["variables"],
        "LOGNAME": user.pw_name,
        "USER": user.pw_name,
        "CRON_JOB": spec["job"],
        "CRON_RUN": spec["run"],
        "CRON_SCHEDULED_FOR": spec["scheduled_for"],
        "CRON_ATTEMPT": str(attempt),
        "CRON_PROGRESS_FD": str(SLOT),
    }


def _user(name: str) -> pwd.struct_passwd:
    """The user of that name, or who we are. Raises CannotStart."""
    try:
        user = pwd.getpwnam(name) if name else pwd.getpwuid(os.geteuid())
    except KeyError:
        if name:
            raise CannotStart(f"there is no user {name} on this host") from None
        # Containers run as numbers that have no name.
        return pwd.struct_passwd(
            (str(os.geteuid()), "x", os.geteuid(), os.getegid(), "", os.environ.get("HOME", "/"),
             "/bin/sh")
        )  # fmt: skip
    if user.pw_uid != os.geteuid() and os.geteuid() != 0:
        raise CannotStart(f"only root may run a job as {name}")
    return user


def _input(text: str | None) -> int:
    """A descriptor from which the job reads `text`."""
    if text is None:
        return os.open(os.devnull, os.O_RDONLY)
    descriptor = os.memfd_create("input")
    os.write(descriptor, text.encode(errors="surrogateescape"))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def give_to_owner(made: Any, *, of: Any) -> None:
    """Let what root has just made belong to whom the folder `of` belongs to, as SQLite does.

    So root's runs and those of the site's own user may share a spool. `made` is a path or a
    descriptor.
    """
    if os.geteuid() == 0 and (owner := os.stat(of)).st_uid:
        os.chown(made, owner.st_uid, owner.st_gid)


def _locked(path: str) -> int:
    """A descriptor that holds the lock, or -1 when somebody else does."""
    # A job that runs as another user gets it, and shall not be able to write.
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    give_to_owner(descriptor, of=os.path.dirname(path))
    # Who looks whether the lock is held holds it for a moment.
    for is_last in (False, False, False, True):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if is_last:
                os.close(descriptor)
                return -1
            time.sleep(0.02)
        else:
            break
    # Below ten are descriptors that a job may use itself.
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return high


def _backoff(seconds: float, *, number: int) -> float:
    """How long to wait after the attempt of that number: doubled each time, and up to 25 % more."""
    jitter = int.from_bytes(os.urandom(2), "big") / 65535
    return float(min(seconds * 2 ** (number - 1), LONGEST_BACKOFF) * (1 + jitter / 4))


def _descendants(pid: int, *, but: frozenset[int]) -> list[int]:
    """Children of a process, their children, and so on, `but` some and theirs."""
    found, waiting = [], [pid]
    while waiting:
        born = [child for child in children(waiting.pop()) if child not in but]
        found += born
        waiting += born
    return found


def children(pid: int) -> list[int]:
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        if os.path.exists(f"/proc/{pid}/task/{pid}"):
            return _by_their_parents(pid)
    return found


def _by_their_parents(pid: int) -> list[int]:
    """The same where the kernel keeps no list."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with (
                suppress(OSError, ValueError, IndexError),
                open(f"/proc/{name}/stat", "rb") as file,
            ):
                if int(file.read().rpartition(b")")[2].split()[1]) == pid:
                    found.append(int(name))
    return found


def _memory(pids: list[int]) -> int:
    """Bytes that some processes take; of what they share, each counts its part."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
                for line in file:
                    if line.startswith(b"Pss:"):
                        total += int(line.split()[1]) * 1024
                        break
        except (OSError, ValueError, IndexError):
            with (
                suppress(OSError, ValueError, IndexError),
                open(f"/proc/{pid}/statm", "rb") as file,
            ):
                total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return total


def _prune(log: str) -> None:
    """Remove the logs of a job's runs beyond the newest."""
    if not log:
        return
    folder = os.path.dirname(log)
    with suppress(OSError):
        # The moment of the run, then the number of the attempt.
        runs = {name.rpartition("-")[0] for name in os.listdir(folder)}
        old = sorted(runs)[:-LOGS_KEPT]
        for name in os.listdir(folder) if old else ():
            if name.rpartition("-")[0] in old:
                os.unlink(os.path.join(folder, name))


def _become_subreaper() -> None:
    """Let orphans of the job come to us, so that they are reaped and counted."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _exit_code(attempt: Attempt) -> int:
    if attempt.is_timed_out:
        return 124
    code = os.waitstatus_to_exitcode(attempt.status or 0)
    return code if code >= 0 else 128 - code


def _text(data: bytes) -> str:
    """As text that every database can hold."""
    return data.decode(errors="replace").replace("\0", "\N{SYMBOL FOR NULL}")


def command(python: str) -> list[str]:
    """How a process starts a runner that finds its slot on the descriptor `SLOT`.

    Without the user's and the site's packages, which take longer to set up than the runner; by
    import, because a program that is named is compiled at each start.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    start = f"import sys; sys.path.append({folder!r}); import runner; runner.main()"
    return [python, "-I", "-S", "-c", start]


def main() -> NoReturn:
    """Carry out the run whose slot is the descriptor `SLOT`."""
    os.set_inheritable(SLOT, False)
    try:
        sys.exit(Runner(Journal(SLOT)).run())
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
        sys.exit(f"The disk is full: the run of the slot could not be recorded ({e}).")
