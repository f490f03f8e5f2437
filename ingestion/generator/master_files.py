"""The retailer's master data as the six CSV files that the loader takes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingestion.generator.retailer import Retailer
from ingestion.generator.stock import decimal
from ingestion.generator.words import (
    ARTICLES,
    REGIONS,
    Words,
    article,
    sku_id,
    store_id,
    supplier_id,
    warehouse_id,
)
from ingestion.master_data.tables import TABLES

Rows = Iterable[tuple[object, ...]]


def write_master_files(
    retailer: Retailer, folder: Path, *, defects: bool = True
) -> None:
    """Write the six files into the folder, each whole or not at all.

    With defects the last supplier asks for more than a day's need is worth: its order
    waits for a person's decision.
    """
    folder.mkdir(parents=True, exist_ok=True)
    minimums = retailer.minimums.tolist()
    if defects:
        minimums[-1] = 25_000
    rows = _rows(retailer, minimums)
    for table in TABLES:
        unfinished = folder / f"_{table.name}.csv"
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(table.names)
            writer.writerows(rows[table.name])
        unfinished.replace(folder / f"{table.name}.csv")


def _rows(retailer: Retailer, minimums: list[int]) -> dict[str, Rows]:
    words, size = Words(retailer.seed), retailer.size
    # Drawn here, one kind after the other: the files are written in another order.
    companies = [words.company() for _ in range(size.suppliers)]
    stores, warehouses = (
        [words.town() for _ in range(n)] for n in (size.stores, size.warehouses)
    )
    terms = zip(retailer.lead_days.tolist(), minimums, strict=True)
    return {
        "products": _products(retailer),
        "suppliers": (
            (supplier_id(n), companies[n], days, "EUR", f"{minimum}.00")
            for n, (days, minimum) in enumerate(terms)
        ),
        "product_suppliers": _product_suppliers(retailer),
        "replenishment_rules": _rules(retailer),
        "stores": (
            (store_id(n), town, REGIONS[retailer.region(n)])
            for n, town in enumerate(stores)
        ),
        "warehouses": (
            (warehouse_id(n), town, REGIONS[n % len(REGIONS)], 500_000)
            for n, town in enumerate(warehouses)
        ),
    }


def _products(retailer: Retailer) -> Iterator[tuple[object, ...]]:
    discontinued, seen = retailer.specials[2], Counter[int]()
    kinds = zip(retailer.article.tolist(), retailer.pack.tolist(), strict=True)
    for sku, (kind, pack) in enumerate(kinds):
        name, unit = article(kind, seen[kind]), ARTICLES[kind][1]
        seen[kind] += 1
        status = "discontinued" if sku == discontinued else "active"
        yield sku_id(sku), name, decimal(pack), unit, status


def _product_suppliers(retailer: Retailer) -> Iterator[tuple[object, ...]]:
    choices_of = retailer.suppliers.T.tolist()
    for sku, cents in enumerate(retailer.cost_cents.tolist()):
        price = f"{cents // 100}.{cents % 100:02d}"
        for priority, supplier in enumerate(choices_of[sku], start=1):
            if supplier >= 0:
                yield sku_id(sku), supplier_id(supplier), priority, price


def _rules(retailer: Retailer) -> Iterator[tuple[object, ...]]:
    """What sells until a delivery of today's order has come is kept for safety."""
    first = retailer.suppliers[0].clip(0)
    safety = retailer.daily * (retailer.lead_days[first] + 1) // 1000
    for sku, moq in enumerate(retailer.moq.tolist()):
        yield sku_id(sku), moq, int(safety[sku])
