"""The published forms: what the publisher writes fits them, and little else does."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion.canonical_json import canonical_line
from ingestion.config import PROJECT_DIR
from ingestion.publication.documents import exceptions_json, supplier_order
from published_forms import errors_of, rules_of

ORDER_ROW = json.loads(
    """{"order_id": "PO-20260101-SUP-001", "status": "held", "supplier_id": "SUP-001",
    "supplier_name": "Süd", "lead_time_days": -1, "currency": null,
    "requested_delivery_date": null, "business_date": "2026-01-01",
    "line_count": 1, "total_amount": 72.00, "lines": [{"line_number": 1,
    "sku_id": "SKU 1/2", "name": null, "ordered_quantity": 60.000, "unit": null,
    "pack_size": 12.000, "packs": 5, "unit_price": 1.2000, "line_amount": 72.00,
    "demand": 13.000, "safety_stock": 0.000, "available": -1.000, "reserved": 0.000,
    "on_order": 0.000, "net_demand": 14.000, "moq": 50.000,
    "quantity_after_moq": 50.000, "surplus": 46.000, "flags": ["negative_stock"]}]}""",
    parse_float=Decimal,
)
EXCEPTION_ROW = {
    "business_date": "2026-01-01",
    "code": "missing_feed",
    "severity": "error",
    "sku_id": None,
    "supplier_id": None,
    "store_id": None,
    "warehouse_id": "W 1",
    "file_name": None,
    "quantity": None,
    "message": "No stock row of the warehouse was accepted",
}


def _order() -> Any:
    written = canonical_line(supplier_order(ORDER_ROW, version=1))
    return json.loads(written, parse_float=Decimal)


def _exceptions() -> Any:
    return json.loads(exceptions_json(date(2026, 1, 1), 1, [EXCEPTION_ROW]))


def test_what_the_publisher_writes_fits() -> None:
    assert errors_of("supplier_order", _order()) == []
    assert errors_of("exceptions", _exceptions()) == []


def test_a_cancelled_order_has_no_lines_and_no_value() -> None:
    cancelled = {**_order(), "status": "cancelled"}
    assert set(errors_of("supplier_order", cancelled)) == {
        "$.line_count",
        "$.total_amount",
        "$.lines",
    }
    cancelled.update(line_count=0, total_amount=0, lines=[])
    assert errors_of("supplier_order", cancelled) == []


@pytest.mark.parametrize(
    ("breaking", "path"),
    [
        (lambda order: order.update(surprise=1), "$"),
        (lambda order: order["lines"][0].update(surprise=1), "$.lines[0]"),
        (lambda order: order["lines"][0]["explanation"].pop("moq"),
         "$.lines[0].explanation"),
        (lambda order: order.update(order_id="PO-2026-01-01-S"), "$.order_id"),
        (lambda order: order["supplier"].update(supplier_id="../x"),
         "$.supplier.supplier_id"),
        (lambda order: order["supplier"].update(supplier_id="Manifest"),
         "$.supplier.supplier_id"),
        (lambda order: order.update(status="open"), "$.status"),
        (lambda order: order.update(total_amount=None), "$.total_amount"),
        (lambda order: order.update(requested_delivery_date="2026-02-30"),
         "$.requested_delivery_date"),
        (lambda order: order.update(line_count=0, lines=[]), "$.line_count"),
        (lambda order: order["lines"][0].update(ordered_quantity=0),
         "$.lines[0].ordered_quantity"),
        (lambda order: order["lines"][0].update(packs=Decimal("0.5")),
         "$.lines[0].packs"),
        (lambda order: order["lines"][0]["explanation"].update(surplus=-1),
         "$.lines[0].explanation.surplus"),
    ],
)  # fmt: skip
def test_what_no_supplier_order_may_say(
    breaking: Callable[[Any], object], path: str
) -> None:
    order = _order()
    breaking(order)
    assert path in errors_of("supplier_order", order)


def test_exceptions_have_the_codes_of_the_seed_and_no_others() -> None:
    with (PROJECT_DIR / "seeds" / "exception_codes.csv").open(encoding="utf-8") as seed:
        described = {row["code"] for row in csv.DictReader(seed)}
    assert set(rules_of("exceptions")["$defs"]["code"]["enum"]) == described
