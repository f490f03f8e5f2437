"""Every key that a contract may have makes a difference: none is a promise unkept."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from gate_files import CSV_ROW, STOCK_COLUMNS, csv_file, order
from ingestion.contracts import (
    FOLDER,
    Column,
    Contract,
    Rule,
    load_contract,
    load_contracts,
)
from ingestion.contracts.page import column_rows, terms, titled
from ingestion.gate.file_stream import opened
from ingestion.gate.reading.validation import validate
from ingestion.gate.reading.verdict import Reject

STOCK_ROW = "W1,A,2026-01-01T10:00,10,4,"
#: Files whose rows keep and break what the contracts say.
SAMPLES = {
    "stock_csv": csv_file(
        *[STOCK_ROW] * 120, "W1,B,,1,2,", *["W1,C,,x,,"] * 5, header=STOCK_COLUMNS
    ),
    "orders_csv": csv_file(*[CSV_ROW] * 40, f"{CSV_ROW}.x", *["O1"] * 3),
    "orders_json": order().encode(),
}
OTHER_COLUMN = "other_column: available"
Edit = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """Another value of one key, in one of the contracts."""

    contract: str
    edits: tuple[Edit, ...]


def case(contract: str, *edits: Edit) -> Case:
    return Case(contract, edits)


#: For each key another value, with which the gate does something else.
READ = {
    "feed": case(
        "stock_csv", ("feed: stock", "feed: orders"), ("warehouse_id", "store_id")
    ),
    "format": case(
        "orders_json",
        ("format: json", "format: csv"),
        ("    part: order\n", ""),
        ("    part: line\n", ""),
    ),
    "max_refused_share": case("stock_csv", ("0.05", "0.01")),
    "min_refused_rows": case(
        "orders_csv", ("min_refused_rows: 5", "min_refused_rows: 3")
    ),
    "max_line_quantity": case("orders_csv", ("9999999999", "1")),
    "columns.name": case("stock_csv", ("name: safety_stock", "name: to_keep")),
    "columns.part": case(
        "orders_json", ("ordered_at\n    part: order", "ordered_at\n    part: line")
    ),
    "columns.type": case("stock_csv", ("type: timestamp", "type: price")),
    "columns.required": case("stock_csv", ("required: false", "required: true")),
    "columns.if_malformed": case(
        "orders_csv", ("if_malformed: absent", "if_malformed: refuse")
    ),
    "columns.min": case("orders_csv", ("    min: 0\n", "    min: 4\n")),
    "columns.max": case("orders_csv", ("max: 999999999.9999", "max: 1")),
    "rules.name": case("stock_csv", ("name: reserved-within", "name: kept-within")),
    "rules.column": case("stock_csv", ("column: reserved", "column: safety_stock")),
    "rules.compare": case("stock_csv", ('"<="', '">="')),
    "rules.other_column": case(
        "stock_csv", (OTHER_COLUMN, "other_column: safety_stock")
    ),
    "rules.value": case("stock_csv", (OTHER_COLUMN, "value: 100")),
    "rules.severity": case("stock_csv", ("severity: warn", "severity: error")),
}
#: Keys that are there to be read by people.
SHOWN = {
    "version": case("stock_csv", ("version: 1", "version: 2")),
    "columns.unit": case("stock_csv", ("unit: sales units", "unit: crates")),
    "columns.description": case("stock_csv", ("Article counted", "What was counted")),
    "rules.description": case("stock_csv", ("No more is promised", "No more is kept")),
}


def test_every_key_is_known() -> None:
    parts = {"columns": Column, "rules": Rule}
    keys = {
        f"{name}.{inner.name}" if inner else name
        for name in (item.name for item in fields(Contract))
        for inner in (fields(parts[name]) if name in parts else (None,))
    }

    assert keys == {*READ, *SHOWN}


@pytest.mark.parametrize("key", READ)
def test_the_gate_reads_every_key_that_is_not_for_people(
    tmp_path: Path, key: str
) -> None:
    before, after = both(tmp_path, READ[key])

    assert what_the_gate_does(after) != what_the_gate_does(before)


@pytest.mark.parametrize("key", SHOWN)
def test_the_page_shows_every_key_that_is_for_people(tmp_path: Path, key: str) -> None:
    before, after = both(tmp_path, SHOWN[key])

    assert what_the_page_says(after) != what_the_page_says(before)


def both(folder: Path, case: Case) -> tuple[Path, Path]:
    """The contract, and the same with another value of the key."""
    text = (FOLDER / f"{case.contract}.yml").read_text(encoding="utf-8")
    places = folder / "before", folder / "after"
    changed = text
    for old, new in case.edits:
        assert old in text
        changed = changed.replace(old, new)
    for place, content in zip(places, (text, changed), strict=True):
        place.mkdir()
        (place / f"{case.contract}.yml").write_text(content, encoding="utf-8")
    return places[0] / f"{case.contract}.yml", places[1] / f"{case.contract}.yml"


def what_the_gate_does(path: Path) -> tuple[object, ...]:
    """Which files a contract is for, and what becomes of a sample of them."""
    ((asked_for, contract),) = load_contracts(path.parent).items()
    sample = path.with_name("sample")
    sample.write_bytes(SAMPLES[path.stem])
    landed, rejects = io.BytesIO(), list[Reject]()
    with opened(sample) as stream:
        verdict = validate(stream, None, contract, landed, rejects.append)
    return asked_for, verdict, landed.getvalue(), rejects


def what_the_page_says(path: Path) -> tuple[object, ...]:
    contract = load_contract(path)
    return titled(contract), [*column_rows(contract)], terms(contract)
