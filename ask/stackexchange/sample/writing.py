"""Writes the XML files of a dump, byte for byte in the form of the real ones.

A UTF-8 byte order mark, CRLF after every line but the last, one `<row … />` a line indented by two
spaces. Files are written under temporary names; only a finished dump gets the real ones.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

TABLES = (
    "Badges",
    "Comments",
    "PostHistory",
    "PostLinks",
    "Tags",
    "Users",
    "Votes",
    "Posts",
)
"""The files of a dump. Posts is last: who sees it sees the others as well."""

_UNFINISHED = ".xml.part"

# One row out of so many leaves a gap in the ids, as deleted rows do in the real files.
_STEPS = (1, 1, 1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1)


class NotEmptyError(Exception):
    """The folder for the dump has something in it already."""


class XmlFile:
    """One table, open for writing."""

    def __init__(self, *, folder: Path, table: str) -> None:
        self.rows = 0
        self._root = table.lower()
        self._file: BinaryIO = (folder / f"{table}{_UNFINISHED}").open("wb")
        head = f'\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<{self._root}>\r\n'
        self._file.write(head.encode())

    def write(self, rows: list[str]) -> None:
        """Write rows; each is `Id="…" …="…"`, without the brackets."""
        if rows:
            body = " />\r\n  <row ".join(rows)
            self._file.write(f"  <row {body} />\r\n".encode())
            self.rows += len(rows)

    def close(self, *, finished: bool) -> None:
        """Close the file, with its last line if everything was written."""
        if finished:
            self._file.write(f"</{self._root}>".encode())
        self._file.close()


class Ledger:
    """A table whose rows get their ids in the order of their dates.

    Rows dated after the threads that are being written wait. At most `patience` do: beyond that
    the earliest are written as well, so that memory stays the same however large the dump is.
    """

    def __init__(self, *, file: XmlFile, patience: int) -> None:
        self._file = file
        self._patience = patience
        self._waiting: list[tuple[int, str]] = []
        self._id = 0
        self.add = self._waiting.append

    def add_all(self, rows: Iterable[tuple[int, str]]) -> None:
        """Add rows: when, and the row without its id."""
        self._waiting.extend(rows)

    def flush(self, *, until: int) -> None:
        """Write the rows up to a moment."""
        waiting = self._waiting
        waiting.sort(key=_moment)
        count = _count_until(waiting, moment=until)
        count = max(count, len(waiting) - self._patience)
        written = []
        number = self._id
        for at, (_, row) in enumerate(waiting[:count], start=number):
            number += _STEPS[at % 13]
            written.append(f'Id="{number}" {row}')
        self._id = number
        self._file.write(written)
        del waiting[:count]


def _moment(row: tuple[int, str]) -> int:
    return row[0]


def _count_until(rows: list[tuple[int, str]], *, moment: int) -> int:
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle][0] <= moment:
            low = middle + 1
        else:
            high = middle
    return low


class DumpFolder:
    """The folder of a dump while it is written: all eight files appear at its end, or none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, XmlFile] = {}

    def __enter__(self) -> Self:
        """Open the files.

        Raises NotEmptyError if the folder holds anything but what an interrupted run left.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(not path.name.endswith(_UNFINISHED) for path in self.folder.iterdir()):
            raise NotEmptyError(f"{self.folder} is not empty")
        self.files = {table: XmlFile(folder=self.folder, table=table) for table in TABLES}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the files their names, or remove them after an error."""
        for file in self.files.values():
            file.close(finished=error is None)
        for table in TABLES:
            unfinished = self.folder / f"{table}{_UNFINISHED}"
            if error is None:
                unfinished.rename(self.folder / f"{table}.xml")
            else:
                unfinished.unlink()
