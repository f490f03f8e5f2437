"""One dirty file with its verdict, and what all of them share."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Apart from the dates that other tests use on the same servers.
DAY = "2025-06-30"
#: In contents: the id of the case, so that no two files have the same bytes.
ID = "@@"
#: Good rows before the dirty ones keep a file below the threshold.
PAD = 60
TYPE, CONSTRAINT = "type-error", "constraint-error"

#: order_id, store_id, pos_id, ordered_at in UTC, line_number, sku_id, quantity,
#: unit_price; or warehouse_id, sku_id, snapshot_at, available, reserved, safety_stock.
Row = tuple["str | None", ...]
#: Line, reason, column.
Refusal = tuple[int, str, "str | None"]


@dataclass(frozen=True)
class DirtyFile:
    """One file and its verdict.

    Attributes:
        pad: number of good rows before those of interest, all of the order ``PAD``.
        rows: the other accepted rows as typed values in text.
        refused: the refused rows, unless the file is refused whole.
        reason: why it is refused whole, None when it is not.
    """

    name: str
    content: bytes
    feed: str = "orders"
    pad: int = 0
    rows: tuple[Row, ...] = ()
    refused: tuple[Refusal, ...] = ()
    reason: str | None = None
    read: int = field(default=-1)

    @property
    def rows_read(self) -> int:
        """Rows that the load history has to count."""
        if self.read >= 0:
            return self.read
        return 0 if self.reason else self.pad + len(self.rows) + len(self.refused)


def slug(text: str) -> str:
    """A value as part of a file name."""
    shown = text if len(text) < 24 else f"{text[:12]}..{len(text)}"
    return "".join(
        letter if letter.isalnum() or letter in " ._-+" else f"%{ord(letter):02x}"
        for letter in shown
    )
