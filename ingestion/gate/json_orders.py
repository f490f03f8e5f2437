"""JSON orders: which of their rows are accepted, and the line that is landed."""

from __future__ import annotations

from typing import Any

from ingestion.contracts import Contract
from ingestion.gate.drafts import Sink
from ingestion.gate.fit_lines import FitLines
from ingestion.gate.json_fields import NULL, Fields, Problem
from ingestion.gate.json_refusals import Refusals
from ingestion.gate.json_text import JsonReader, MalformedError, without_loose_marks
from ingestion.gate.key_names import KeyNames
from ingestion.gate.rules import RowRules
from ingestion.gate.source import decode
from ingestion.gate.tally import Tally
from ingestion.gate.values import CONSTRAINT, TYPE


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
        self._header = Fields(contract, "order")
        self._row = Fields(contract, "line")
        self._order_keys = {*self._header.names, "lines"}
        self._row_keys = set(self._row.names)
        self._site = self._header.names.index(contract.site_column)
        self._number = self._row.names.index("line_number")

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
        refuse = Refusals(
            self._tally,
            self.reader,
            self._names.of_lines,
            lambda: self._header.as_sent(order),
            text,
            marked or text,
            line,
        )
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
        refuse: Refusals,
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
            is_numbered = is_numbered and row[self._number] != NULL
            if row[self._number] == NULL:
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
            name: None if text == NULL else text.strip('"')
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
