"""From a piece of a table's XML to columns of values."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from lxml import etree

from ask.stackexchange.archives import CHUNK, UnreadableDump
from ask.stackexchange.pieces import Piece
from ask.stackexchange.tables import Table

Attributes = dict[str, str]
Columns = dict[str, list[Any]]
"""Values of some rows by the name of their column; all lists are of one length."""


MOST_UNKNOWN = 20
"""Attributes that no column knows of which the names are kept, and how much of each."""
_NAME = 60


class DocumentType(Exception):
    """A file declares a document type."""


class ForeignElement(Exception):
    """A file has other elements than rows; the text is the name of the first one."""


class _Target:
    """What lxml calls as it parses."""

    def __init__(self) -> None:
        self.rows: list[Attributes] = []
        self.has_root = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "row":
            self.rows.append(attributes)
        elif self.has_root:
            raise ForeignElement(tag)
        self.has_root = True

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """A dump has none, and entities could be declared in it that unfold without end."""
        raise DocumentType

    def close(self) -> None:
        """lxml asks for a result; there is none."""


class PieceReader:
    """Reads one piece of a table.

    A document type is refused, so a file can neither unfold in memory nor read another.
    """

    def __init__(self, table: Table, piece: Piece) -> None:
        self.table = table
        self.piece = piece
        self.read = 0
        """Rows seen so far."""
        self.unknown: Counter[str] = Counter()
        """Attributes that no column knows, with the number of rows that bear them."""
        self._known = {column.attribute for column in table.columns} | table.ignored

    def batches(self) -> Iterator[Columns]:
        """The columns of the table, some hundreds or thousands of rows at a time.

        Raises UnreadableDump for what is not well-formed, or no row of this table.
        """
        target = _Target()
        parser = etree.XMLParser(target=cast(Any, target), no_network=True, huge_tree=True)
        piece = self.piece
        is_at_end = False
        try:
            parser.feed(piece.before)
            data = memoryview(piece.data)
            for start in range(0, len(data), CHUNK):
                parser.feed(bytes(data[start : start + CHUNK]))
                if target.rows:
                    yield self._columns(target.rows)
                    target.rows = []
            parser.feed(piece.after)
            is_at_end = piece.is_last
            parser.close()
        except etree.XMLSyntaxError as e:
            where = f"after byte {piece.start:,}" if piece.start else ""
            if is_at_end:
                problem = f"ends in the middle, after {self.read:,} rows {where}".rstrip()
                problem += "; fetch the dump again"
            else:
                problem = f"is not well-formed {where}".rstrip()
            raise UnreadableDump(f"{self.table.name}.xml {problem}: {e.msg or e}") from e
        except DocumentType as e:
            raise UnreadableDump(
                f"{self.table.name}.xml declares a document type, as no dump does"
            ) from e
        except ForeignElement as e:
            raise UnreadableDump(
                f"{self.table.name}.xml has an element <{str(e)[:_NAME]}>, where a dump has rows"
            ) from e

    def _columns(self, rows: list[Attributes]) -> Columns:
        found: Columns = {}
        present = 0
        for column in self.table.columns:
            name = column.attribute
            texts = [row.get(name) for row in rows]
            missing = texts.count(None)
            present += len(texts) - missing
            try:
                if missing and column.is_required:
                    raise ValueError
                found[column.column] = column.kind.all(texts, default=column.default)
            except (ValueError, OverflowError) as e:
                raise UnreadableDump(self._complaint(rows)) from e
        if present != sum(map(len, rows)):
            self._note_unknown(rows)
        self.read += len(rows)
        return found

    def _note_unknown(self, rows: list[Attributes]) -> None:
        for row in rows:
            for name in row.keys() - self._known:
                shown = name[:_NAME]
                if shown in self.unknown or len(self.unknown) < MOST_UNKNOWN:
                    self.unknown[shown] += 1

    def _complaint(self, rows: list[Attributes]) -> str:
        """What is wrong, in words: the first row that cannot be read, and why."""
        for number, row in enumerate(rows, start=self.read + 1):
            for column in self.table.columns:
                text = row.get(column.attribute)
                reason = None
                if text is None:
                    reason = f"{column.attribute} is missing" if column.is_required else None
                else:
                    try:
                        column.kind.one(text)
                    except (ValueError, OverflowError) as e:
                        reason = f"{column.attribute}={text[:60]!r} cannot be read: {e}"
                if reason:
                    after = f" after byte {self.piece.start:,}" if self.piece.start else ""
                    where = f"row {number:,}{after} (Id={row.get('Id', 'none')[:20]!r})"
                    return f"{self.table.name}.xml, {where}: {reason}"
        raise AssertionError(f"{self.table.name}: a column was refused, and none of its texts")
