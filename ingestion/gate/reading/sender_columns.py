"""What a sender declares, done to the columns of its rows before they are checked.

A column goes by the contract's name, or by the sender's own where the contract has
none. Columns of one file are given in blocks; what has to be known of the rows before
is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import compress
from typing import Any

from ingestion.contracts.senders import Condition, Sender, timestamp_column
from ingestion.contracts.values import BLANKS
from ingestion.gate.reading.verdict import FileRefusedError

Columns = dict[str, Sequence[Any]]
#: What tells the order of a row.
ORDER_KEYS = ("store_id", "pos_id", "order_id")


class SenderColumns:
    """Makes the columns of one file those of the contract."""

    def __init__(self, sender: Sender, file_name: str) -> None:
        """Know the constants of a file.

        Raises:
            FileRefusedError: its name lacks a part that is one of them.
        """
        self._sender = sender
        self._names = sender.columns
        self._time = timestamp_column(sender.feed)
        self._constants = {
            column: _require(constant.for_file(file_name), column)
            for column, constant in sender.constants.items()
        }
        self._is_repeated = [self._name(own) for own in sender.repeat_when_blank]
        self._above: dict[str, str] = {}
        self._order = ""
        self._counts: Counter[tuple[str, ...]] = Counter()

    def made(self, columns: Columns, size: int) -> tuple[Columns, list[int] | None]:
        """The contract's columns, and the rows that are left, None when all are."""
        columns = dict(columns)
        for name, value in self._constants.items():
            columns[name] = [value] * size
        if self._is_repeated:
            self._repeat(columns, size)
        if self._sender.date_and_time:
            self._join_time(columns)
        if self._sender.line_numbers:
            self._number(columns, size)
        taken_back = self._rows(columns, self._sender.taken_back_when)
        if taken_back:
            quantities = list(columns["quantity"])
            for row in taken_back:
                quantities[row] = "0"
            columns["quantity"] = quantities
        return self._without(columns, size)

    def position(self, columns: Columns, row: int) -> int | None:
        """The number that a row has by its place in its order."""
        is_numbered = self._sender.line_numbers is not None
        return int(columns["line_number"][row]) if is_numbered else None

    def above(
        self, given: Columns, made: Columns, index: int, row: int
    ) -> dict[str, str] | None:
        """The cells that a row has from the one above; of columns before and after."""
        if not self._is_repeated:
            return None
        return {
            name: made[name][row].strip(BLANKS)
            for name in self._is_repeated
            if name in given and made[name][row] != given[name][index]
        }

    def _name(self, own: str) -> str:
        return self._names.get(own, own)

    def _repeat(self, columns: Columns, size: int) -> None:
        """Fill blank cells from the row above, as long as it is of the same order."""
        names = [name for name in self._is_repeated if name in columns]
        filled = {name: list(columns[name]) for name in names}
        orders = columns.get("order_id")
        is_repeated = "order_id" in names
        for row in range(size):
            own = orders[row].strip(BLANKS) if orders else ""
            is_same = own == self._order or (is_repeated and not own) or orders is None
            for name in names:
                cell = filled[name][row]
                if is_same and not cell.strip(BLANKS):
                    filled[name][row] = self._above.get(name, "")
                else:
                    self._above[name] = cell
            self._order = own or self._order
        columns.update(filled)

    def _join_time(self, columns: Columns) -> None:
        own = self._sender.date_and_time
        assert own is not None  # noqa: S101  asked before
        dates, times = map(columns.get, map(self._name, (own.date, own.time)))
        if dates is not None and times is not None:
            columns[self._time] = [
                f"{_text(day)} {_text(time)}".strip(BLANKS)
                for day, time in zip(dates, times, strict=True)
            ]

    def _number(self, columns: Columns, size: int) -> None:
        keys = [columns[name] for name in ORDER_KEYS if name in columns]
        numbers = []
        for key in zip(*keys, strict=True) if keys else [()] * size:
            key = tuple(map(_text, key))
            self._counts[key] += 1
            numbers.append(str(self._counts[key]))
        columns["line_number"] = numbers

    def _without(self, columns: Columns, size: int) -> tuple[Columns, list[int] | None]:
        left_out = self._rows(columns, self._sender.leave_out)
        if not left_out:
            return columns, None
        is_kept = [row not in left_out for row in range(size)]
        kept: Columns = {
            name: list(compress(cells, is_kept)) for name, cells in columns.items()
        }
        return kept, list(compress(range(size), is_kept))

    def _rows(self, columns: Columns, conditions: Sequence[Condition]) -> set[int]:
        """Rows of which a condition holds."""
        found: set[int] = set()
        for condition in conditions:
            cells = columns.get(self._name(condition.column), ())
            known: dict[Any, bool] = {}
            for row, cell in enumerate(cells):
                key = str(cell)
                if key not in known:
                    known[key] = condition.holds(cell)
                if known[key]:
                    found.add(row)
        return found


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip(BLANKS)


def _require(value: str | None, column: str) -> str:
    if value is None:
        raise FileRefusedError(
            "name-error",
            f"The file's name lacks the part that its sender takes for {column}. "
            "Rename the file, or correct from_file_name of the sender.",
        )
    return value
