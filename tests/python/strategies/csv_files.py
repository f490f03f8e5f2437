"""CSV as senders write it: their own column order, delimiter, ends of line."""

from __future__ import annotations

from collections.abc import Sequence

from oracle import OrderLine, StockRow
from strategies.handwriting import UNREADABLE_PRICES, Handwriting
from strategies.scenario import OrderFile, StockFile

#: What a row says per column; None leaves the cell empty.
Cells = dict[str, str | None]

PRICES = ["", "3.20", "0", "999999999.9999", UNREADABLE_PRICES[0]]
NOTES = ["", "x", 'say "hi"', "a,b;c", "two\nlines", "ü", " "]


def order_cells(file: OrderFile) -> list[Cells]:
    """The rows of an order file, the malformed ones last."""
    pen = Handwriting(file.seed)
    rows = [_order_row(row, pen) for row in file.rows]
    for number in range(file.bad_rows):
        bad = _order_row(file.rows[0], pen) if file.rows else _any_order_row()
        # The name keeps two bad files from being one and the same.
        bad["order_id"] = f"bad-{number}"
        bad["unit_price"] = None
        bad["quantity"] = pen.choice(["abc", "1-", "1e3", "+1", "1.0005", ""])
        rows.append(bad)
    return rows


def stock_cells(file: StockFile) -> list[Cells]:
    """The rows of a stock file, the malformed ones last."""
    pen = Handwriting(file.seed)
    rows = [_stock_row(row, pen) for row in file.rows]
    for _ in range(file.bad_rows):
        bad: Cells = {"warehouse_id": "W1", "sku_id": "bad"}
        bad["available"] = pen.choice(["", "1,5", "1.0005", "+1", "1e3", "inf"])
        rows.append(bad)
    return rows


def _order_row(line: OrderLine, pen: Handwriting) -> Cells:
    return {
        "order_id": line.order_id,
        "store_id": line.store_id,
        "pos_id": line.pos_id,
        "ordered_at": line.ordered_at,
        "line_number": pen.choice([str(line.line_number), f"{line.line_number}.0"]),
        "sku_id": line.sku_id,
        "quantity": pen.number(line.quantity),
        "unit_price": pen.choice(PRICES) or None,
    }


def _any_order_row() -> Cells:
    return {
        "store_id": "S1",
        "ordered_at": "2026-01-01T10:00:00Z",
        "line_number": "1",
        "sku_id": "A",
    }


def _stock_row(row: StockRow, pen: Handwriting) -> Cells:
    available = pen.number(row.available)
    return {
        "warehouse_id": row.warehouse_id,
        "sku_id": row.sku_id,
        "snapshot_at": row.snapshot_at,
        "available": "-0" if available == "0" and pen.chance(0.1) else available,
        "reserved": None if row.reserved is None else pen.number(row.reserved),
        "safety_stock": (
            None if row.safety_stock is None else pen.number(row.safety_stock)
        ),
    }


def csv_bytes(
    columns: Sequence[str],
    optional: set[str],
    rows: Sequence[Cells],
    seed: int,
    name: str,
) -> bytes:
    """The rows as one file; an unknown column may stand among the known ones."""
    pen = Handwriting(seed)
    used = [
        column
        for column in columns
        if column not in optional
        or any(row.get(column) is not None for row in rows)
        or not pen.chance(0.5)
    ]
    delimiter = pen.choice([",", ";"])
    if pen.chance(0.3):
        used.append("Bemerkung für uns")
    used = pen.order(used)
    lines = [delimiter.join(pen.cell(column, delimiter) for column in used)]
    for row in rows:
        if pen.chance(0.05):
            lines.append(pen.choice(["", " \t"]))
        cells = [_text(row, column, columns, pen) for column in used]
        lines.append(delimiter.join(pen.cell(cell, delimiter) for cell in cells))
    return _encoded(lines, pen)


def _text(row: Cells, column: str, columns: Sequence[str], pen: Handwriting) -> str:
    return pen.choice(NOTES) if column not in columns else row.get(column) or ""


def _encoded(lines: Sequence[str], pen: Handwriting) -> bytes:
    end = pen.choice(["\n", "\r\n"])
    text = end.join(lines) + ("" if pen.chance(0.2) else end)
    return ("\ufeff" if pen.chance(0.2) else "").encode() + text.encode()
