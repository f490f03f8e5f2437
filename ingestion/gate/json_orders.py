"""JSON orders: which of their rows are accepted, and the line that is landed."""

from __future__ import annotations

from typing import Any

from ingestion.contracts import Contract
from ingestion.gate.drafts import Sink
from ingestion.gate.fit_lines import FitLines
from ingestion.gate.json_text import (
    MARK,
    JsonReader,
    MalformedError,
    Real,
    without_loose_marks,
)
from ingestion.gate.key_names import KeyNames
from ingestion.gate.rules import RowRules
from ingestion.gate.source import decode
from ingestion.gate.tally import Tally
from ingestion.gate.values import BLANKS, CONSTRAINT, MAX_TEXT, TYPE, check_for

Problem = tuple[str, str, object]  # reason, column, value

_NULL = "null"


class JsonOrders:
    """Checks one order after the other and writes what is accepted of each.

    A line that is fit is landed byte for byte. Any other landed line is one order
    in compact ASCII JSON: the contract's keys, every value a string as it was
    written (numbers too, because readers take numbers through binary doubles), null
    when absent, and only the accepted rows.
    """

    def __init__(
        self,
        contract: Contract,
        landed: Sink,
        tally: Tally,
        sender: str | None = None,
    ) -> None:
        self.reader = JsonReader()
        self._fit = FitLines(contract)
        self._names = KeyNames(contract, sender)
        self._rules = RowRules(contract, tally)
        #: The physical line that holds the order at hand and nothing else.
        self._line: bytes | None = None
        self._landed = landed
        self._tally = tally
        self._header = _Fields(contract, "order")
        self._row = _Fields(contract, "line")
        self._order_keys = {*self._header.names, "lines"}
        self._row_keys = set(self._row.names)
        self._site = self._header.names.index(contract.site_column)
        self._number = self._row.names.index("line_number")

    @property
    def names_of_lines(self) -> frozenset[str]:
        """Keys under which an order may hold its lines."""
        return self._names.of_lines

    def fit_lines(self, block: bytes, start: int) -> tuple[int, int]:
        """Take the fit lines that begin at a position; where they end, and how many."""
        end = self._fit.end(block, start)
        if end == start:
            return start, 0
        lines = block[start:end]
        number = lines.count(b"\n")
        # Every line has one brace more than it has rows.
        self._tally.accepted += lines.count(b"{") - number
        self._tally.site_ids |= self._fit.sites(lines, number)
        self._landed.write(lines)
        return end, number

    def line(self, content: bytes, number: int) -> None:
        """Take one line of a file, which is an order."""
        text, clean = decode(content)
        self._line = content
        self.text(text, number, clean=clean)
        self._line = None

    def text(self, text: str, line: int, *, clean: bool = True) -> None:
        """Take the text of one order that begins on a physical line.

        ``clean`` says that it is UTF-8 without NUL, and hence has no marks.
        """
        marked = None if clean else text
        if marked:
            text = without_loose_marks(marked)
        try:
            order = self.reader.whole(text)
        except MalformedError as error:
            reason = "encoding-error" if marked else error.reason
            self._tally.reject(line, reason, marked or text)
            return
        self.order(order, text, line, marked)

    def order(self, order: Any, text: str, line: int, marked: str | None) -> None:
        """Take an order as just read from ``text``.

        ``marked`` is the same text with all its marks, when it has some.
        """
        if not isinstance(order, dict):
            self._tally.reject(line, TYPE, marked or text)
            return
        order, is_doubled = self._names.order(order)
        doubled = self.reader.doubled or is_doubled
        if not order.keys() <= self._order_keys:
            self._tally.unknown(order.keys() - self._order_keys)
        header: list[str] = []
        problem = self._header.read(order, header)
        refuse = _Refuse(self, text, marked or text, line)
        if doubled:
            refuse.order("duplicate-label")
        elif marked and refuse.marks_outside_rows():
            refuse.order("encoding-error")
        elif type(order.get("lines")) is not list:
            value = order.get("lines")
            refuse.order(CONSTRAINT if value is None else TYPE, "lines", value)
        elif problem:
            refuse.order(*problem)
        else:
            self._rows(order, header, refuse, refuse.marked_rows(marked))

    def _rows(
        self,
        order: dict[str, Any],
        header: list[str],
        refuse: _Refuse,
        marked: set[int],
    ) -> None:
        written, is_numbered = [], True
        for index, element in enumerate(order["lines"]):
            if index in marked:
                refuse.row(index, "encoding-error")
                continue
            if not isinstance(element, dict):
                refuse.row(index, TYPE)
                continue
            if not element.keys() <= self._row_keys:
                self._tally.unknown(
                    f"lines.{key}" for key in element.keys() - self._row_keys
                )
            row: list[str] = []
            problem = self._row.read(element, row) or self._rule(header, row)
            if problem:
                refuse.row(index, *problem)
                continue
            is_numbered = is_numbered and row[self._number] != _NULL
            if row[self._number] == _NULL:
                row[self._number] = f'"{index + 1}"'
            written.append(f"{{{self._row.template % tuple(row)}}}")
        if written:
            self._tally.site_ids.add(header[self._site].strip('"'))
            self._tally.accepted += len(written)
            is_whole = is_numbered and len(written) == len(order["lines"])
            if not (is_whole and self._is_landed_as_sent(order)):
                self._write(header, written)

    def _rule(self, header: list[str], row: list[str]) -> Problem | None:
        """The broken rule that refuses a row."""
        if not self._rules:
            return None
        names, texts = self._header.names + self._row.names, header + row
        found = {
            name: None if text == _NULL else text.strip('"')
            for name, text in zip(names, texts, strict=True)
        }
        return self._rules.problem(found)

    def _is_landed_as_sent(self, order: dict[str, Any]) -> bool:
        """Land the order's line if it is fit."""
        line = self._line
        if line is None or not self._fit.fits(line):
            return False
        self._fit.learn(order)
        self._landed.write(line if line.endswith(b"\n") else line + b"\n")
        return True

    def _write(self, header: list[str], rows: list[str]) -> None:
        start = self._header.template % tuple(header)
        self._landed.write(f'{{{start},"lines":[{",".join(rows)}]}}\n'.encode("ascii"))

    def refuse_row(self, line: int, raw: str, problem: tuple[Any, ...]) -> None:
        """Count one refused row."""
        reason, column, value = (*problem, None, None)[:3]
        self._tally.reject(line, reason, raw, column=column, value=value)


class _Fields:
    """The contract's keys of one part of an order, and how they are checked."""

    def __init__(self, contract: Contract, part: str) -> None:
        columns = [column for column in contract.columns if column.part == part]
        self.names = tuple(column.name for column in columns)
        #: Members of the JSON object, to be filled with what ``read`` gives.
        self.template = ",".join(f'"{name}":%s' for name in self.names)
        self._fields = tuple(
            (column.name, column.required, column.type == "id", check_for(column))
            for column in columns
        )

    def read(self, found: dict[str, Any], row: list[str]) -> Problem | None:
        """Fill ``row`` with the values as JSON; the first problem, if any.

        A value that has passed its check needs no escape.
        """
        get = found.get
        for name, required, is_id, check in self._fields:
            value = get(name)
            if value is None:
                text = ""
            elif not isinstance(value, str) or (is_id and type(value) is Real):
                return TYPE, name, value
            else:
                text = value.strip(BLANKS)
            if not text:
                if required:
                    return CONSTRAINT, name, value
                row.append(_NULL)
                continue
            reason = check(text) if len(text) <= MAX_TEXT else TYPE
            if reason:
                return reason, name, value
            row.append(f'"{text}"')
        return None


class _Refuse:
    """Refuses rows of one order, finding each row's own text and line."""

    def __init__(self, orders: JsonOrders, text: str, original: str, line: int) -> None:
        self._orders = orders
        self._text = text
        self._original = original
        self._line = line
        self._found: list[tuple[int, int]] | None = None
        self._is_found = False
        self._counted = (0, line)

    def order(self, reason: str, column: str | None = None, value: Any = None) -> None:
        """Refuse all rows of the order; without ``lines``, the order as one."""
        rows = self._rows()
        problem = (reason, column, value)
        if rows is None:
            self._orders.refuse_row(self._line, self._original, problem)
            return
        for index in range(len(rows)):
            self.row(index, *problem)

    def row(
        self, index: int, reason: str, column: str | None = None, value: Any = None
    ) -> None:
        """Refuse one element of ``lines``."""
        start, end = (self._rows() or [])[index]
        position, line = self._counted
        line += self._text.count("\n", position, start)
        self._counted = (start, line)
        self._orders.refuse_row(
            line, self._original[start:end], (reason, column, value)
        )

    def marks_outside_rows(self) -> bool:
        """Whether some mark stands in no element of ``lines``."""
        position = 0
        for start, end in self._rows() or []:
            if MARK.search(self._original, position, start):
                return True
            position = end
        return MARK.search(self._original, position) is not None

    def marked_rows(self, marked: str | None) -> set[int]:
        """Indexes of the elements in which a mark stands."""
        if marked is None:
            return set()
        return {
            index
            for index, (start, end) in enumerate(self._rows() or [])
            if MARK.search(marked, start, end)
        }

    def _rows(self) -> list[tuple[int, int]] | None:
        if not self._is_found:
            names = self._orders.names_of_lines
            self._found = self._orders.reader.elements(self._text, names)
            self._is_found = True
        return self._found
