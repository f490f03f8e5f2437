"""The demo's three dates against the independent calculation, line by line."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pytest

from browsers import cells, milliseconds_to_open, open_browser, text_of
from oracle import Inputs, LoadedFile, Master, OrderLine, StockRow, calculate
from oracle.inputs import (
    Offer,
    Product,
    PublishedDate,
    ReplenishmentRule,
    Store,
    Supplier,
    Warehouse,
)
from pipeline_runner import PipelineRun, call, run_pipeline
from postgres_states import state_folder
from published_dates import assert_exceptions, assert_orders

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]
DASH = "\N{EN DASH}"
QUANTITY = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")

Row = dict[str, str | None]
Typed = TypeVar("Typed", OrderLine, StockRow)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PipelineRun]:
    """What `make demo` does, in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    with state_folder() as state:
        made = call(
            state,
            *("-m", "ingestion", "generate", "--from", f"{DAYS[0]}"),
            *("--to", f"{DAYS[-1]}", "--out", f"{folder}/inbox"),
            *("--returns", "0.01", "--cancelled", "0.01"),
            *("--master-out", f"{folder}/master"),
        )
        assert made.returncode == 0, made.stderr
        yield run_pipeline(folder, state, DAYS[0], DAYS[-1], {})


def test_demo_orders_and_exceptions_are_what_the_rules_say(demo: PipelineRun) -> None:
    assert demo.exit_code == 0, demo.stderr
    said = demo.stderr.splitlines()
    assert [line for line in said if " dates done, " not in line] == []
    folder = demo.published.parents[1]
    master = read_master(folder / "master")
    history: list[PublishedDate] = []
    for day in DAYS:
        result = calculate(read_inputs(folder / "inbox", day, master, history))
        assert len(result.orders) >= 5
        assert_orders(demo.published, result)
        assert_exceptions(demo.published, result)
        history.append(result.published())


def test_a_newcomer_sees_what_went_wrong_and_where(demo: PipelineRun) -> None:
    quarantine = demo.published.parent / "quarantine" / "orders"
    rejects = [
        json.loads(line)
        for path in quarantine.rglob("*.rejects.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert any(row["value"] == "two" for row in rejects)
    assert [path.name for path in quarantine.rglob("*.csv")] == ["S004 evening.csv"]
    seen = {
        row["code"]
        for day in DAYS
        for row in json.loads(
            (demo.published / f"exceptions/{day}.json").read_text("utf-8")
        )["exceptions"]
    }
    assert {"missing_feed", "refused_file", "unknown_sku", "missing_supplier"} <= seen
    assert {"old_orders", "fractional_quantity"} <= seen
    sold = [
        row["quantity"]
        for path in (demo.published.parents[1] / "inbox" / "orders").rglob("*")
        if path.is_file()
        for row in read_rows(path)
    ]
    assert {"-1", "0"} <= set(sold)


def test_quality_pages_say_what_the_mart_holds(
    demo: PipelineRun, tmp_path: Path
) -> None:
    lake = demo.published.parent
    # The copies first: they are compared also where there is no browser.
    for day in DAYS:
        mart = checks_of(lake, day)
        copy = lake / f"reports/{day}/csv/checks.csv"
        rows = list(csv.DictReader(copy.open(encoding="utf-8", newline="")))
        assert len(rows) == len(mart) > 50
        assert {
            (row["check_name"], row["scope_kind"], row["scope_id"]): (
                row["status"],
                *(number(row[name]) for name in ("value", "expected", "threshold")),
            )
            for row in rows
        } == mart
    with open_browser(tmp_path) as browser:
        address = (lake / f"reports/{DAYS[-1]}/quality.html").as_uri()
        milliseconds = milliseconds_to_open(browser, address)
        first = cells(browser, "checks")
        errors = text_of(browser, "#count-errors")
        assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert milliseconds < 1000
    exceptions = json.loads(
        (demo.published / f"exceptions/{DAYS[-1]}.json").read_text()
    )
    assert errors == str(
        sum(row["severity"] == "error" for row in exceptions["exceptions"])
    )
    for status, name, kind, scope, *figures, _unit, _words in first:
        seen = [number(cell.replace(",", "").strip(DASH)) for cell in figures]
        assert (status, *seen) == mart[name, kind, scope]


def checks_of(lake: Path, day: date) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The quality mart's rows of a date: status, value, expected and threshold."""
    warehouse = lake / "warehouse" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select check_name, scope_kind, scope_id,"
            " status, value, expected, threshold"
            " from procurement.fct_quality_checks where business_date = ?",
            [day],
        ).fetchall()
    return {row[:3]: row[3:] for row in rows}


def read_inputs(
    inbox: Path, day: date, master: Master, history: list[PublishedDate]
) -> Inputs:
    """Read a day's files with the standard library, as a person would check them."""
    lines, loaded_orders = read_feed(inbox / "orders" / str(day), "orders", order_line)
    stock, loaded_stock = read_feed(inbox / "stock" / str(day), "stock", stock_row)
    return Inputs(
        business_date=day,
        order_lines=lines,
        stock_rows=stock,
        load_history=[*loaded_orders, *loaded_stock],
        master=master,
        history=tuple(history),
    )


def read_feed(
    folder: Path, feed: str, typed: Callable[[Row], Typed | None]
) -> tuple[list[Typed], list[LoadedFile]]:
    """Accepted rows, and what becomes of each file by the 5 % rule."""
    accepted: list[Typed] = []
    loaded: list[LoadedFile] = []
    for path in sorted(folder.iterdir()):
        rows = [typed(row) for row in read_rows(path)]
        good = [row for row in rows if row is not None]
        bad = len(rows) - len(good)
        status = "partial" if bad else "accepted"
        if bad * 20 > len(rows):
            status, good, bad = "quarantined", [], len(rows)
        accepted += good
        loaded.append(LoadedFile(feed, path.name, status, len(rows), len(good), bad))
    return accepted, loaded


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of any of the demo's kinds of file; JSON numbers keep their digits."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode(
        "utf-8-sig"
    )
    if path.name.startswith("tabtill_"):
        yield from tab_till_rows(path.name.split("_")[1], text.splitlines())
        return
    if ".csv" in path.name:
        lines = text.splitlines()
        yield from csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")
        return
    documents = [text] if text.startswith("[") else text.splitlines()
    for document in documents:
        found: Any = json.loads(document, parse_float=str, parse_int=str)
        for order in found if isinstance(found, list) else [found]:
            for line in order.pop("lines"):
                yield {**order, **line}


def tab_till_rows(store_id: str, lines: list[str]) -> Iterator[Row]:
    """What ingestion/contracts/senders/tab-till.yml says of such a file."""
    for row in csv.DictReader(lines, delimiter="\t"):
        if row["RECEIPT"] != "TOTAL":
            yield {
                "store_id": store_id,
                "order_id": row["RECEIPT"],
                "ordered_at": f"{row['SOLD']}+01:00",  # Paris in January
                "line_number": row["LINE"],
                "sku_id": row["ITEM"],
                "quantity": row["QTY"],
            }


def order_line(row: Row) -> OrderLine | None:
    """One order line, or None where its quantity is none."""
    if not QUANTITY.fullmatch(row["quantity"] or ""):
        return None
    return OrderLine(
        store_id=str(row["store_id"]),
        pos_id=row.get("pos_id") or None,
        order_id=str(row["order_id"]),
        line_number=int(row["line_number"] or 0),
        ordered_at=str(row["ordered_at"]),
        sku_id=str(row["sku_id"]),
        quantity=Decimal(row["quantity"] or 0),
    )


def stock_row(row: Row) -> StockRow | None:
    """One row of a stock snapshot."""
    return StockRow(
        warehouse_id=str(row["warehouse_id"]),
        sku_id=str(row["sku_id"]),
        snapshot_at=row.get("snapshot_at") or None,
        available=Decimal(row["available"] or 0),
        reserved=number(row.get("reserved")),
        safety_stock=number(row.get("safety_stock")),
    )


def read_master(folder: Path) -> Master:
    """The six master tables from their CSV files."""
    return Master(
        products={
            str(row["sku_id"]): Product(
                row["name"] or None,
                number(row["pack_size"]),
                row["unit"] or None,
                row["status"] or None,
            )
            for row in table(folder, "products")
        },
        suppliers={
            str(row["supplier_id"]): Supplier(
                row["name"] or None,
                int(row["lead_time_days"]) if row["lead_time_days"] else None,
                row["currency"] or None,
                number(row["min_order_value"]),
            )
            for row in table(folder, "suppliers")
        },
        product_suppliers={
            (str(row["sku_id"]), str(row["supplier_id"])): Offer(
                int(row["priority"]) if row["priority"] else None,
                number(row["unit_price"]),
            )
            for row in table(folder, "product_suppliers")
        },
        replenishment_rules={
            str(row["sku_id"]): ReplenishmentRule(
                number(row["moq"]), number(row["safety_stock"])
            )
            for row in table(folder, "replenishment_rules")
        },
        stores={
            str(row["store_id"]): Store(row["name"], row["region"])
            for row in table(folder, "stores")
        },
        warehouses={
            str(row["warehouse_id"]): Warehouse(
                row["name"], row["region"], number(row["capacity"])
            )
            for row in table(folder, "warehouses")
        },
    )


def table(folder: Path, name: str) -> list[Row]:
    """Rows of one master CSV."""
    return list(csv.DictReader((folder / f"{name}.csv").open(encoding="utf-8")))


def number(text: str | None) -> Decimal | None:
    """A decimal, or None for an empty or absent cell."""
    return Decimal(text) if text else None
