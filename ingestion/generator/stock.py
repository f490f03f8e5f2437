"""Stock of each warehouse: what deliveries bring, less what its stores sold.

Quantities are thousandths of a unit, one row per warehouse and one column per SKU. A
snapshot is taken at 21:30 UTC: deliveries of the date are in it, and its orders are not
yet taken out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import BinaryIO, NamedTuple

import numpy as np

from ingestion.generator.chance import Ints, Stream, exponential
from ingestion.generator.retailer import Retailer
from ingestion.generator.words import sku_id, supplier_id, warehouse_id
from ingestion.lake import Lake

#: Days between the made-up deliveries of a SKU, and days of sales they fill up to.
CYCLE, COVER = 4, 5
#: Minutes that a delivery comes after 06:00 of the day it was wished for.
DELAY = exponential(600)
#: So late comes in time for the snapshot.
_IN_TIME = 15 * 60 + 30
_LOOK_BACK = 28
_SEPARATORS = (",", ";")

#: What all stores sold on a date.
Sold = Callable[[date], Ints]


class Receipt(NamedTuple):
    """One delivery of a SKU of an order to a warehouse; ``minute`` of the date."""

    order_id: str
    warehouse: int
    sku: int
    day: date
    minute: int
    quantity: int


def shares(retailer: Retailer) -> Ints:
    """Thousandths of the chain's sales that each warehouse supplies."""
    # Whole numbers, so that no sum depends on the order of its parts.
    parts = (retailer.store_share * 2**40).astype(np.int64)
    count = retailer.size.warehouses
    served = np.array([parts[number::count].sum() for number in range(count)])
    thousandths: Ints = (served * 1000 // parts.sum()).clip(1)
    return thousandths


def levels(retailer: Retailer) -> Ints:
    """What deliveries fill up to: five days of sales and one unit, in whole units."""
    units = shares(retailer)[:, None] * retailer.daily * COVER // 1_000_000 + 1
    filled: Ints = (units * 1000).astype(np.int64)
    return filled


def opening(retailer: Retailer, day: date, sold: Sold) -> Ints:
    """Stock when every SKU is filled up every fourth day, a quarter of them each day.

    Nothing but the sales since then, three days at most, has to be known.
    """
    left = levels(retailer) - _since_filled(retailer, day, sold)
    return left.clip(0)


def made_up_receipts(retailer: Retailer, day: date, sold: Sold) -> Iterator[Receipt]:
    """What fills up, with the numbers of orders that nobody placed."""
    eve = day - timedelta(days=1)
    gone = _since_filled(retailer, eve, sold) + sold(eve)
    missing = np.minimum(levels(retailer), gone)
    due = _days_since(retailer, day) == 0
    for warehouse, sku in np.argwhere((missing > 0) & due).tolist():
        supplier = max(int(retailer.suppliers[0, sku]), 0)
        ordered = day - timedelta(days=int(retailer.lead_days[supplier]))
        number = f"PO-{ordered:%Y%m%d}-{supplier_id(supplier)}"
        yield Receipt(number, warehouse, sku, day, 360, int(missing[warehouse, sku]))


def ordered_receipts(retailer: Retailer, day: date, lake: Lake) -> Iterator[Receipt]:
    """What published orders of the last four weeks bring on the date.

    A delivery comes to all warehouses by their shares, whole and at once, an
    exponential time after 06:00 of the date that was wished for.
    """
    known = {sku_id(sku): sku for sku in range(retailer.size.skus)}
    cuts = np.cumsum(shares(retailer)) * 1000 // shares(retailer).sum()
    for back in range(1, _LOOK_BACK + 1):
        ordered = day - timedelta(days=back)
        for file in lake.files(f"output/supplier_orders/{ordered}"):
            if file.name == "manifest.json":
                continue
            with lake.reader(file.path) as stream:
                order = json.load(stream, parse_float=Decimal)
            arrives = _arrival(retailer, order)
            if arrives is None or arrives[0] != day:
                continue
            for line in order["lines"]:
                if (sku := known.get(line["sku_id"])) is None:
                    continue
                unit = 1 if retailer.weighed[sku] else 1000
                units = int(line["ordered_quantity"] * 1000) // unit
                ends = units * cuts // 1000
                for warehouse, part in enumerate(np.diff(ends, prepend=0).tolist()):
                    if part:
                        where = (order["order_id"], warehouse, sku)
                        yield Receipt(*where, *arrives, part * unit)


def _arrival(retailer: Retailer, order: dict[str, object]) -> tuple[date, int] | None:
    """Business date that counts the delivery, and minutes from its midnight."""
    wished = order["requested_delivery_date"]
    if order["status"] != "released" or not wished:
        return None
    number = str(order["order_id"])
    stream = Stream(retailer.seed, 4, *number.encode())
    delay = int(DELAY.draw(stream, 1)[0])
    late = (delay - _IN_TIME + 1439) // 1440 if delay > _IN_TIME else 0
    arrived = date.fromisoformat(str(wished)) + timedelta(days=late)
    return arrived, 360 + delay - 1440 * late


def write_snapshot(
    stream: BinaryIO, retailer: Retailer, warehouse: int, day: date, available: Ints,
    *, defects: bool,
) -> int:  # fmt: skip
    """Write one warehouse's CSV; the number of its rows."""
    columns = ("warehouse_id", "sku_id", "snapshot_at", "available", "reserved")
    counted = available.copy()
    skus, (unrecorded, miscounted, *unsold) = len(counted), retailer.specials
    # A quarter of the SKUs has a tenth promised to somebody, in whole units.
    chance = Stream(retailer.seed, 2, day.toordinal(), warehouse)
    promised = np.where(chance.below(4, skus) == 0, counted // 10_000 * 1000, 0)
    if defects:
        counted[unsold] = promised[unsold] = 0
        if warehouse == 0:
            counted[miscounted] = -4000
    separator = _SEPARATORS[warehouse % 2]
    site = f"{warehouse_id(warehouse)}{separator}"
    at = f"{separator}{day}T21:30:00Z{separator}"
    rows = [
        f"{site}{sku_id(sku)}{at}{decimal(held)}{separator}{kept // 1000 or ''}"
        for sku, held, kept in zip(
            range(skus), counted.tolist(), promised.tolist(), strict=True
        )
        if not (defects and sku == unrecorded)
    ]
    stream.write("\n".join([separator.join(columns), *rows, ""]).encode())
    return len(rows)


def write_receipts(stream: BinaryIO, receipts: list[Receipt]) -> None:
    """Write one warehouse's deliveries of a date as CSV."""
    rows = ["receipt_id,order_id,sku_id,warehouse_id,received_at,quantity"]
    for order_id, warehouse, sku, day, minute, quantity in receipts:
        site, late = warehouse_id(warehouse), timedelta(days=minute // 1440)
        at = f"{day + late}T{minute // 60 % 24:02d}:{minute % 60:02d}:00Z"
        number = f"{order_id}-{sku_id(sku)}-{site}"
        row = (number, order_id, sku_id(sku), site, at, decimal(quantity))
        rows.append(",".join(row))
    stream.write(("\n".join(rows) + "\n").encode())


def decimal(thousandths: int) -> str:
    """As a warehouse writes it: whole units without a point."""
    units, rest = divmod(abs(thousandths), 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{units}.{rest:03d}" if rest else f"{sign}{units}"


def _days_since(retailer: Retailer, day: date) -> Ints:
    """Days since each SKU was filled up."""
    return (day.toordinal() + np.arange(retailer.size.skus)) % CYCLE


def _since_filled(retailer: Retailer, day: date, sold: Sold) -> Ints:
    """What was sold since each SKU was filled up, without the date itself."""
    days, total = _days_since(retailer, day), np.zeros_like(levels(retailer))
    for back in range(1, CYCLE):
        total += np.where(days >= back, sold(day - timedelta(days=back)), 0)
    return total
