"""Demo data: the same everywhere, of the size asked for, wrong where it should be."""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ingestion.commands.generate import add_commands
from ingestion.errors import UsageError
from ingestion.generator.inbox import drop_files
from ingestion.generator.master_files import write_master_files
from ingestion.generator.retailer import Size, build_retailer
from ingestion.generator.sales import Sales, Wishes
from ingestion.generator.steady_gzip import SteadyGzip

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
#: SHA-256 over names and contents of what ``generate`` writes without options.
#: It changes with the generator only: not with the machine, Python or the day.
DEMO_DIGEST = "868edc2dfd628c76aeacc2c6d5b23f1a757b7f0a6343048f7ede5f3089944fd1"


def test_demo_data_are_the_same_bytes_everywhere(tmp_path: Path) -> None:
    run("--out", f"{tmp_path}/inbox", "--master-out", f"{tmp_path}/master")

    assert digest(tmp_path) == DEMO_DIGEST


def test_a_date_does_not_depend_on_the_window(tmp_path: Path) -> None:
    whole, alone = tmp_path / "whole", tmp_path / "alone"
    for folder, window in (
        (whole, ("2026-01-01", "2026-01-03")),
        (alone, ("2026-01-02", "2026-01-02")),
    ):
        master = f"{tmp_path}/master"
        run(
            *("--out", str(folder), "--master-out", master),
            *("--from", window[0], "--to", window[1]),
        )

    for feed in ("orders", "stock"):
        assert digest(alone / feed / "2026-01-02") == digest(
            whole / feed / "2026-01-02"
        )


def test_seeds_differ(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        folder = tmp_path / seed
        run("--seed", seed, "--out", f"{folder}/in", "--master-out", f"{folder}/master")

    assert digest(tmp_path / "1" / "in") != digest(tmp_path / "2" / "in")
    assert digest(tmp_path / "1" / "master") != digest(tmp_path / "2" / "master")


def test_size_is_what_was_asked_for(tmp_path: Path) -> None:
    size = Size(stores=13, skus=200, orders=330, warehouses=4, suppliers=30)
    retailer = build_retailer(7, size)

    dropped = drop_files(
        Sales(retailer, Wishes(defects=False)), tmp_path / "in", DAYS[1]
    )
    write_master_files(retailer, tmp_path / "master")

    lines = order_lines(tmp_path / "in" / "orders" / "2026-01-02")
    assert dropped.files == 17
    assert dropped.stock_rows == 800
    assert dropped.order_lines == len(lines) == pytest.approx(330 * 9.05, rel=0.25)
    assert len({line["store_id"] for line in lines}) == 13
    keys = {(line["order_id"], str(line["line_number"])) for line in lines}
    assert len(keys) == len(lines)
    for table, rows in (("stores", 13), ("products", 200), ("suppliers", 30)):
        assert len(master(tmp_path, table)) == rows
    names = {row["name"] for row in master(tmp_path, "products")}
    assert len(names) == 200


def test_defects_are_there_to_be_seen(tmp_path: Path) -> None:
    retailer = build_retailer(1, Size())
    for day in DAYS:
        drop_files(Sales(retailer, Wishes()), tmp_path / "in", day)
    write_master_files(retailer, tmp_path / "master")
    orders = tmp_path / "in" / "orders"
    known = {row["sku_id"]: row for row in master(tmp_path, "products")}
    supplied = {row["sku_id"] for row in master(tmp_path, "product_suppliers")}

    for day in DAYS:
        lines = order_lines(orders / str(day))
        seen = {line["sku_id"] for line in lines}
        assert [line for line in lines if line["quantity"] == "two"]
        assert seen - known.keys() == {"SKU-00061"}
        assert known.keys() - supplied == {"SKU-00060"} < seen
        assert known["SKU-00059"]["status"] == "discontinued"
        assert "SKU-00059" in seen
        keys = [(line["order_id"], str(line["line_number"])) for line in lines]
        assert len(keys) - len(set(keys)) == 2
        halves = [line["sku_id"] for line in lines if line["quantity"] == 1.5]
        assert "EA" in [known[sku]["unit"] for sku in halves]
        stock = (tmp_path / f"in/stock/{day}/W001.csv").read_text()
        assert f"SKU-00058,{day}T21:30:00Z,-4," in stock
        assert "SKU-00057" not in stock
    assert not (orders / "2026-01-02" / "S008.csv").exists()
    assert (orders / "2026-01-03" / "S004 evening.csv").exists()
    late = lines_of_file(orders / "2026-01-01" / "S001 late.csv")
    assert {line["ordered_at"][:10] for line in late} == {"2025-12-22"}
    collapsed = lines_of_file(orders / "2026-01-03" / "S005.jsonl.gz")
    usual = lines_of_file(orders / "2026-01-02" / "S005.jsonl.gz")
    assert len(collapsed) < len(usual) / 3
    spike = json.loads((tmp_path / "truth/2026-01-03.json").read_text())["spiking"]
    sold = [[line["sku_id"] for line in order_lines(orders / str(day))].count(*spike)
            for day in DAYS]  # fmt: skip
    assert sold[2] > 3 * max(sold[:2])


def test_what_customers_bring_back_or_do_not_take_comes_in_the_share_asked_for(
    tmp_path: Path,
) -> None:
    retailer = build_retailer(1, Size(orders=6000))
    drop_files(
        Sales(retailer, Wishes(False, returns=0.02, cancelled=0.03)), tmp_path, DAYS[0]
    )

    quantities = [
        str(line["quantity"])
        for line in order_lines(tmp_path / "orders" / str(DAYS[0]))
    ]
    assert quantities.count("-1") / len(quantities) == pytest.approx(0.02, rel=0.1)
    assert quantities.count("0") / len(quantities) == pytest.approx(0.03, rel=0.1)


def test_makes_of_till_are_those_asked_for(tmp_path: Path) -> None:
    run("--makes", "jsonl,csv", "--to", "2026-01-01", "--from", "2026-01-01",
        "--out", f"{tmp_path}/in", "--master-out", f"{tmp_path}/m")  # fmt: skip

    endings = {path.suffix for path in (tmp_path / "in/orders").rglob("S*")}
    assert endings == {".jsonl", ".csv"}


def test_a_large_store_has_whole_orders_in_one_file(tmp_path: Path) -> None:
    """More lines than are drawn at once, as an array and as lines."""
    retailer = build_retailer(1, Size(stores=2, orders=32_000))
    sales = Sales(retailer, Wishes(False, makes=("json", "csv")))
    dropped = drop_files(sales, tmp_path, DAYS[1])

    for name in ("S001.json", "S002.csv"):
        lines = lines_of_file(tmp_path / f"orders/2026-01-02/{name}")
        assert len(lines) > 2**16
        dropped = replace(dropped, order_lines=dropped.order_lines - len(lines))
        numbers = [(line["order_id"], int(line["line_number"])) for line in lines]
        assert numbers == sorted(set(numbers))
        assert numbers[0][1] == 1
        for (order, place), (following, after) in pairwise(numbers):
            assert after == (place + 1 if order == following else 1)
    assert dropped.order_lines == 0


def test_several_processes_write_what_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for workers, least in (("1", 200_000), ("2", 1)):
        monkeypatch.setenv("PROCUREMENT_WORKERS", workers)
        monkeypatch.setattr("ingestion.commands.generate._WORTH_STARTING", least)
        folder = tmp_path / workers
        run("--out", f"{folder}/inbox", "--master-out", f"{folder}/master")

    assert digest(tmp_path / "1") == digest(tmp_path / "2") == DEMO_DIGEST


def test_steady_gzip_is_read_by_any_gzip() -> None:
    data = bytes(range(256)) * 600
    packed = io.BytesIO()

    with SteadyGzip(packed) as stream:
        stream.write(data[:1000])
        stream.write(data[1000:])

    assert gzip.decompress(packed.getvalue()) == data


@pytest.mark.parametrize(
    "options",
    [
        ("--skus", "3"),
        ("--stores", "0"),
        ("--order-lines", "-1"),
        ("--to", "2025-12-1"),
        ("--seed", "-1"),
        ("--returns", "1.5"),
        ("--makes", "xml"),
    ],
)
def test_a_size_or_date_that_makes_no_sense_is_refused(
    options: tuple[str, str], tmp_path: Path
) -> None:
    with pytest.raises(
        UsageError, match=r"too few|not a business date|no share|none of"
    ):
        run("--out", f"{tmp_path}/in", "--master-out", f"{tmp_path}/m", *options)
    assert list(tmp_path.iterdir()) == []


def run(*options: str) -> None:
    """Run ``python -m ingestion generate`` with the options, in this process."""
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    arguments = parser.parse_args(["generate", *options])
    assert arguments.run(arguments) == 0


def digest(folder: Path) -> str:
    """SHA-256 over the names and contents of all files of a folder."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(folder).as_posix()}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def order_lines(folder: Path) -> list[dict[str, Any]]:
    """Every order line of a day folder, of all makes of till with the usual columns."""
    usual = [path for path in sorted(folder.iterdir()) if path.name[0] == "S"]
    return [line for path in usual for line in lines_of_file(path)]


def master(folder: Path, table: str) -> list[dict[str, str]]:
    """Rows of a master data file."""
    path = folder / "master" / f"{table}.csv"
    return list(csv.DictReader(path.open(encoding="utf-8", newline="")))


def lines_of_file(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    if ".csv" in path.name:
        delimiter = ";" if ";" in text.splitlines()[0] else ","
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    orders = (
        json.loads(text)
        if text.startswith("[")
        else [json.loads(line) for line in text.splitlines()]
    )
    return [{**order, **line} for order in orders for line in order["lines"]]
