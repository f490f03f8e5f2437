"""CSV rows: which of them are accepted, and what is landed.

A block of lines without quotes is split as a whole: a line end becomes a cell of its
own, and where every so many cells there is one, each line has as many cells as the
header. Quotes that part no cells are taken away first. What cannot be split so is read
record by record. Whichever way cells were found, their rows are checked alike.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from typing import Any

from ingestion.contracts import Contract
from ingestion.contracts.senders import Sender
from ingestion.contracts.values import BLANKS
from ingestion.gate.reading import patterns
from ingestion.gate.reading.csv.header import names_of, read_header
from ingestion.gate.reading.csv.records import CsvReader, Record
from ingestion.gate.reading.csv.sums import StockSums
from ingestion.gate.reading.rows import Rows
from ingestion.gate.reading.sender_columns import ORDER_KEYS, SenderColumns
from ingestion.gate.reading.text import (
    BLOCK,
    MARK,
    Lines,
    Sink,
    decode,
    end_of_lines,
    skip_blank,
)
from ingestion.gate.reading.verdict import MAX_RAW, Refusal, Tally

#: Records read one by one, at most, before a block is looked at again.
_MOST_RECORDS = 1024
#: Bytes that are looked at between runs, at first.
_SHORT_RUN = 1 << 12

#: A row's physical line, and its text.
Place = Callable[[int], tuple[int, str]]


def read_csv(
    lines: Lines,
    contract: Contract,
    landed: Sink,
    tally: Tally,
    sender: Sender | None = None,
    file_name: str = "",
) -> None:
    """Check a file's rows and write the accepted ones.

    Written is a header and the contract's columns in the contract's order, with
    commas, LF, and an empty cell for what is absent. No accepted value needs quotes.

    Raises:
        FileRefusedError: the header is wrong, or the records cannot be told apart.
    """
    table = _Table(lines, contract, landed, tally, sender, file_name)
    table.read()
    tally.is_unterminated = lines.is_unterminated


class _Table:
    """Takes blocks of lines, writes or refuses their rows."""

    def __init__(
        self,
        lines: Lines,
        contract: Contract,
        landed: Sink,
        tally: Tally,
        sender: Sender | None,
        file_name: str,
    ) -> None:
        self._landed, self._tally = landed, tally
        self._reader = reader = CsvReader(lines, skip_blank(lines) + 1)
        names = names_of(contract, sender)
        separator = sender.separator if sender else None
        self._header = header = read_header(reader, names, separator)
        tally.unknown(header.unknown)
        landed.write(f"{','.join(names.known)}\n".encode("ascii"))
        reader.width = header.width
        self._made = SenderColumns(sender, file_name) if sender else None
        self._sums = StockSums(landed, tally) if sender and sender.add_up else None
        self._rows = Rows(contract, tally, sender)
        self._delimiter = reader.delimiter
        self._simple, self._quoted = _quoted_lines(self._delimiter)
        is_plain = header.is_as_landed and self._delimiter == "," and not sender
        self._is_plain = is_plain
        self._site = names.known.index(contract.site_column)
        # Rules across columns are held row by row.
        is_run = is_plain and not contract.rules
        self._run = patterns.csv_rows(contract.columns) if is_run else None

    def read(self) -> None:
        """Take the rest of the file."""
        # Where runs or records are looked for between, not all is looked at each time.
        records, ahead, is_parted = 1, _SHORT_RUN, self._run is not None
        while True:
            block, line = self._reader.take_lines(BLOCK)
            if not block:
                break
            position = 0
            while position < len(block):
                end = self._fit_rows(block, position)
                line += block.count(b"\n", position, end)
                is_long = end - position > 1 << 14
                ahead = _SHORT_RUN if is_long else min(2 * ahead, 2 * BLOCK)
                position = end
                if position == len(block):
                    break
                end = len(block)
                if is_parted:
                    end = end_of_lines(block, position, ahead)
                end = self._lines(block[position:end], line) + position
                if end == position:
                    self._reader.put_back(block[position:], line)
                    self._records(records)
                    records = min(2 * records, _MOST_RECORDS)
                    ahead, is_parted = _SHORT_RUN, True
                    break
                records = 1
                line += block.count(b"\n", position, end)
                position = end
        if self._sums:
            self._sums.write()

    def _fit_rows(self, block: bytes, start: int) -> int:
        """Land the rows from here on that need no look; where they end."""
        end = int(self._run.match(block, start).end()) if self._run else start
        if end == start:
            return end
        rows = block[start:end].replace(b"\r\n", b"\n")
        self._tally.accepted += rows.count(b"\n")
        cells = rows.replace(b"\n", b",").split(b",")
        width = self._header.width
        sites = set(cells[self._site : -1 : width]) - {b""}
        self._tally.site_ids.update(site.decode() for site in sites)
        self._landed.write(rows)
        return end

    def _lines(self, piece: bytes, line: int) -> int:
        """Take lines that no record crosses; how many bytes of them."""
        if len(piece) > 2 * BLOCK:
            # A single line: its cells are split no further than there are columns.
            return 0
        text, is_clean = decode(piece)
        if '"' not in text:
            self._split(_with_end(text), text, line, is_clean)
            return len(piece)
        if not is_clean:
            return 0
        ended = piece if piece.endswith(b"\n") else piece + b"\n"
        if self._simple.match(ended).end() == len(ended):
            self._split(_with_end(text.replace('"', "")), text, line, is_clean)
            return len(piece)
        end = min(int(self._quoted.match(ended).end()), len(piece))
        return end if end and self._quoted_rows(piece[:end].decode(), line) else 0

    def _split(self, text: str, sent: str, line: int, is_clean: bool) -> None:
        """Take rows whose cells are parted by the delimiter alone.

        ``sent`` is the same with its quotes.
        """
        size, width = text.count("\n"), self._header.width
        delimiter = self._delimiter
        cells = text.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
        is_even = len(cells) == size * (width + 1) + 1
        if not (is_clean and is_even and cells[width :: width + 1].count("\n") == size):
            rows = [row.split(delimiter) for row in text.split("\n")[:-1]]
            self._uneven(rows, _with_end(sent).split("\n"), range(line, line + size))
            return
        end = size * (width + 1)
        columns: dict[str, Sequence[Any]] = {
            name: cells[place : end : width + 1]
            for name, place in self._header.places.items()
        }
        rows_sent: list[str] = []

        def place(row: int) -> tuple[int, str]:
            rows_sent.extend([] if rows_sent else sent.split("\n"))
            return line + row, rows_sent[row]

        self._take(columns, size, place, {}, text)

    def _quoted_rows(self, text: str, line: int) -> bool:
        """Take rows whose quotes are well formed and end on their line, if they can."""
        sent = _with_end(text).split("\n")[:-1]
        try:
            rows = list(csv.reader(sent, delimiter=self._delimiter, strict=True))
        except csv.Error:
            # A cell that is longer than that reader takes.
            return False
        if set(map(len, rows)) == {self._header.width}:
            columns = self._columns(list(zip(*rows, strict=True)))
            self._take(columns, len(rows), lambda n: (line + n, sent[n]), {}, None)
        else:
            self._uneven(rows, sent, range(line, line + len(sent)))
        return True

    def _records(self, number: int) -> None:
        """Take some records one by one."""
        records: list[Record] = []
        while len(records) < number and (record := self._reader.record()):
            records.append(record)
        broken = {
            row: Refusal(record.problem)
            for row, record in enumerate(records)
            if record.problem
        }
        cells = [record.cells for record in records]
        sent = [record.text for record in records]
        self._uneven(cells, sent, [record.line for record in records], broken)

    def _uneven(
        self,
        rows: Sequence[list[str]],
        sent: Sequence[str],
        numbers: Sequence[int],
        broken: dict[int, Refusal] | None = None,
    ) -> None:
        """Take rows of which some may have too few or too many cells, or be none."""
        given, at = broken or {}, dict[int, Refusal]()
        blank = [""] * self._header.width
        kept: list[list[str]] = []
        places: list[tuple[int, str]] = []
        for index, row in enumerate(rows):
            text, refusal = sent[index], given.get(index)
            if refusal is None and not text.strip(BLANKS):
                continue
            refusal = refusal or self._broken(row, text)
            if refusal:
                at[len(kept)] = refusal
            kept.append(blank if refusal else row)
            places.append((numbers[index], text))
        if kept:
            columns = self._columns(list(zip(*kept, strict=True)))
            self._take(columns, len(kept), places.__getitem__, at, None)

    def _columns(self, cells: list[Sequence[Any]]) -> dict[str, Sequence[Any]]:
        return {name: cells[place] for name, place in self._header.places.items()}

    def _broken(self, row: list[str], text: str) -> Refusal | None:
        width = self._header.width
        if not text.isascii() and MARK.search(text):
            return Refusal("encoding-error")
        if len(row) == width:
            return None
        reason = "missing-cell" if len(row) < width else "extra-cell"
        count = str(len(row)) if len(row) <= width else f"more than {width}"
        return Refusal(
            reason,
            f"The row has {count} cells, the header {width}: write a delimiter for "
            "every column, and quotes around a cell that holds one.",
        )

    def _take(
        self,
        columns: dict[str, Sequence[Any]],
        size: int,
        place: Place,
        broken: dict[int, Refusal],
        text: str | None,
    ) -> None:
        """Take rows by column; ``text`` is theirs when they are landed as it is."""
        kept, given = None, columns
        if self._made:
            columns, kept = self._made.made(columns, size)
            if kept is not None:
                self._tally.left_out += size - len(kept)
                size, broken = (
                    len(kept),
                    {
                        row: broken[index]
                        for row, index in enumerate(kept)
                        if index in broken
                    },
                )
        checked = self._rows.check(columns, size, broken)
        self._rows.count(checked)
        for row in sorted(checked.refused):
            index = row if kept is None else kept[row]
            refusal = checked.refused[row]
            position, above = None, None
            if self._made:
                above = self._made.above(given, columns, index, row)
                if row not in broken and refusal.column not in ORDER_KEYS:
                    position = self._made.position(columns, row)
            line, sent = place(index)
            sent = sent.removesuffix("\r")
            value = (refusal.value or "").strip(BLANKS) or None
            message = self._about(sent, refusal.message)
            refusal = refusal._replace(message=message, value=value)
            context = self._header.text[:MAX_RAW]
            self._tally.reject(line, sent, refusal, context, position, above)
        if self._sums:
            self._sums.add(checked.columns)
        elif self._is_plain and checked.is_as_sent and text is not None:
            self._landed.write(text.encode())
        elif checked.columns[0]:
            rows = "\n".join(map(",".join, zip(*checked.columns, strict=True)))
            self._landed.write(f"{rows}\n".encode())

    def _about(self, text: str, message: str) -> str:
        """What a refused row seems to be, when that says more than its first value."""
        if not message and '="' in text:
            return 'A spreadsheet wrote ="..." to keep zeros: write the digits alone.'
        if text.strip() == self._header.text.strip():
            return "The header stands here again: take this line out."
        first = text.split(self._delimiter, 1)[0].strip(' \t"').lower()
        if first.rstrip(":").split(" ")[-1] in _TOTALS:
            return (
                f"This looks like a total row ({first!r}): take it out, or declare "
                f"leave_out of a sender. {message}"
            )
        return message


_TOTALS = frozenset(
    ["total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "totaal", "totale"]
)


def _quoted_lines(delimiter: str) -> tuple[Any, Any]:
    """Lines whose quotes part no cells, and lines whose quotes end on them."""
    sign = rf"\x{ord(delimiter):02x}"
    bare = rf'[^"{sign}\r\n]*'
    simple = rf'(?:"[^"{sign}\r\n]*"|{bare})'
    inner = rf'(?:"(?:[^"\r\n]|"")*"|{bare})'
    return (
        patterns.compiled(rf"(?:{simple}(?:{sign}{simple})*\r?\n)*"),
        patterns.compiled(rf"(?:{inner}(?:{sign}{inner})*\r?\n)*"),
    )


def _with_end(text: str) -> str:
    """Lines that end in LF, all of them."""
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else f"{text}\n"
