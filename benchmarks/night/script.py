"""What the hand-written scripts of the comparison share: files, a clock, documents.

    python benchmarks/night/<library>_script.py INBOX MASTER OUT DATE

Each reads the inbox and the master data as CSV, removes copies, calculates the orders
by rules 1 to 8 of the formula as they are on a first night, and writes a JSON file per
supplier. None validates: a row whose quantity is no number is dropped, and nothing says
so. On stdout, seconds by stage as JSON.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

#: What tells order lines of a date apart.
KEY = ["store_id", "pos_id", "order_id", "line_number"]
#: Master data that the orders follow from.
TABLES = ("products", "suppliers", "product_suppliers", "replenishment_rules")
#: Of a line in the files written, in order.
LINE = (
    "sku_id",
    "ordered_quantity",
    "unit_price",
    "line_amount",
    "demand",
    "net_demand",
)


class Script:
    """The arguments of a script, its files by their form, and its clock."""

    def __init__(self) -> None:
        inbox, master, out, self.date = sys.argv[1:]
        self.master, self.out = Path(master), Path(out)
        self.orders = sorted((Path(inbox) / "orders" / self.date).iterdir())
        self.stock = sorted((Path(inbox) / "stock" / self.date).iterdir())
        self._stages: dict[str, float] = {}
        self._begin = time.perf_counter()

    def named(self, *suffixes: str) -> list[str]:
        """Order files whose names end in one of some suffixes, .gz or not."""
        return [
            str(file)
            for file in self.orders
            if file.name.removesuffix(".gz").endswith(suffixes)
        ]

    def stage(self, name: str) -> None:
        """Note that a stage has ended."""
        now = time.perf_counter()
        self._stages[name], self._begin = round(now - self._begin, 3), now

    def write(self, lines: Iterable[Sequence[Any]]) -> None:
        """Write lines, each a supplier's id, name, status and LINE; ends the script."""
        self.out.mkdir(parents=True, exist_ok=True)
        orders: dict[str, dict[str, Any]] = {}
        for supplier_id, name, status, *values in lines:
            order = orders.setdefault(
                supplier_id,
                {
                    "supplier_id": supplier_id,
                    "name": name,
                    "business_date": self.date,
                    "status": status,
                    "lines": [],
                },
            )
            order["lines"].append(dict(zip(LINE, values, strict=True)))
        for supplier_id, order in orders.items():
            text = json.dumps(order, ensure_ascii=False, separators=(",", ":"))
            (self.out / f"{supplier_id}.json").write_text(text, "utf-8")
        self.stage("write")
        print(json.dumps(self._stages))


def opened(file: str | Path) -> BinaryIO:
    """A file's bytes, decompressed where its name says so."""
    if str(file).endswith(".gz"):
        return cast(BinaryIO, gzip.open(file))
    return Path(file).open("rb")


def by_header(files: Iterable[str | Path]) -> dict[tuple[str, ...], list[str]]:
    """CSV files by their columns, before which stands the delimiter."""
    found: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        with opened(file) as stream:
            header = stream.readline().decode("utf-8-sig").strip()
        delimiter = ";" if ";" in header else ","
        key = (delimiter, *header.split(delimiter))
        found.setdefault(key, []).append(str(file))
    return found
