"""Drops the files of a date into the inbox, as shops and warehouses would.

Beside the inbox it leaves the truth of the date: what was known beforehand, what was
damaged, and with what stock the date ended.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from ingestion.generator import defects, stock
from ingestion.generator.chance import Ints, Stream
from ingestion.generator.demand import prices, promoted, spiking
from ingestion.generator.retailer import Size, build_retailer
from ingestion.generator.sales import Sales, Wishes
from ingestion.generator.steady_gzip import SteadyGzip
from ingestion.generator.tills import TILLS, Sale
from ingestion.generator.words import sku_id, store_id, warehouse_id

Truth = dict[str, Any]


@dataclass(frozen=True)
class Dropped:
    """What was brought: files, order lines and stock rows in them."""

    files: int = 0
    order_lines: int = 0
    stock_rows: int = 0

    def __add__(self, other: Dropped) -> Dropped:
        return Dropped(
            self.files + other.files,
            self.order_lines + other.order_lines,
            self.stock_rows + other.stock_rows,
        )


def drop_window(
    seed: int, size: Size, inbox: Path, wishes: Wishes, days: list[date]
) -> Dropped:
    """Write the files of several dates, one after the other."""
    sales = Sales(build_retailer(seed, size), wishes)
    return sum((drop_files(sales, inbox, day) for day in days), Dropped())


def drop_files(sales: Sales, inbox: Path, day: date) -> Dropped:
    """Write the files of a date, and ``truth/<date>.json`` beside the inbox.

    Some ten thousand order lines are held in memory at a time.
    """
    retailer, wishes = sales.retailer, sales.wishes
    dropped, damaged = Dropped(), list[Truth]()
    sales.begin(day)
    for store in range(retailer.size.stores):
        if not (wishes.defects and defects.is_silent(retailer, store, day)):
            done, truth = _store(sales, inbox, store, day)
            dropped += done
            damaged += truth
    truths = inbox.absolute().parent / "truth"
    available, receipts = _stock(sales, truths, day)
    for warehouse, held in enumerate(available):
        of_site = [one for one in receipts if one.warehouse == warehouse]
        dropped += _warehouse(sales, inbox, warehouse, day, held, of_site)
    known: Truth = {
        "business_date": f"{day}",
        "promoted": [sku_id(sku) for sku in promoted(retailer, day).tolist()],
        "spiking": [sku_id(sku) for sku in spiking(retailer, day).tolist()],
        "damaged": damaged,
    }
    if wishes.lake:
        known["closing_thousandths"] = (available - sales.sold(day)).clip(0).tolist()
    with _file(truths / f"{day}.json") as stream:
        stream.write(json.dumps(known).encode() + b"\n")
    return dropped


def _store(
    sales: Sales, inbox: Path, store: int, day: date
) -> tuple[Dropped, list[Truth]]:
    """Write a store's files; also what was damaged in them."""
    retailer, wishes = sales.retailer, sales.wishes
    till = TILLS[wishes.makes[store % len(wishes.makes)]]
    sale = Sale(store_id(store), day, prices(retailer, retailer.region(store), day))
    path = inbox / "orders" / str(day) / f"{sale.store_id}.{till.suffix}"
    chance = Stream(retailer.seed, 5, day.toordinal(), store)
    rows = Counter(lines=0)
    with _file(path) as stream:
        till.write(stream, sale, sales.sent(store, day, chance, rows))
    dropped, truth = Dropped(1, rows.pop("lines")), Truth(file_name=path.name)
    if rows:
        truth["damaged_rows"] = dict(rows)
    if chance.words(1)[0] < wishes.damaged_files * 2**32:
        truth["damage"] = defects.damage_file(path, chance)
        truth["reason"] = defects.FILE_DAMAGES[truth["damage"]]
    if wishes.defects:
        for name, make, other, some in defects.extra_files(retailer, store, day):
            with _file(path.with_name(name)) as stream:
                make.write(stream, other, [some])
            dropped += Dropped(1, len(some.sku))
    return dropped, [truth] if len(truth) > 1 else []


def _stock(sales: Sales, truths: Path, day: date) -> tuple[Ints, list[stock.Receipt]]:
    """Stock of the date, and the deliveries in it.

    With a lake, what the date before left and what was ordered; at first, and without
    one, what is usual.
    """
    retailer, wishes = sales.retailer, sales.wishes
    if not wishes.lake:
        made_up = stock.made_up_receipts(retailer, day, sales.sold)
        receipts = list(made_up) if wishes.receipts else []
        return stock.opening(retailer, day, sales.sold), receipts
    before = truths / f"{day - timedelta(days=1)}.json"
    left = json.loads(before.read_text("utf-8")) if before.exists() else {}
    if "closing_thousandths" not in left:
        return stock.opening(retailer, day, sales.sold), []
    receipts = list(stock.ordered_receipts(retailer, day, wishes.lake))
    available = np.array(left["closing_thousandths"], dtype=np.int64)
    for receipt in receipts:
        available[receipt.warehouse, receipt.sku] += receipt.quantity
    return available, receipts


def _warehouse(
    sales: Sales, inbox: Path, warehouse: int, day: date, held: Ints,
    receipts: list[stock.Receipt],
) -> Dropped:  # fmt: skip
    """Write a warehouse's snapshot and, where wished for, its deliveries."""
    site, wishes = warehouse_id(warehouse), sales.wishes
    suffix = "csv.gz" if warehouse == 2 else "csv"
    with _file(inbox / "stock" / str(day) / f"{site}.{suffix}") as stream:
        rows = stock.write_snapshot(
            stream, sales.retailer, warehouse, day, held, defects=wishes.defects
        )
    if wishes.receipts:
        with _file(inbox / "receipts" / str(day) / f"{site}.csv") as stream:
            stock.write_receipts(stream, receipts)
    return Dropped(2 if wishes.receipts else 1, 0, rows)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole, compressed for .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"_{path.name}")
    with unfinished.open("wb") as plain:
        if path.suffix == ".gz":
            with SteadyGzip(plain) as packed:
                yield cast(BinaryIO, packed)
        else:
            yield plain
    unfinished.replace(path)
