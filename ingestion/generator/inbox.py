"""Drops the files of one date into the inbox, as shops and warehouses would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BufferedWriter
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from ingestion.generator.defects import evening_orders, is_silent, odd_orders
from ingestion.generator.orders import orders_of
from ingestion.generator.retailer import Retailer
from ingestion.generator.steady_gzip import SteadyGzip
from ingestion.generator.stock import write_snapshot
from ingestion.generator.tills import TILLS, WRONGLY_SET_UP

_BUFFER = 65535


@dataclass(frozen=True)
class Dropped:
    """What one date brought: files, order lines and stock rows in them."""

    files: int = 0
    order_lines: int = 0
    stock_rows: int = 0

    def __add__(self, other: Dropped) -> Dropped:
        return Dropped(
            self.files + other.files,
            self.order_lines + other.order_lines,
            self.stock_rows + other.stock_rows,
        )


def drop_files(
    retailer: Retailer, inbox: Path, day: date, *, defects: bool = True
) -> Dropped:
    """Write the order and stock files of a date; one order is held in memory."""
    dropped = Dropped()
    for store in range(len(retailer.stores)):
        dropped += _store(retailer, store, inbox / "orders" / str(day), day, defects)
    for warehouse in range(len(retailer.warehouses)):
        folder = inbox / "stock" / str(day)
        dropped += _warehouse(retailer, warehouse, folder, day, defects)
    return dropped


def _store(
    retailer: Retailer, store: int, folder: Path, day: date, defects: bool
) -> Dropped:
    if defects and is_silent(retailer, store, day):
        return Dropped()
    till, site = TILLS[store % len(TILLS)], retailer.stores[store].site_id
    odd = odd_orders(retailer, store, day) if defects else []
    with _file(folder / f"{site}.{till.suffix}") as stream:
        lines = till.write(stream, chain(orders_of(retailer, store, day), odd))
    return Dropped(1, lines) + _evening(retailer, store, folder, day, defects)


def _evening(
    retailer: Retailer, store: int, folder: Path, day: date, defects: bool
) -> Dropped:
    orders = evening_orders(retailer, store, day) if defects else []
    if not orders:
        return Dropped()
    site = retailer.stores[store].site_id
    with _file(folder / f"{site} evening.{WRONGLY_SET_UP.suffix}") as stream:
        return Dropped(1, WRONGLY_SET_UP.write(stream, orders))


def _warehouse(
    retailer: Retailer, warehouse: int, folder: Path, day: date, defects: bool
) -> Dropped:
    site = retailer.warehouses[warehouse].site_id
    suffix = "csv.gz" if warehouse == 2 else "csv"
    with _file(folder / f"{site}.{suffix}") as stream:
        rows = write_snapshot(stream, retailer, warehouse, day, defects=defects)
    return Dropped(1, 0, rows)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole, compressed for .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"_{path.name}")
    with unfinished.open("wb") as plain:
        if path.suffix == ".gz":
            packed = SteadyGzip(plain)
            with BufferedWriter(packed, _BUFFER) as stream:
                yield cast(BinaryIO, stream)
        else:
            yield plain
    unfinished.replace(path)
