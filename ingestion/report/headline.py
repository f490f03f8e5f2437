"""The few figures of a date that decide whether somebody has to act."""

from __future__ import annotations

from typing import Any

from ingestion.gate import rows_accepted, rows_refused
from ingestion.report.facts import Facts

HELD = "below_min_order_value"


def headline(facts: Facts) -> dict[str, Any]:
    """Counts of one date as plain JSON values; None where nobody knows.

    What a reader of several dates needs, and all that is kept of a date for that.
    """
    summary, files = facts.summary, facts.files
    return {
        "business_date": str(facts.business_date),
        "result": summary["result"],
        "exit_code": summary["exit_code"],
        "version": summary["version"],
        "files": _count(files, lambda _: True),
        "files_refused": _count(files, lambda file: file.status == "quarantined"),
        "rows_accepted": None if files is None else rows_accepted(files),
        "rows_refused": None if files is None else rows_refused(files),
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


def _tests(facts: Facts, status: str) -> int | None:
    return _count(facts.tests, lambda test: test.status == status)
