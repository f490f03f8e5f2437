"""The retailer's master data as the six CSV files that the loader takes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingestion.generator.retailer import Retailer
from ingestion.master_data.tables import TABLES

Rows = Iterable[tuple[object, ...]]


def write_master_files(retailer: Retailer, folder: Path) -> None:
    """Write the six files into the folder, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows(retailer)
    for table in TABLES:
        unfinished = folder / f"_{table.name}.csv"
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(table.names)
            writer.writerows(rows[table.name])
        unfinished.replace(folder / f"{table.name}.csv")


def _rows(retailer: Retailer) -> dict[str, Rows]:
    return {
        "products": _products(retailer),
        "suppliers": (
            (s.supplier_id, s.name, s.lead_time_days, "EUR", s.min_order_value)
            for s in retailer.suppliers
        ),
        "product_suppliers": _product_suppliers(retailer),
        "replenishment_rules": _rules(retailer),
        "stores": ((s.site_id, s.name, s.region) for s in retailer.stores),
        "warehouses": (
            (s.site_id, s.name, s.region, 500_000) for s in retailer.warehouses
        ),
    }


def _products(retailer: Retailer) -> Iterator[tuple[object, ...]]:
    for sku in retailer.skus:
        yield sku.sku_id, sku.name, sku.pack_size, sku.unit, sku.status


def _product_suppliers(retailer: Retailer) -> Iterator[tuple[object, ...]]:
    for sku in retailer.skus:
        for priority, supplier in enumerate(sku.suppliers, start=1):
            yield sku.sku_id, supplier.supplier_id, priority, sku.cost_price


def _rules(retailer: Retailer) -> Iterator[tuple[object, ...]]:
    """A quarter of a day's orders is kept for safety."""
    for sku in retailer.skus:
        yield sku.sku_id, sku.moq, sku.expected // 4
