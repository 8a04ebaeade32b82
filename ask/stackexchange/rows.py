"""From the bytes of a table's XML to rows of values, a piece at a time."""

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from lxml import etree

from ask.stackexchange.archives import CHUNK, UnreadableDump
from ask.stackexchange.tables import Table

Row = list[Any]


class DocumentType(Exception):
    """A file declares a document type."""


class _Target:
    """What lxml calls as it parses."""

    def __init__(self, start: Callable[[str, dict[str, str]], None]) -> None:
        self.start = start

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """A dump has none, and entities could be declared in it that unfold without end."""
        raise DocumentType

    def close(self) -> None:
        """lxml asks for a result; there is none."""


class RowReader:
    """Reads one table. `feed` it bytes as they come; it calls `take` with each row's values.

    The values stand in the order of `Table.columns`. A document type is refused, so a file can
    neither unfold in memory nor read another.
    """

    def __init__(self, table: Table, take: Callable[[Row], None]) -> None:
        self.table = table
        self.take = take
        self.read = 0
        """Rows seen so far."""
        self.unknown: Counter[str] = Counter()
        """Attributes that no column knows, with the number of rows that bear them."""
        self._known = {column.attribute for column in table.columns} | table.ignored
        self._plan = [
            (column.attribute, column.read, column.default, column.is_required)
            for column in table.columns
        ]
        self._parser = etree.XMLParser(
            target=cast(Any, _Target(self._start)),
            no_network=True,
            huge_tree=True,
        )

    def feed(self, data: bytes) -> None:
        """Read on. Raises UnreadableDump for what is no row of this table."""
        try:
            for start in range(0, len(data), CHUNK):
                self._parser.feed(data[start : start + CHUNK])
        except etree.XMLSyntaxError as e:
            raise UnreadableDump(f"{self.table.name}.xml is not well-formed: {e}") from e
        except DocumentType as e:
            raise UnreadableDump(
                f"{self.table.name}.xml declares a document type, as no dump does"
            ) from e

    def finish(self) -> None:
        """No more bytes come. Raises UnreadableDump when the file was cut."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as e:
            raise UnreadableDump(
                f"{self.table.name}.xml ends in the middle, after {self.read} rows: {e}"
            ) from e

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "row":
            return
        self.read += 1
        get = attributes.get
        row: Row = []
        found = 0
        attribute = ""
        text: str | None = None
        try:
            for attribute, read, default, is_required in self._plan:
                text = get(attribute)
                if text is not None:
                    found += 1
                    row.append(read(text))
                elif is_required:
                    raise ValueError("is missing")
                else:
                    row.append(default)
        except (ValueError, OverflowError) as e:
            raise UnreadableDump(self._complaint(attributes, attribute, text, e)) from e
        if found != len(attributes):
            self.unknown.update(name for name in attributes if name not in self._known)
        self.take(row)

    def _complaint(
        self, attributes: dict[str, str], attribute: str, text: str | None, error: Exception
    ) -> str:
        where = f"{self.table.name}.xml, row {self.read} (Id={attributes.get('Id', 'none')})"
        if text is None:
            return f"{where}: {attribute} {error}"
        return f"{where}: {attribute}={text[:60]!r} cannot be read: {error}"
