"""Refusing rows of one JSON order, each with its own text and line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingestion.gate.json_text import MARK, JsonReader
from ingestion.gate.tally import Tally


class Refusals:
    """The refused rows of one order.

    Args:
        names: keys under which the order may hold its lines.
        context: gives the order's other members as JSON text, once it is needed.
        original: the order's text with all marks.
        line: physical line on which it begins.
    """

    def __init__(
        self,
        tally: Tally,
        reader: JsonReader,
        names: frozenset[str],
        context: Callable[[], str],
        text: str,
        original: str,
        line: int,
    ) -> None:
        self._tally = tally
        self._reader = reader
        self._names = names
        self._context = context
        self._text = text
        self._original = original
        self._line = line
        self._found: list[tuple[int, int]] | None = None
        self._is_found = False
        self._counted = (0, line)

    def order(self, reason: str, column: str | None = None, value: Any = None) -> None:
        """Refuse all rows of the order; without ``lines``, the order as one."""
        rows = self._rows()
        if rows is None:
            self._tally.reject(
                self._line, reason, self._original, column=column, value=value
            )
            return
        for index in range(len(rows)):
            self.row(index, reason, column, value)

    def row(
        self, index: int, reason: str, column: str | None = None, value: Any = None
    ) -> None:
        """Refuse one element of ``lines``."""
        start, end = (self._rows() or [])[index]
        position, line = self._counted
        line += self._text.count("\n", position, start)
        self._counted = (start, line)
        self._tally.reject(
            line,
            reason,
            self._original[start:end],
            column=column,
            value=value,
            context=self._context(),
            position=index + 1,
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
            self._found = self._reader.elements(self._text, self._names)
            self._is_found = True
        return self._found
