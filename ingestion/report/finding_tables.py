"""Tables of what models and tests have found: sites, checks, tests, exceptions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import yaml

from ingestion.config import PROJECT_DIR
from ingestion.planning.data_tests import DataTest
from ingestion.planning.exports import Row
from ingestion.report.tables import WORST_FIRST, Cell, Column, Table

_MART = PROJECT_DIR / "models/marts/quality/fct_quality_checks.yml"


def sites_table(checks: Iterable[Row]) -> Table:
    """One row per store and warehouse, its checks side by side."""
    by_site: defaultdict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for check in checks:
        if check["scope_kind"] in ("store", "warehouse"):
            site = (check["scope_kind"], check["scope_id"])
            by_site[site][check["check_name"]] = check
    columns = (
        Column("status", "Status", "status"),
        Column("site_kind", "Kind"),
        Column("site_id", "Id", "code"),
        Column("name", "Name"),
        Column("rows", "Rows", "number"),
        Column("usual_rows", "Usual rows", "number"),
        Column("quantity", "Quantity", "number"),
        Column("usual_quantity", "Usual quantity", "number"),
        Column("hours_old", "Hours old", "number"),
        Column("remarks", "Remarks"),
    )
    rows = [_site(*site, found) for site, found in sorted(by_site.items())]
    rows.sort(key=lambda row: WORST_FIRST.index(str(row[0])))
    return Table(
        "sites", "Stores and warehouses", columns, rows, ("status", "site_kind")
    )


def _site(kind: str, site_id: str, checks: dict[str, Row]) -> tuple[Cell, ...]:
    found = [check["status"] for check in checks.values()]
    # Of a new site its volumes are unknown, which is no status for all of it.
    judged = (one for one in ("failed", "warned", "passed") if one in found)
    status = next(judged, "unknown")
    return (
        status,
        kind,
        site_id,
        next((check["scope_name"] for check in checks.values()), None),
        _value(checks, "rows", "value"),
        _value(checks, "rows", "expected"),
        _value(checks, "quantity", "value"),
        _value(checks, "quantity", "expected"),
        _value(checks, "hours_old", "value"),
        "; ".join(
            f"{name}: {check['message']}"
            for name, check in sorted(checks.items())
            if check["status"] in ("failed", "warned")
        )
        or None,
    )


def _value(checks: dict[str, Row], check_name: str, column: str) -> Cell:
    check = checks.get(check_name)
    value: Cell = check[column] if check else None
    return value


def checks_table(checks: Iterable[Row]) -> Table:
    """Rows of the quality mart, each with its unit."""
    columns = (
        Column("status", "Status", "status"),
        Column("check_name", "Check", "code"),
        Column("scope_kind", "Of a"),
        Column("scope_id", "Which", "code"),
        Column("value", "Value", "number"),
        Column("expected", "Expected", "number"),
        Column("threshold", "Give or take", "number"),
        Column("unit", "Unit"),
        Column("message", "In words"),
    )
    units = {name: check["unit"] for name, check in described_checks().items()}
    rows = [
        (
            check["status"],
            check["check_name"],
            check["scope_kind"],
            check["scope_id"],
            check["value"],
            check["expected"],
            check["threshold"],
            units.get(check["check_name"]),
            check["message"],
        )
        for check in checks
    ]
    return Table(
        "checks",
        "Quality checks",
        columns,
        rows,
        ("status", "check_name", "scope_kind"),
    )


def tests_table(tests: Iterable[DataTest]) -> Table:
    """Every data test that ran, failed ones first."""
    columns = (
        Column("status", "Status", "status"),
        Column("test", "Test", "code"),
        Column("found", "Rows found", "number"),
        Column("claim", "What it claims"),
        Column("path", "Stands in", "code"),
    )
    rows = [
        (test.status, test.name, test.found, test.claim or None, test.path)
        for test in tests
    ]
    rows.sort(key=lambda row: (WORST_FIRST.index(row[0]), row[1]))
    return Table("tests", "Data tests", columns, rows, ("status",))


def test_rows_table(tests: Iterable[DataTest]) -> Table:
    """Rows that tests found; each as JSON, because every test has its own columns."""
    columns = (
        Column("test", "Test", "code"),
        Column("row", "Row", "number"),
        Column("values", "Row found", "code"),
    )
    rows = [
        (
            test.name,
            number,
            json.dumps(dict(zip(test.columns, row, strict=True)), ensure_ascii=False),
        )
        for test in tests
        for number, row in enumerate(test.rows, 1)
    ]
    return Table("test_rows", "Rows that tests found", columns, rows, ("test",))


def exceptions_table(exceptions: Iterable[Row]) -> Table:
    """The exceptions as published, errors first."""
    columns = (
        Column("severity", "Severity", "status"),
        Column("code", "Code", "code"),
        Column("sku_id", "SKU", "code"),
        Column("supplier_id", "Supplier", "code"),
        Column("store_id", "Store", "code"),
        Column("warehouse_id", "Warehouse", "code"),
        Column("file_name", "File"),
        Column("quantity", "Quantity", "number"),
        Column("message", "In words"),
    )
    rows = [[row[column.name] for column in columns] for row in exceptions]
    return Table("exceptions", "Exceptions", columns, rows, ("severity", "code"))


@lru_cache(maxsize=1)
def described_checks() -> dict[str, dict[str, Any]]:
    """Unit, meaning and advice of each check, by name, from the mart's description."""
    document = yaml.safe_load(_MART.read_text("utf-8"))
    checks: dict[str, dict[str, Any]] = document["models"][0]["config"]["meta"][
        "checks"
    ]
    return checks
