"""The documents that are published: supplier orders and the exceptions of a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ingestion.canonical_json import canonical_line, plain_number
from ingestion.planning.exports import Row
from ingestion.publication.cells import defused

SCHEMA_VERSION = 1

EXCEPTION_COLUMNS = (
    "business_date",
    "code",
    "severity",
    "sku_id",
    "supplier_id",
    "store_id",
    "warehouse_id",
    "file_name",
    "quantity",
    "message",
)
_SORTED_BY = tuple(
    column
    for column in EXCEPTION_COLUMNS
    if column not in ("business_date", "severity")
)
_LINE_KEYS = (
    "line_number",
    "sku_id",
    "name",
    "ordered_quantity",
    "unit",
    "pack_size",
    "packs",
    "unit_price",
    "line_amount",
)
_EXPLANATION_KEYS = (
    "demand",
    "safety_stock",
    "available",
    "reserved",
    "on_order",
    "net_demand",
    "moq",
    "quantity_after_moq",
    "surplus",
)


def supplier_order(row: Row, version: int) -> Row:
    """One supplier order as its file holds it, from one exported row."""
    return {
        "schema_version": SCHEMA_VERSION,
        "order_id": row["order_id"],
        "business_date": row["business_date"],
        "version": version,
        "status": row["status"],
        "supplier": {
            "supplier_id": row["supplier_id"],
            "name": row["supplier_name"],
            "lead_time_days": row["lead_time_days"],
        },
        "currency": row["currency"],
        "requested_delivery_date": row["requested_delivery_date"],
        "line_count": row["line_count"],
        "total_amount": row["total_amount"],
        "lines": [_order_line(line) for line in row["lines"]],
    }


def cancelled_order(former: Row, version: int) -> Row:
    """The order that takes a former version's order back: the same, without lines."""
    return {
        **former,
        "version": version,
        "status": "cancelled",
        "line_count": 0,
        "total_amount": 0,
        "lines": [],
    }


def _order_line(line: Row) -> Row:
    explanation = {key: line[key] for key in _EXPLANATION_KEYS}
    explanation["flags"] = line["flags"] or []
    return {**{key: line[key] for key in _LINE_KEYS}, "explanation": explanation}


def sorted_exceptions(rows: Iterable[Row]) -> list[Row]:
    """Exceptions in their published order: nulls first, text by its UTF-8 bytes."""
    return sorted(rows, key=lambda row: [_sort_key(row[name]) for name in _SORTED_BY])


def _sort_key(value: str | int | Decimal | None) -> tuple[int, int | Decimal, bytes]:
    if value is None:
        return (0, 0, b"")
    if isinstance(value, str):
        return (1, 0, value.encode())
    return (1, value, b"")


def exceptions_json(business_date: date, version: int, rows: Iterable[Row]) -> bytes:
    """The exceptions document of a date, from rows in their published order."""
    return canonical_line(
        {
            "schema_version": SCHEMA_VERSION,
            "business_date": str(business_date),
            "version": version,
            "exceptions": [
                {column: row[column] for column in EXCEPTION_COLUMNS} for row in rows
            ],
        }
    )


def exceptions_csv(rows: Iterable[Row]) -> bytes:
    """The same rows as CSV: a header, LF, quotes only where needed, null as nothing.

    Text that begins like a formula has an apostrophe in front.
    """
    cells = [[row[column] for column in EXCEPTION_COLUMNS] for row in rows]
    lines = [",".join(map(_csv_cell, row)) for row in [list(EXCEPTION_COLUMNS), *cells]]
    return "".join(f"{line}\n" for line in lines).encode()


def _csv_cell(value: str | int | Decimal | None) -> str:
    """One cell; the csv module's idea of needed quotes differs between Pythons."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return plain_number(value)
    text = defused(value)
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
