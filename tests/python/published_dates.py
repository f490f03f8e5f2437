"""What is published of a date, held against an independent result."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from oracle import Result, exceptions_csv, exceptions_json
from oracle.exceptions import COLUMNS, in_report_order


def assert_orders(output: Path, result: Result) -> None:
    """Every order of the date and no other, to the byte."""
    folder = output / "supplier_orders" / str(result.business_date)
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    found.pop("manifest.json")
    expected = result.files()
    assert sorted(found) == sorted(expected)
    for name, content in expected.items():
        # Parsed first: a difference in a number reads better than one in bytes.
        assert _parsed(found[name]) == _parsed(content), name
        assert found[name] == content, name


def assert_exceptions(output: Path, result: Result, version: int = 1) -> None:
    """Rows, their order, and both forms; what a message says is left open."""
    day = result.business_date
    written = (output / "exceptions" / f"{day}.json").read_bytes()
    rows = _parsed(written)["exceptions"]
    assert all(tuple(row) == COLUMNS for row in rows)
    said = in_report_order([{**row, "message": ""} for row in rows])
    assert said == list(result.exceptions)
    assert rows == in_report_order(rows)
    assert written == exceptions_json(day, version, rows)
    assert (output / "exceptions" / f"{day}.csv").read_bytes() == exceptions_csv(rows)


def _parsed(content: bytes) -> Any:
    """JSON with every number as a Decimal."""
    return json.loads(content, parse_float=Decimal, parse_int=Decimal)
