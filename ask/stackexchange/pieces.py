"""A table's XML, cut between rows into pieces that can be read apart from one another.

Where a file is cut depends on its bytes alone, never on how they arrive, so that an import which
goes on where another stopped finds the same pieces.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from ask.stackexchange.archives import UnreadableDump

PIECE = 4 << 20
"""Bytes of a piece at least: enough that handing it on costs nothing, little enough that a few of
them fit into memory and that an import which was killed repeats little."""

LONGEST = 64 << 20
"""Bytes of a piece at most: where no row begins for so long, something else than a dump is read."""

LONGEST_HEAD = 64 << 10
"""Bytes before the first row, of a file that is cut: every piece is read with them."""

LOOKED_AT = 64 << 10
"""Bytes that are read at once where a file may be cut."""

_ROW = re.compile(rb"<row[\s/>]")
_NEEDED = 5
"""Bytes that tell whether a row begins."""

_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*+)[^<>/]*+>[^<>]*+$")


@dataclass(frozen=True)
class Piece:
    """Some rows of a table, one after another."""

    table: str
    number: int
    """From 0."""
    start: int
    """Where it begins in the file, in bytes."""
    head: bytes
    """What stands in the file before the first row; of the piece 0 it is the beginning."""
    data: bytes | bytearray
    is_last: bool
    file: Path | None = None
    """Where `data` still is to be read: `size` bytes from `start` on."""
    size: int = 0

    def loaded(self) -> "Piece":
        """The same, with its data. Raises UnreadableDump if the file is not what it was."""
        if self.file is None:
            return self
        with _opened(self.file) as file:
            file.seek(self.start)
            data = file.read(self.size)
        if len(data) != self.size:
            raise UnreadableDump(f"{self.file}: somebody shortened it while it was read")
        return replace(self, data=data, file=None)

    @property
    def key(self) -> str:
        return f"{self.table}/{self.number}"

    @property
    def before(self) -> bytes:
        """What must be read before `data` so that it is a document."""
        return self.head if self.number else b""

    @property
    def after(self) -> bytes:
        """What must be read after `data` so that it is a document."""
        root = _ROOT.search(self.head)
        return b"</%b>" % root[1] if root and not self.is_last else b""


class Cutter:
    """Cuts one table's file: `feed` it bytes as they come, then `finish`."""

    def __init__(
        self, table: str, hand_on: Callable[[Piece], None], *, size: int | None = None
    ) -> None:
        """`hand_on` is called with each piece of `size` bytes, or somewhat more."""
        self.table = table
        self.hand_on = hand_on
        self.size = size or PIECE
        self._data = bytearray()
        self._number = 0
        self._start = 0
        self._searched = 0
        """Up to where in `_data` no cut is."""
        self._head: bytes | None = None

    def feed(self, data: bytes | memoryview) -> None:
        """The next bytes of the file. Raises UnreadableDump where no row begins for too long."""
        self._data += data
        if self._head is None and not self._find_head():
            return
        while (cut := self._find(max(self.size, self._searched))) is not None:
            self._cut(cut, is_last=False)
        self._searched = max(0, len(self._data) - _NEEDED)
        self._require_sense()

    def finish(self) -> None:
        """The file ends here."""
        self._cut(len(self._data), is_last=True)

    def _find_head(self) -> bool:
        """Whether it is known what stands before the first row."""
        first = self._find(self._searched)
        self._searched = max(0, len(self._data) - _NEEDED)
        if first is None:
            self._require_sense()
            return False
        head = bytes(self._data[:first])
        self._searched = first + 1
        self.size = _size_after(head, size=self.size)
        self._head = head
        return True

    def _find(self, position: int) -> int | None:
        if len(self._data) - position < _NEEDED:
            return None
        found = _ROW.search(self._data, position)
        return found.start() if found else None

    def _cut(self, end: int, *, is_last: bool) -> None:
        rest = self._data[end:]
        del self._data[end:]
        piece = Piece(
            table=self.table,
            number=self._number,
            start=self._start,
            head=self._head or b"",
            data=self._data,
            is_last=is_last,
        )
        self._data = rest
        self._number += 1
        self._start += end
        self._searched = 0
        self.hand_on(piece)

    def _require_sense(self) -> None:
        if len(self._data) > LONGEST:
            raise _without_rows(self.table)


def cut_file(table: str, path: Path, *, size: int | None = None) -> Iterator[Piece]:
    """The pieces of a file, which are still to be read: the same as a `Cutter` makes of its bytes.

    Only the places where it is cut are looked at. Raises UnreadableDump as a `Cutter` does.
    """
    with _opened(path) as file:
        length = os.fstat(file.fileno()).st_size
        first = _find_row(file, 0, limit=LONGEST)
        file.seek(0)
        head = b"" if first is None else file.read(first)
        size = LONGEST if first is None else _size_after(head, size=size or PIECE)
        number, start, beyond = 0, 0, 0 if first is None else first + 1
        while True:
            limit = start + LONGEST
            found = _find_row(file, max(start + size, beyond), limit=limit)
            if found is None and limit < length:
                raise _without_rows(table)
            end = length if found is None else found
            yield Piece(
                table=table,
                number=number,
                start=start,
                head=head,
                data=b"",
                is_last=found is None,
                file=path,
                size=end - start,
            )
            if found is None:
                return
            number, start, beyond = number + 1, end, 0


def _find_row(file: IO[bytes], position: int, *, limit: int) -> int | None:
    """Where the first row from `position` on begins; None if none does up to `limit`."""
    # Not by mapping the file: what was looked at would count as memory of this process.
    file.seek(position)
    data, start = b"", position
    while start <= limit and (read := file.read(LOOKED_AT)):
        data += read
        if found := _ROW.search(data):
            return start + found.start()
        start += max(0, len(data) - _NEEDED)
        data = data[-_NEEDED:]
    return None


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as e:
        raise UnreadableDump(f"{path}: cannot be read: {e.strerror}") from e


def _size_after(head: bytes, *, size: int) -> int:
    """How large pieces are: without a root that can be closed the file is one."""
    return size if len(head) <= LONGEST_HEAD and _ROOT.search(head) else LONGEST


def _without_rows(table: str) -> UnreadableDump:
    return UnreadableDump(
        f"{table}.xml has more than {LONGEST >> 20} MB in which no row begins;"
        " a dump's tables are rows, in UTF-8"
    )
