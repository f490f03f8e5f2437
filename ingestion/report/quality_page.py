"""What the quality page of a date says, in the order in which it is read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from ingestion.canonical_json import plain_number
from ingestion.config import PROJECT_DIR
from ingestion.report.charts import Chart, refusal_chart, volume_chart
from ingestion.report.facts import Facts
from ingestion.report.file_tables import why_refused
from ingestion.report.finding_tables import described_checks
from ingestion.report.headline import HELD, is_missing, is_unusual_volume
from ingestion.report.page import render, shown, spelled
from ingestion.report.tables import Table

_CODES = PROJECT_DIR / "seeds/exception_codes.csv"
_TOP = 5
UNKNOWN = "Not known: the run ended before."


@dataclass(frozen=True)
class Card:
    """One decision: how many, the first few, and where all of them are.

    Attributes:
        count: None where nobody knows.
        view: filters of the table that show them, as the address has them.
    """

    name: str
    label: str
    count: int | None
    top: Sequence[str]
    table: str
    view: str
    tone: str = "failed"
    note: str | None = None


def quality_page(
    facts: Facts, tables: Sequence[Table], headline: dict[str, Any]
) -> str:
    """The page of one date as HTML."""
    by_name = {table.name: table for table in tables}
    return render(
        "quality.html.j2",
        day=facts.business_date,
        day_spelled=spelled(facts.business_date),
        summary=facts.summary,
        headline_text=_headline_text(headline),
        cards=_cards(facts, headline),
        tables=_Absent(by_name),
        files_sentence=_files_sentence(facts, headline),
        volume_charts=_volume_charts(facts),
        refusal_chart=_refusal_chart(by_name.get("refusals")),
        codes=_codes({row["code"] for row in facts.exceptions or ()}),
        tests_with_findings=[
            test for test in facts.tests or () if test.status != "passed"
        ],
        described=described_checks(),
    )


class _Absent(dict[str, Table]):
    """Tables by name; one that is unknown is None in a template, not a mistake."""

    def __missing__(self, name: str) -> None:
        return None


def _headline_text(headline: dict[str, Any]) -> str:
    if headline["version"] is None:
        return f"Nothing was published; exit code {headline['exit_code']}."
    orders = headline["orders"]
    said = (
        ""
        if orders is None
        else f": {orders:,} orders, {headline['orders_held']:,} held"
    )
    return f"Version {headline['version']}{said}."


def _cards(facts: Facts, headline: dict[str, Any]) -> list[Card]:
    checks, exceptions = facts.checks or (), facts.exceptions or ()
    warned = headline["tests_warned"]
    return [
        Card(
            "files_refused",
            "Refused files",
            headline["files_refused"],
            _top(
                f"{file.feed}/{file.file_name}: {why_refused(file)}"
                for file in facts.files or ()
                if file.status == "quarantined"
            ),
            "files",
            "status=quarantined",
        ),
        Card(
            "sites_missing",
            "Missing shops and warehouses",
            headline["sites_missing"],
            _top(_site(row) for row in checks if is_missing(row)),
            "sites",
            "q=No+row+of+it",
        ),
        Card(
            "tests_failed",
            "Failed tests",
            headline["tests_failed"],
            _top(test.name for test in facts.tests or () if test.status == "failed"),
            "tests",
            "status=failed",
            note=f"{warned} warned" if warned else None,
        ),
        Card(
            "errors",
            "Errors among the exceptions",
            headline["errors"],
            _top(
                f"{row['code']}: {row['sku_id'] or row['file_name'] or row['message']}"
                for row in exceptions
                if row["severity"] == "error"
            ),
            "exceptions",
            "severity=error",
        ),
        Card(
            "orders_held",
            "Orders held",
            headline["orders_held"],
            _top(
                f"{row['supplier_id']}: {_amount(row)}"
                for row in exceptions
                if row["code"] == HELD
            ),
            "exceptions",
            f"code={HELD}",
            tone="warned",
        ),
        Card(
            "volumes_unusual",
            "Unusual volumes",
            headline["volumes_unusual"],
            _top(
                f"{_site(row)}: {row['message']}"
                for row in checks
                if is_unusual_volume(row)
            ),
            "checks",
            "status=warned&q=is+usual",
            tone="warned",
            note=_too_new(facts),
        ),
    ]


def _top(lines: Iterable[str]) -> list[str]:
    return list(islice(lines, _TOP))


def _site(row: dict[str, Any]) -> str:
    name = f" {row['scope_name']}" if row["scope_name"] else ""
    return f"{row['scope_id']}{name}"


def _amount(row: dict[str, Any]) -> str:
    total = row["quantity"]
    return "no total" if total is None else f"total {plain_number(total)}"


def _too_new(facts: Facts) -> str | None:
    unknown = sum(
        row["check_name"] in ("rows", "quantity") and row["status"] == "unknown"
        for row in facts.checks or ()
    )
    return f"{unknown} without enough earlier dates" if unknown else None


def _files_sentence(facts: Facts, headline: dict[str, Any]) -> str:
    if facts.files is None:
        return UNKNOWN
    statuses = [file.status for file in facts.files]
    if not statuses:
        return "No file of the date was received."
    said = ", ".join(
        f"{statuses.count(status):,} {status}" for status in sorted(set(statuses))
    )
    return (
        f"{len(statuses):,} files ({said}); {shown(headline['rows_accepted'])} rows "
        f"accepted, {shown(headline['rows_refused'])} refused."
    )


def _volume_charts(facts: Facts) -> list[Chart]:
    if facts.checks is None:
        return []
    return [
        volume_chart(facts.checks, "store", "Order rows"),
        volume_chart(facts.checks, "warehouse", "Stock rows"),
    ]


def _refusal_chart(refusals: Table | None) -> Chart | None:
    return refusal_chart(refusals) if refusals else None


def _codes(wanted: set[str]) -> list[dict[str, str]]:
    return [code for code in _all_codes() if code["code"] in wanted]


@lru_cache(maxsize=1)
def _all_codes() -> list[dict[str, str]]:
    with _CODES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
