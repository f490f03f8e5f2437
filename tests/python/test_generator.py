"""Demo data: the same everywhere, of the size asked for, wrong where it should be."""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.commands.generate import add_commands
from ingestion.errors import UsageError
from ingestion.generator.inbox import Dropped, drop_files
from ingestion.generator.retailer import Size, build_retailer
from ingestion.generator.steady_gzip import SteadyGzip

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
#: SHA-256 over names and contents of what ``generate`` writes without options.
#: It changes with the generator only: not with the machine, Python or the day.
DEMO_DIGEST = "a10b043f8362f0f62a8935eb767c10b8a31fb8582267da0c58557e39e81f3d8b"


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
    size = Size(stores=13, skus=200, order_lines=3001)
    retailer = build_retailer(7, size)

    dropped = drop_files(retailer, tmp_path, DAYS[1], defects=False)

    assert dropped == Dropped(files=16, order_lines=3001, stock_rows=600)
    lines = order_lines(tmp_path / "orders" / "2026-01-02")
    assert len(lines) == 3001
    assert len({line["store_id"] for line in lines}) == 13
    assert len({(line["order_id"], str(line["line_number"])) for line in lines}) == 3001


def test_defects_are_there_to_be_seen(tmp_path: Path) -> None:
    retailer = build_retailer(1, Size())
    for day in DAYS:
        drop_files(retailer, tmp_path, day)
    orders = tmp_path / "orders"
    known = {sku.sku_id for sku in retailer.skus}

    for day in DAYS:
        lines = order_lines(orders / str(day))
        seen = {line["sku_id"] for line in lines}
        assert [line for line in lines if line["quantity"] == "two"]
        assert seen - known == {retailer.unknown_sku_id}
        assert {retailer.discontinued.sku_id, retailer.unsupplied.sku_id} <= seen
        keys = [(line["order_id"], str(line["line_number"])) for line in lines]
        assert len(keys) - len(set(keys)) == 2
        stock = (tmp_path / "stock" / str(day) / "W001.csv").read_text()
        assert f"{retailer.miscounted.sku_id},{day}T05:30:00Z,-4," in stock
    assert not (orders / "2026-01-02" / "S008.csv").exists()
    assert (orders / "2026-01-03" / "S004 evening.csv").exists()


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
    ],
)
def test_a_size_or_date_that_makes_no_sense_is_refused(
    options: tuple[str, str], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"too few|not a business date"):
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
    """Every order line of a day folder, whatever the make of till."""
    return [line for path in sorted(folder.iterdir()) for line in lines_of_file(path)]


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
