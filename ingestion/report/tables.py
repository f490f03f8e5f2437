"""The tables of a report: the same for the page, the CSV files and the workbook."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml

from ingestion.batch.exports import Row
from ingestion.config import PROJECT_DIR
from ingestion.gate import ReceivedFile
from ingestion.report.facts import Facts

Cell = str | int | Decimal | None
_MART = PROJECT_DIR / "models/marts/quality/fct_quality_checks.yml"
_STATUS_OF_FILE = {"accepted": "passed", "partial": "warned", "quarantined": "failed"}
_WORST_FIRST = ("failed", "warned", "unknown", "passed")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        kind: text, number, status (a word that has a colour) or code (as written).
    """

    name: str
    label: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows under a heading, the worst first.

    Attributes:
        name: of its files, and of its place on the page.
        filters: columns of few values, which the page offers to choose from.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    filters: tuple[str, ...] = ()

    def column(self, name: str) -> list[Cell]:
        """The cells of one column, in the order of the rows."""
        position = [column.name for column in self.columns].index(name)
        return [row[position] for row in self.rows]


def tables_of(facts: Facts) -> list[Table]:
    """Every table that can be told of the date; what is unknown is left out."""
    tables = [_files(facts.files), _reasons(facts.files), _examples(facts)]
    if facts.checks is not None:
        tables += [_sites(facts.checks), _checks(facts.checks)]
    if facts.tests is not None:
        tables += [_tests(facts), _found_rows(facts)]
    if facts.exceptions is not None:
        tables.append(_exceptions(facts.exceptions))
    return tables


#: Names of all tables, also of those that a date does not have.
TABLES = (
    "files",
    "refusals",
    "refused_rows",
    "sites",
    "checks",
    "tests",
    "test_rows",
    "exceptions",
)


def _files(files: Iterable[ReceivedFile]) -> Table:
    columns = (
        Column("status", "Status", "status"),
        Column("feed", "Feed"),
        Column("file_name", "File"),
        Column("rows_read", "Rows read", "number"),
        Column("rows_accepted", "Accepted", "number"),
        Column("rows_refused", "Refused", "number"),
        Column("sites", "Stores or warehouses"),
        Column("first_error", "First error"),
        Column("why", "Why refused"),
        Column("sha256", "sha256", "code"),
    )
    return Table(
        "files",
        "Files received",
        columns,
        sorted((_file(file) for file in files), key=_file_order),
        filters=("status", "feed"),
    )


def _file(file: ReceivedFile) -> tuple[Cell, ...]:
    where = f"line {file.first_error_line}" if file.first_error_line else ""
    where += f", {file.first_error_column}" if file.first_error_column else ""
    why = f": {file.first_error_reason}" if where and file.first_error_reason else ""
    return (
        file.status,
        file.feed,
        file.file_name,
        file.rows_read,
        file.rows_accepted,
        file.rows_refused,
        ", ".join(file.site_ids) or None,
        f"{where}{why}" or None,
        file.reason_message or file.reason,
        file.sha256[:12] if file.sha256 else None,
    )


def _file_order(row: Sequence[Cell]) -> tuple[int, list[str]]:
    status = _STATUS_OF_FILE.get(str(row[0]), "unknown")
    return _WORST_FIRST.index(status), [str(row[1]), str(row[2]), str(row[9])]


def _reasons(files: Iterable[ReceivedFile]) -> Table:
    rows: Counter[tuple[str, str]] = Counter()
    senders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for file in files:
        if file.status in ("partial", "quarantined"):
            for reason, count in file.refused_by_reason.items():
                rows[file.feed, reason] += count
                senders[file.feed, reason].add(file.file_name)
            if not file.refused_by_reason:
                rows[file.feed, str(file.reason)] += 0
                senders[file.feed, str(file.reason)].add(file.file_name)
    columns = (
        Column("reason", "Reason", "code"),
        Column("feed", "Feed"),
        Column("rows_refused", "Rows", "number"),
        Column("files", "Files", "number"),
    )
    found = [
        (reason, feed, count, len(senders[feed, reason]))
        for (feed, reason), count in rows.items()
    ]
    found.sort(key=lambda row: (-row[2], row[0], row[1]))
    return Table("refusals", "Refusals by reason", columns, found)


def _examples(facts: Facts) -> Table:
    columns = (
        Column("reason", "Reason", "code"),
        Column("file_name", "File"),
        Column("line", "Line", "number"),
        Column("column", "Column", "code"),
        Column("value", "Value", "code"),
        Column("raw", "Row as received", "code"),
    )
    rows = [
        (one.reason, one.file_name, one.line, one.column, one.value, one.raw)
        for one in facts.rejects
    ]
    return Table("refused_rows", "Refused rows, examples", columns, rows, ("reason",))


def _sites(checks: Iterable[Row]) -> Table:
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
    rows.sort(key=lambda row: _WORST_FIRST.index(str(row[0])))
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


def _checks(checks: Iterable[Row]) -> Table:
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


def _tests(facts: Facts) -> Table:
    columns = (
        Column("status", "Status", "status"),
        Column("test", "Test", "code"),
        Column("found", "Rows found", "number"),
        Column("claim", "What its rows are"),
        Column("path", "Stands in", "code"),
    )
    rows = [
        (test.status, test.name, test.found, test.claim or None, test.path)
        for test in facts.tests or ()
    ]
    rows.sort(key=lambda row: (_WORST_FIRST.index(row[0]), row[1]))
    return Table("tests", "Data tests", columns, rows, ("status",))


def _found_rows(facts: Facts) -> Table:
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
        for test in facts.tests or ()
        for number, row in enumerate(test.rows, 1)
    ]
    return Table("test_rows", "Rows that tests found", columns, rows, ("test",))


def _exceptions(exceptions: Iterable[Row]) -> Table:
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
