"""Exports as a build of a date leaves them in a lake, without a build."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.lake import Lake

Row = dict[str, Any]

BUILD = "b" * 32


def order_row(supplier_id: str, day: date, quantities: Sequence[str]) -> Row:
    """A released order with a line of each quantity, at a price of 1."""
    lines: list[Row] = [
        {
            "line_number": number,
            "sku_id": f"SKU-{number:05}",
            "name": 'Nut "M8"',
            "ordered_quantity": Decimal(quantity),
            "unit": "EA",
            "pack_size": 1,
            "packs": 1,
            "unit_price": 1,
            "line_amount": Decimal(quantity),
            "flags": None,
            **dict.fromkeys(
                ("demand", "safety_stock", "available", "reserved", "on_order",
                 "net_demand", "moq", "quantity_after_moq", "surplus"),
                0,
            ),
        }
        for number, quantity in enumerate(quantities, start=1)
    ]  # fmt: skip
    return {
        "order_id": f"PO-{day:%Y%m%d}-{supplier_id}",
        "status": "released",
        "supplier_name": "Süd",
        "lead_time_days": 3,
        "currency": "EUR",
        "requested_delivery_date": str(day),
        "line_count": len(lines),
        "total_amount": sum(line["line_amount"] for line in lines),
        "lines": lines,
        "business_date": str(day),
        "supplier_id": supplier_id,
    }


def exception_row(day: date, code: str, quantity: object, message: str) -> Row:
    """An exception about nothing in particular."""
    ids = ("severity", "sku_id", "supplier_id", "store_id", "warehouse_id", "file_name")
    return {
        "business_date": str(day),
        "code": code,
        **dict.fromkeys(ids),
        "quantity": quantity,
        "message": message,
    }


def export_build(
    lake: Lake,
    day: date,
    orders: Sequence[Row] = (),
    exceptions: Sequence[Row] = (),
    demand: Sequence[Row] = (),
    history: Sequence[Row] = (),
    checks: Sequence[Row] = (),
    build: str = BUILD,
    snapshots: Sequence[Row] = (),
) -> None:
    """Write everything that a build exports of a date, its figures among it."""
    for row in orders:
        part = f"supplier_orders/business_date={day}/supplier_id={row['supplier_id']}"
        write_export(lake, f"{part}/0.json", day, [row], build)
    results = {
        "exceptions": exceptions,
        "demand": demand,
        "history_used": history,
        "quality_checks": checks,
        "snapshots": snapshots,
        "figures": figures(orders, exceptions, demand, history, checks),
    }
    for name, rows in results.items():
        part = f"results/business_date={day}/name={name}"
        write_export(lake, f"{part}/0.json", day, rows, build)


def write_export(
    lake: Lake, path: str, day: date, rows: Iterable[Row], build: str = BUILD
) -> None:
    """Write one exported file in place of a former one."""
    lines = (
        json.dumps(
            {"build": build, "business_date": str(day), "row": row}, default=float
        )
        for row in rows
    )
    with lake.writer(f"export/{path}", replace=True) as stream:
        stream.write("".join(f"{line}\n" for line in lines).encode())


def figures(
    orders: Iterable[Row],
    exceptions: Iterable[Row],
    demand: Sequence[Row],
    history: Iterable[Row],
    checks: Iterable[Row],
) -> list[Row]:
    """What the marts would be summed to, if these are their rows."""
    rows = [
        {
            "subject": "orders",
            "key": order["order_id"],
            "status": order["status"],
            "row_count": len(order["lines"]),
            "quantity": _sum(line["ordered_quantity"] for line in order["lines"]),
            "amount": _sum(line["line_amount"] for line in order["lines"]),
            "total_amount": order["total_amount"],
        }
        for order in orders
    ]
    for code in sorted({row["code"] for row in exceptions}):
        given = [row["quantity"] for row in exceptions if row["code"] == code]
        rows.append(_row("exceptions", code, len(given), _sum(given)))
    rows.append(
        _row("demand", None, len(demand), _sum(row["demand"] for row in demand))
    )
    rows += [
        _row("history_used", key, count)
        for key, count in Counter(row["purpose"] for row in history).items()
    ]
    rows += [
        _row("quality_checks", key, count)
        for key, count in Counter(row["status"] for row in checks).items()
    ]
    return [{**row, "figure_count": len(rows)} for row in rows]


def _row(
    subject: str, key: str | None, row_count: int, quantity: float | None = None
) -> Row:
    return {
        "subject": subject,
        "key": key,
        "status": None,
        "row_count": row_count,
        "quantity": quantity,
        "amount": None,
        "total_amount": None,
    }


def _sum(values: Iterable[Any]) -> float | None:
    known = [Decimal(str(value)) for value in values if value is not None]
    return float(sum(known)) if known else None
