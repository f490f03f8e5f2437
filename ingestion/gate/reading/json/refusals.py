"""Refusing rows of one JSON order, each with its own text and line."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from ingestion.gate.reading.json.syntax import JsonReader, json_text
from ingestion.gate.reading.text import MARK
from ingestion.gate.reading.verdict import Refusal, Tally


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
        self._counted = (0, line)

    def order(self, refusal: Refusal) -> None:
        """Refuse all rows of the order; without ``lines``, the order as one."""
        rows = self._rows
        if rows is None:
            self._tally.reject(self._line, self._original, _shown(refusal))
            return
        for index in range(len(rows)):
            self.row(index, refusal)

    def row(self, index: int, refusal: Refusal) -> None:
        """Refuse one element of ``lines``."""
        start, end = (self._rows or [])[index]
        position, line = self._counted
        line += self._text.count("\n", position, start)
        self._counted = (start, line)
        sent = self._original[start:end]
        shown, context = _shown(refusal), self._context()
        self._tally.reject(line, sent, shown, context, index + 1)

    def marks_outside_rows(self) -> bool:
        """Whether some mark stands in no element of ``lines``."""
        position = 0
        for start, end in self._rows or []:
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
            for index, (start, end) in enumerate(self._rows or [])
            if MARK.search(marked, start, end)
        }

    @cached_property
    def _rows(self) -> list[tuple[int, int]] | None:
        """Where the elements of ``lines`` stand in the text; None without such."""
        return self._reader.elements(self._text, self._names)


def _shown(refusal: Refusal) -> Refusal:
    """With the value as it was sent."""
    value = refusal.value
    is_text = value is None or isinstance(value, str)
    return refusal if is_text else refusal._replace(value=json_text(value))
