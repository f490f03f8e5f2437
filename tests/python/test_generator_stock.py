"""Stock of one evening is that of the evening before, less sales, plus deliveries."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from ingestion.generator.inbox import drop_files
from ingestion.generator.retailer import Size, build_retailer
from ingestion.generator.sales import Sales, Wishes
from pipeline_runner import call, run_pipeline
from postgres_states import state_folder
from test_generator import order_lines

FIRST = date(2026, 2, 26)
WAREHOUSES = 3

#: Warehouse and SKU.
Key = tuple[str, str]
Units = Counter[Key]


def test_stock_never_jumps_without_a_cause(tmp_path: Path) -> None:
    retailer = build_retailer(1, Size())
    days = [FIRST + timedelta(days=n) for n in range(9)]
    for day in days:
        drop_files(
            Sales(retailer, Wishes(False, returns=0.02, receipts=True)), tmp_path, day
        )

    assert_carried_forward(tmp_path, days)
    assert all(receipts(tmp_path, day) for day in days)


def test_published_orders_come_back_as_deliveries(tmp_path: Path) -> None:
    """Five evenings of the pipeline itself; what it orders arrives, all of it, once."""
    days = [FIRST + timedelta(days=n) for n in range(5)]
    with state_folder() as state:
        for day in days:
            made = call(
                state, "-m", "ingestion", "generate", "--from", str(day), "--receipts",
                "--no-defects", "--out", f"{tmp_path}/inbox", "--orders", "80",
                "--master-out", f"{tmp_path}/master", "--lake", f"{tmp_path}/lake",
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
            done = run_pipeline(tmp_path, state, day, day, {"net_open_orders": True})
            assert done.exit_code == 0, done.stderr

    assert_carried_forward(tmp_path / "inbox", days)
    ordered = dict(ordered_lines(tmp_path / "lake", days))
    delivered: Counter[Key] = Counter()
    for day in days:
        for row in rows(tmp_path / f"inbox/receipts/{day}"):
            wished = ordered[row["order_id"], row["sku_id"]][0]
            assert wished <= row["received_at"][:10] <= f"{day}"
            delivered[row["order_id"], row["sku_id"]] += thousandths(row["quantity"])
    assert delivered
    assert all(ordered[key][1] == units for key, units in delivered.items())
    due = {key for key, (wished, _) in ordered.items() if wished < f"{days[-2]}"}
    assert len(due - delivered.keys()) <= len(due) / 3


def assert_carried_forward(inbox: Path, days: list[date]) -> None:
    for day, following in pairwise(days):
        left, sales = stock(inbox, day), sold(inbox, day)
        came = receipts(inbox, following)
        found = stock(inbox, following)
        assert found.keys() == left.keys()
        for key, units in found.items():
            assert units == max(left[key] - sales[key], 0) + came[key], (following, key)


def stock(inbox: Path, day: date) -> Units:
    return Counter(
        {
            (row["warehouse_id"], row["sku_id"]): thousandths(row["available"])
            for row in rows(inbox / f"stock/{day}")
        }
    )


def receipts(inbox: Path, day: date) -> Units:
    found: Units = Counter()
    for row in rows(inbox / f"receipts/{day}"):
        found[row["warehouse_id"], row["sku_id"]] += thousandths(row["quantity"])
    return found


def sold(inbox: Path, day: date) -> Units:
    """By the warehouse that serves the store; a return goes to waste."""
    found: Units = Counter()
    for line in order_lines(inbox / f"orders/{day}"):
        warehouse = (int(line["store_id"][1:]) - 1) % WAREHOUSES + 1
        units = max(thousandths(str(line["quantity"])), 0)
        found[f"W{warehouse:03d}", line["sku_id"]] += units
    return found


def ordered_lines(
    lake: Path, days: list[date]
) -> Iterator[tuple[Key, tuple[str, int]]]:
    """Wished date and quantity of each line of the released orders."""
    for day in days:
        for path in (lake / f"output/supplier_orders/{day}").glob("SUP-*.json"):
            order = json.loads(path.read_text(), parse_float=Decimal)
            if order["status"] == "released":
                for line in order["lines"]:
                    units = int(line["ordered_quantity"] * 1000)
                    wished = order["requested_delivery_date"]
                    yield (order["order_id"], line["sku_id"]), (wished, units)


def rows(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        lines = text.decode().splitlines()
        yield from csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")


def thousandths(text: str) -> int:
    return int(Decimal(text) * 1000)
