"""The retailer's master data as the six CSV files that the loader takes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingestion.generator.retailer import Retailer

Rows = Iterable[tuple[object, ...]]


def write_master_files(retailer: Retailer, folder: Path) -> None:
    """Write the six files into the folder, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in _tables(retailer).items():
        unfinished = folder / f"_{name}.csv"
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns.split())
            writer.writerows(rows)
        unfinished.replace(folder / f"{name}.csv")


def _tables(retailer: Retailer) -> dict[str, tuple[str, Rows]]:
    return {
        "products": ("sku_id name pack_size unit status", _products(retailer)),
        "suppliers": (
            "supplier_id name lead_time_days currency min_order_value",
            (
                (s.supplier_id, s.name, s.lead_time_days, "EUR", s.min_order_value)
                for s in retailer.suppliers
            ),
        ),
        "product_suppliers": (
            "sku_id supplier_id priority unit_price",
            _product_suppliers(retailer),
        ),
        "replenishment_rules": ("sku_id moq safety_stock", _rules(retailer)),
        "stores": (
            "store_id name region",
            ((s.site_id, s.name, s.region) for s in retailer.stores),
        ),
        "warehouses": (
            "warehouse_id name region capacity",
            ((s.site_id, s.name, s.region, 500_000) for s in retailer.warehouses),
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
