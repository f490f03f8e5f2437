"""CSV records by RFC 4180, one after the other.

The standard library's reader takes a lone CR for a line end, lets a quote open in
the middle of a cell, and does not tell a quote that is never closed; so this is an
own one: a line without any quote is split, every other one goes through a small
state machine.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from ingestion.gate.reading.text import Lines, decode, over_the_cap
from ingestion.gate.reading.verdict import MAX_COLUMNS, MAX_RECORD, FileRefusedError

_BLANKS = b" \t"


@dataclass
class Record:
    """One record: where it begins, its text, and its cells or why it has none."""

    line: int
    text: str
    cells: list[str]
    problem: str | None = None


class CsvReader:
    """Reads records and counts physical lines (which end in LF)."""

    def __init__(self, lines: Lines, line: int) -> None:
        self.lines = lines
        self._next_line = line
        self.delimiter = ","
        #: Number of cells that are asked for: one more is enough to see too many.
        self.width = MAX_COLUMNS
        #: While trying: the bytes to put back.
        self._taken: bytearray | None = None

    def record(self) -> Record | None:
        """The next record that is not a blank line; None at the end.

        Raises:
            FileRefusedError: a quote is never closed, or a record is too large.
        """
        while line := self._line():
            number = self._next_line - 1
            content = line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")
            if b'"' in line:
                return self._quoted(line, number)
            if content.strip(_BLANKS):
                text, clean = decode(content)
                problem = None if clean else "encoding-error"
                cells = text.split(self.delimiter, self.width)
                return Record(number, text, cells, problem)
        return None

    def take_lines(self, size: int) -> tuple[bytes, int]:
        """About so many bytes of whole lines, and the number of the first.

        Raises:
            FileRefusedError: a line is too large.
        """
        block, first = self.lines.whole_lines(size), self._next_line
        if over_the_cap(block) and not block.endswith(b"\n"):
            raise self._too_large(first)
        self._next_line += block.count(b"\n") + (not block.endswith(b"\n"))
        return block, first

    def put_back(self, block: bytes, line: int) -> None:
        """Have the rest of a block read again, which begins on a line."""
        self.lines.put_back(block)
        self._next_line = line

    def try_record(self, delimiter: str) -> Record | None:
        """The next record as it reads with a delimiter, without moving on."""
        self.delimiter = delimiter
        before = self._next_line
        taken = self._taken = bytearray()
        try:
            return self.record()
        finally:
            self.lines.put_back(bytes(taken))
            self._taken = None
            self._next_line = before

    def _line(self) -> bytes:
        line = self.lines.line()
        if over_the_cap(line):
            raise self._too_large(self._next_line)
        if self._taken is not None:
            self._taken += line
        self._next_line += 1
        return line

    def _quoted(self, line: bytes, number: int) -> Record:
        cells = _Cells(self.delimiter, self.width + 1)
        content, size, is_clean = io.StringIO(), 0, True
        while line:
            size += len(line)
            if size > MAX_RECORD:
                raise self._too_large(number)
            text, clean = decode(line)
            content.write(text)
            is_clean = is_clean and clean
            if cells.take(text):
                problem = cells.problem if is_clean else "encoding-error"
                return Record(number, content.getvalue(), cells.done, problem)
            line = self._line()
        raise FileRefusedError(
            "unclosed-quote",
            f"A quote that opens on line {cells.opened_after + number} is never "
            "closed. Close it, or double it where it is part of the text.",
            cells.opened_after + number,
        )

    def _too_large(self, number: int) -> FileRefusedError:
        return FileRefusedError(
            "record-too-large",
            f"The record that begins on line {number} is larger than 64 MiB. "
            "Look for a quote that is not closed.",
            number,
        )


class _Cells:
    """Cells of a record, taken line by line until no quoted cell is open."""

    def __init__(self, delimiter: str, wanted: int) -> None:
        self.done: list[str] = []
        self.problem: str | None = None
        self.opened_after = 0
        self._delimiter = delimiter
        self._wanted = wanted
        self._open: io.StringIO | None = None
        self._lines = 0

    def take(self, line: str) -> bool:
        """Take one physical line; whether the record ends with it."""
        position: int | None = 0
        while position is not None:
            if self._open is None and line.startswith('"', position):
                self._open, self.opened_after = io.StringIO(), self._lines
                position += 1
            if self._open is None:
                position = self._plain(line, position)
            else:
                position = self._quoted(line, position)
        self._lines += 1
        return self._open is None

    def _plain(self, line: str, start: int) -> int | None:
        """Take an unquoted cell; where the next one begins, None if there is none."""
        end = line.find(self._delimiter, start)
        cell = line[start:end] if end >= 0 else _without_line_end(line[start:])
        if '"' in cell:
            self.problem = "quote-error"
        self._add(cell)
        return end + 1 if end >= 0 else None

    def _quoted(self, line: str, start: int) -> int | None:
        """Go on in a quoted cell, which may end in a later line."""
        assert self._open is not None  # noqa: S101  for the type checker
        end = line.find('"', start)
        while end >= 0 and line.startswith('""', end):
            self._open.write(line[start : end + 1])
            start = end + 2
            end = line.find('"', start)
        if end < 0:
            self._open.write(line[start:])
            return None
        self._open.write(line[start:end])
        self._add(self._open.getvalue())
        self._open = None
        behind = line.find(self._delimiter, end)
        rest = line[end + 1 : behind] if behind >= 0 else line[end + 1 :]
        if rest if behind >= 0 else _without_line_end(rest):
            self.problem = "quote-error"
        return behind + 1 if behind >= 0 else None

    def _add(self, cell: str) -> None:
        if len(self.done) < self._wanted:
            self.done.append(cell)


def _without_line_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
