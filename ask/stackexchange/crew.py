"""The processes of an import: one reads the dump, some work its pieces into rows, one leads.

    reader ── pieces ──▶ workers ── done ──▶ leader (the command's own process)

The reader gives a piece to whichever worker is free. Where the database has one writer at a time,
a worker asks the leader for its turn, and gets it in the order of the pieces: rows that come in the
order of their ids are appended. A dump of a few pieces is worked by the leader alone.

Whoever is killed ends all: a worker or the reader finds that nobody listens any more, the leader
finds that a process is gone. Nothing is lost by that, since a piece is done wholly or not at all.
"""

import fcntl
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn, Protocol

from ask.core.one_line import one_line
from ask.stackexchange.archives import Dump, Take, UnreadableDump
from ask.stackexchange.pieces import Cutter, Piece, cut_file

PIPE = 1 << 20
"""Bytes that wait in a pipe; what Linux gives anybody."""

UNPACKING_FIRST = 5
"""By how much workers are nicer than a reader that unpacks: all wait for it in the end."""

PATIENCE = 5.0
"""Seconds that a process has for ending when it is asked to."""


class WorkerFailed(Exception):
    """A process of the import could not go on, for a reason that is not in the dump."""


@dataclass(frozen=True)
class Work:
    """What a worker does with pieces."""

    begin: Callable[[], None]
    """Called once, in a process that was forked."""
    prepare: Callable[[Piece], Callable[[], Any]]
    """Turn a piece into rows, and return what stores them and says what was in them."""
    is_serial: bool
    """Whether storing waits for its turn."""


class Leader(Protocol):
    """Whoever is told how the work goes."""

    def piece_done(self, key: str, result: Any) -> None:
        """A piece is done."""

    def table_done(self, table: str, piece_count: int) -> None:
        """All of a table's pieces are done."""


class Tally:
    """Which tables are whole: pieces are done, and the end of a table is met, in any order."""

    def __init__(self, leader: Leader, *, finished: Iterable[str]) -> None:
        self.leader = leader
        self.counts: dict[str, int] = {}
        self.numbers: dict[str, set[int]] = {}
        self.whole = {key for key in finished if "/" not in key}
        self.first: dict[str, int] = {}
        """The first pieces that are not done, as far as anybody asked."""
        for key in finished:
            self._note(key)

    def done(self, key: str, result: Any) -> None:
        """A piece is done."""
        self.leader.piece_done(key, result)
        self._note(key)
        self._look_at(key.partition("/")[0])

    def ends(self, table: str, piece_count: int) -> None:
        """So many pieces a table has."""
        self.counts[table] = piece_count
        self._look_at(table)

    def next_of(self, table: str) -> int:
        """The first piece of a table that is not done."""
        done = self.numbers.get(table, set())
        while self.first.get(table, 0) in done:
            self.first[table] = self.first.get(table, 0) + 1
        return self.first.get(table, 0)

    def require_whole(self, dump: Dump) -> None:
        """Nothing may be missing at the end. Raises WorkerFailed."""
        if missing := sorted(dump.members.keys() - self.whole):
            raise WorkerFailed(f"not all was read: {', '.join(missing)}")

    def _note(self, key: str) -> None:
        table, _, number = key.partition("/")
        if number:
            self.numbers.setdefault(table, set()).add(int(number))

    def _look_at(self, table: str) -> None:
        count = self.counts.get(table)
        if count is not None and len(self.numbers.get(table, ())) == count:
            self.leader.table_done(table, count)
            self.whole.add(table)


def _cut(
    dump: Dump,
    hand_on: Callable[[Piece], None],
    *,
    finished: Collection[str],
    at_once: int = 1,
) -> None:
    """Hand on every piece of the dump but those of tables that are finished wholly."""
    whole = {key for key in finished if "/" not in key}
    for table, path in dump.files().items():
        if table not in whole:
            for piece in cut_file(table, path):
                hand_on(piece)
    dump.unpack(_cutting(hand_on), without=whole, at_once=at_once)


def _cutting(hand_on: Callable[[Piece], None]) -> Take:
    cutters: dict[str, Cutter] = {}

    def take(table: str, data: bytes | memoryview) -> None:
        if table not in cutters:
            cutters[table] = Cutter(table, hand_on)
        if data:
            cutters[table].feed(data)
        else:
            cutters[table].finish()

    return take


def run_alone(dump: Dump, work: Work, leader: Leader, *, finished: Collection[str]) -> None:
    """Do everything in this process. `finished` as for `run_crew`; raises what the work raises."""
    tally = Tally(leader, finished=finished)

    def do(piece: Piece) -> None:
        if piece.key not in finished:
            tally.done(piece.key, work.prepare(piece)())
        if piece.is_last:
            tally.ends(piece.table, piece.number + 1)

    _cut(dump, do, finished=finished)
    tally.require_whole(dump)


def run_crew(
    dump: Dump, work: Work, leader: Leader, *, finished: Collection[str], worker_count: int
) -> None:
    """Do everything in processes, and return when they have ended.

    `finished` are keys of pieces, and names of tables, that need not be done again. Raises
    UnreadableDump, and WorkerFailed for whatever else goes wrong in a process.
    """
    with _Crew(dump, work, finished=frozenset(finished), worker_count=worker_count) as crew:
        tally = Tally(leader, finished=finished)
        crew.follow(tally)
    tally.require_whole(dump)


class _Crew:
    """The processes and what connects them. On leaving the block none of them is left."""

    def __init__(
        self, dump: Dump, work: Work, *, finished: frozenset[str], worker_count: int
    ) -> None:
        self.dump = dump
        self.work = work
        self.finished = finished
        # Each process keeps its own ends alone, so that it learns when the others are gone.
        self._pieces = [multiprocessing.Pipe(duplex=False) for _ in range(worker_count)]
        self._controls = [multiprocessing.Pipe() for _ in range(worker_count + 1)]
        self._free = multiprocessing.Pipe(duplex=False)
        self._processes: dict[Connection, multiprocessing.process.BaseProcess] = {}
        self._waiting: dict[str, Connection] = {}
        self._storing: Connection | None = None
        for _, writing in self._pieces:
            with suppress(OSError):  # a system may allow less
                fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)

    def __enter__(self) -> "_Crew":
        # A process that is not ready yet must not be interrupted, nor be forgotten.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        gc.collect()
        gc.freeze()  # what exists now is shared with the processes, as long as nobody touches it
        for number, (ours, theirs) in enumerate(self._controls):
            is_reader = number == len(self._pieces)
            run = self._read if is_reader else self._work
            keeps = (
                [theirs, self._free[0], *(writing for _, writing in self._pieces)]
                if is_reader
                else [theirs, self._free[1], self._pieces[number][0]]
            )
            process = multiprocessing.get_context("fork").Process(
                target=self._in_process, args=(run, number, keeps), daemon=True
            )
            process.start()
            self._processes[ours] = process
        gc.unfreeze()
        self._keep([ours for ours, _ in self._controls])
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        except KeyboardInterrupt:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
        self._keep([])

    def _keep(self, ends: Collection[Connection]) -> None:
        """Close every end of the connections but these."""
        for pair in (*self._pieces, *self._controls, self._free):
            for end in pair:
                if not any(end is kept for kept in ends) and not end.closed:
                    end.close()

    # In the leader

    def follow(self, tally: Tally) -> None:
        """Listen until all processes have ended."""
        left = dict(self._processes)
        while left:
            ready = wait([*left, *(process.sentinel for process in left.values())])
            for control in [control for control in left if control in ready]:
                self._hear(control, tally)
            for control, process in list(left.items()):
                if process.sentinel in ready:
                    process.join()
                    while control.poll():
                        if not self._hear(control, tally):
                            break
                    del left[control]
                    if process.exitcode:
                        self._explain(tally)

    def _explain(self, tally: Tally) -> NoReturn:
        """Say why a process has ended: others end when they miss it, and one knows the reason."""
        codes = []
        for control, process in self._processes.items():
            process.join(0.5)
            while control.poll() and self._hear(control, tally):
                pass
            codes.append(process.exitcode or 0)
        if min(codes) < 0:
            name = signal.Signals(-min(codes)).name
            raise WorkerFailed(f"a process of the import was ended by {name}")
        raise WorkerFailed("a process of the import ended by itself")

    def _hear(self, control: Connection, tally: Tally) -> bool:
        """One message; whether there was one."""
        try:
            kind, *told = control.recv()
        except (EOFError, ConnectionResetError):
            return False
        if kind == "failed":
            raise told[0]
        if kind == "ends":
            tally.ends(*told)
        elif kind == "turn":
            self._waiting[told[0]] = control
        else:
            tally.done(*told)
            if self._storing is control:
                self._storing = None
        self._give_turn(tally)
        return True

    def _give_turn(self, tally: Tally) -> None:
        if self._storing is not None:
            return
        for key, control in self._waiting.items():
            table, _, number = key.partition("/")
            if int(number) == tally.next_of(table):
                del self._waiting[key]
                self._storing = control
                with suppress(OSError):  # a worker that is gone is found gone
                    control.send("go")
                return

    # In a process of its own

    def _in_process(self, run: Callable[[int], None], number: int, keeps: list[Connection]) -> None:
        # Ctrl-C goes to all; the leader decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        # Rows make no cycles, and to look for some among them takes a tenth of the time.
        gc.disable()
        self._keep(keeps)
        control = self._controls[number][1]
        try:
            run(number)
        except (BrokenPipeError, EOFError, ConnectionResetError):
            os._exit(1)  # somebody is gone, and the leader finds it out or is it himself
        except BaseException as e:
            with suppress(OSError):
                control.send(("failed", _portable(e)))
            os._exit(1)
        # Nothing that was inherited is to be closed in order, least of all a database connection.
        os._exit(0)

    def _read(self, number: int) -> None:
        control = self._controls[number][1]
        # Of several archives some may be unpacked at once.
        asking, telling = threading.Lock(), threading.Lock()
        self.work.begin()

        def hand_on(piece: Piece) -> None:
            if piece.key not in self.finished:
                with asking:
                    worker = self._pieces[self._free[0].recv_bytes()[0]][1]
                worker.send(replace(piece, data=b""))
                if piece.file is None:
                    worker.send_bytes(piece.data)
            if piece.is_last:
                with telling:
                    control.send(("ends", piece.table, piece.number + 1))

        at_once = len(self._pieces) // 2 or 1
        _cut(self.dump, hand_on, finished=self.finished, at_once=at_once)

    def _work(self, number: int) -> None:
        pieces, control = self._pieces[number][0], self._controls[number][1]
        if self.dump.is_packed:
            os.nice(UNPACKING_FIRST)
        self.work.begin()
        while True:
            with suppress(BrokenPipeError):  # the reader is gone: in order, or the leader sees it
                self._free[1].send_bytes(bytes([number]))
            try:
                piece = pieces.recv()
            except EOFError:
                return  # the reader is at the end
            if piece.file is None:
                piece = replace(piece, data=pieces.recv_bytes())
            store = self.work.prepare(piece)
            if self.work.is_serial:
                control.send(("turn", piece.key))
                control.recv()
            control.send(("done", piece.key, store()))
            gc.collect()  # the parser of each piece is a cycle


def _portable(error: BaseException) -> Exception:
    """An error that another process can be sent."""
    if isinstance(error, UnreadableDump):
        return UnreadableDump(str(error))
    return WorkerFailed(one_line(error) or type(error).__name__)
