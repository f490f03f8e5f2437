"""The few figures of a date that decide whether somebody has to act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from typing import Any

from ingestion.gate import rows_accepted, rows_refused
from ingestion.report.facts import Facts

HELD = "below_min_order_value"


def findings(facts: Facts) -> dict[str, list[Any] | None]:
    """What asks for a decision, by the name of its figure; None where nobody knows."""
    checks, exceptions, tests = facts.checks, facts.exceptions, facts.tests
    return {
        "files_refused": _those(facts.files, lambda one: one.status == "quarantined"),
        "sites_missing": _those(checks, _is_missing),
        "volumes_unusual": _those(checks, lambda row: _is_volume(row, "warned")),
        "volumes_unknown": _those(checks, lambda row: _is_volume(row, "unknown")),
        "checks_failed": _those(checks, lambda row: row["status"] == "failed"),
        "tests_failed": _those(tests, lambda test: test.status == "failed"),
        "tests_warned": _those(tests, lambda test: test.status == "warned"),
        "orders_held": _those(exceptions, lambda row: row["code"] == HELD),
        "errors": _those(exceptions, lambda row: row["severity"] == "error"),
    }


def headline(facts: Facts) -> dict[str, Any]:
    """Counts of one date as plain JSON values; None where nobody knows.

    What a reader of several dates needs, and all that is kept of a date for that.
    """
    summary, files = facts.summary, facts.files
    names = ("result", "exit_code", "version", "orders")
    return {
        "business_date": str(facts.business_date),
        **{name: summary[name] for name in names},
        "files": _count(files),
        "rows_accepted": None if files is None else rows_accepted(files),
        "rows_refused": None if files is None else rows_refused(files),
        "tests": _count(facts.tests),
        "exceptions": _count(facts.exceptions),
        **{name: _count(found) for name, found in findings(facts).items()},
        "seconds": round(sum(summary["seconds"].values()), 1),
    }


def _is_missing(check: dict[str, Any]) -> bool:
    """Whether a check says that a site of the master data delivered nothing."""
    is_wanted = check["check_name"] == "delivered" and check["expected"] == 1
    return bool(is_wanted and check["value"] == 0)


def _is_volume(check: dict[str, Any], status: str) -> bool:
    return check["check_name"] in ("rows", "quantity") and check["status"] == status


def _those(
    items: Iterable[Any] | None, are_wanted: Callable[[Any], bool]
) -> list[Any] | None:
    return None if items is None else list(filter(are_wanted, items))


def _count(items: Sized | None) -> int | None:
    return None if items is None else len(items)
