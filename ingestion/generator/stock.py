"""Stock snapshots: what each warehouse counts before the day's orders are taken out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import BinaryIO

from ingestion.generator.retailer import Retailer, Sku

COLUMNS = ("warehouse_id", "sku_id", "snapshot_at", "available", "reserved")
#: A warehouse writes commas or semicolons, always the same one.
SEPARATORS = (",", ";", ",")


def write_snapshot(
    stream: BinaryIO, retailer: Retailer, warehouse: int, day: date, *, defects: bool
) -> int:
    """Write one warehouse's CSV; the number of its rows."""
    separator = SEPARATORS[warehouse % len(SEPARATORS)]
    stream.write(f"{separator.join(COLUMNS)}\n".encode())
    count = 0
    for row in _rows(retailer, warehouse, day, defects):
        stream.write(f"{separator.join(row)}\n".encode())
        count += 1
    return count


def _rows(
    retailer: Retailer, warehouse: int, day: date, defects: bool
) -> Iterator[tuple[str, ...]]:
    site = retailer.warehouses[warehouse].site_id
    random = Random(f"stock/{retailer.seed}/{day}/{site}")  # noqa: S311  # made-up data
    for sku in retailer.skus:
        available, reserved = _units(random, sku)
        if defects and sku is retailer.unrecorded:
            continue
        if defects and sku in (retailer.discontinued, retailer.unsupplied):
            available = reserved = 0
        if defects and sku is retailer.miscounted and warehouse == 0:
            available = -4
        at = f"{day.isoformat()}T05:30:00Z"
        yield site, sku.sku_id, at, str(available), str(reserved) if reserved else ""


def _units(random: Random, sku: Sku) -> tuple[int, int]:
    """Enough for a day or a little more over all warehouses, a little reserved."""
    available = random.randrange(0, 4 * sku.expected + 5) // 5
    reserved = random.choice((0, 0, 0, available // 10))
    return available, reserved
