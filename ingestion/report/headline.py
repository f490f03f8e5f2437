"""The few figures of a date that decide whether somebody has to act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingestion.gate import COUNTED
from ingestion.report.facts import Facts

HELD = "below_min_order_value"


def headline(facts: Facts) -> dict[str, Any]:
    """Counts of one date as plain JSON values; None where nobody knows.

    What a reader of several dates needs, and all that is kept of a date for that.
    """
    summary = facts.summary
    return {
        "business_date": str(facts.business_date),
        "result": summary["result"],
        "exit_code": summary["exit_code"],
        "version": summary["version"],
        "files": _count(facts.files, lambda _: True),
        "files_refused": _count(facts.files, lambda file: file.status == "quarantined"),
        "rows_accepted": _rows(facts, "rows_accepted", COUNTED),
        "rows_refused": _rows(facts, "rows_refused", (*COUNTED, "quarantined")),
        "sites_missing": _count(facts.checks, is_missing),
        "volumes_unusual": _count(facts.checks, is_unusual_volume),
        "checks_failed": _count(facts.checks, lambda row: row["status"] == "failed"),
        "tests_failed": _tests(facts, "failed"),
        "tests_warned": _tests(facts, "warned"),
        "tests": None if facts.tests is None else len(facts.tests),
        "orders": summary["orders"],
        "orders_held": _count(facts.exceptions, lambda row: row["code"] == HELD),
        "errors": _count(facts.exceptions, lambda row: row["severity"] == "error"),
        "exceptions": _count(facts.exceptions, lambda _: True),
        "seconds": round(sum(summary["seconds"].values()), 1),
    }


def is_missing(check: dict[str, Any]) -> bool:
    """Whether a check says that a site of the master data delivered nothing."""
    return bool(
        check["check_name"] == "delivered"
        and check["expected"] == 1
        and check["value"] == 0
    )


def is_unusual_volume(check: dict[str, Any]) -> bool:
    """Whether a check says that a volume is far from that of earlier dates."""
    return check["check_name"] in ("rows", "quantity") and check["status"] == "warned"


def _count(rows: Any, is_wanted: Any) -> int | None:
    return None if rows is None else sum(map(is_wanted, rows))


def _rows(facts: Facts, which: str, statuses: Sequence[str]) -> int | None:
    if facts.files is None:
        return None
    counted = [file for file in facts.files if file.status in statuses]
    return int(sum(getattr(file, which) for file in counted))


def _tests(facts: Facts, status: str) -> int | None:
    return _count(facts.tests, lambda test: test.status == status)
