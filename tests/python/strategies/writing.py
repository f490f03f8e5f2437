"""Drawn days and master data as the files that a retailer would drop."""

from __future__ import annotations

import gzip
from pathlib import Path

from oracle import Master
from strategies.csv_files import csv_bytes, order_cells, stock_cells
from strategies.json_files import json_orders
from strategies.master_files import master_files
from strategies.scenario import DrawnDay, OrderFile, StockFile

ORDER_COLUMNS = (
    "order_id",
    "store_id",
    "pos_id",
    "ordered_at",
    "line_number",
    "sku_id",
    "quantity",
    "unit_price",
)
STOCK_COLUMNS = (
    "warehouse_id",
    "sku_id",
    "snapshot_at",
    "available",
    "reserved",
    "safety_stock",
)
OPTIONAL = {"pos_id", "unit_price", "snapshot_at", "reserved", "safety_stock"}


def order_file_bytes(file: OrderFile) -> bytes:
    """The file as received, the same bytes on every call."""
    if file.kind == "csv":
        content = csv_bytes(
            ORDER_COLUMNS, OPTIONAL, order_cells(file), file.seed, file.name
        )
    else:
        content = json_orders(file)
    return _compressed(file.name, content)


def stock_file_bytes(file: StockFile) -> bytes:
    """The file as received, the same bytes on every call."""
    cells = stock_cells(file)
    content = csv_bytes(STOCK_COLUMNS, OPTIONAL, cells, file.seed, file.name)
    return _compressed(file.name, content)


def _compressed(name: str, content: bytes) -> bytes:
    is_compressed = name.lower().endswith(".gz")
    return gzip.compress(content, mtime=0) if is_compressed else content


def write_inbox(day: DrawnDay, inbox: Path) -> None:
    """Drop the files of one date below ``orders/`` and ``stock/``.

    Both folders exist even when nothing was sent.
    """
    orders, stock = (
        inbox / feed / day.business_date.isoformat() for feed in ("orders", "stock")
    )
    for folder in (orders, stock):
        folder.mkdir(parents=True, exist_ok=True)
    for order_file in day.order_files:
        _drop(orders, order_file, order_file_bytes(order_file))
    for stock_file in day.stock_files:
        _drop(stock, stock_file, stock_file_bytes(stock_file))
    for stray in day.strays:
        folder = orders if stray.feed == "orders" else stock
        (folder / stray.name).write_bytes(stray.content)


def _drop(folder: Path, file: OrderFile | StockFile, content: bytes) -> None:
    (folder / file.name).write_bytes(content)
    if file.copy_name is not None:
        (folder / file.copy_name).write_bytes(content)


def write_master(master: Master, folder: Path, seed: int = 0) -> None:
    """The six CSV files, each of them also when its table is empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in master_files(master, seed).items():
        (folder / name).write_bytes(content)
