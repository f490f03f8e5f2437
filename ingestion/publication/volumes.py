"""How much each store, warehouse and feed delivered, kept for the dates to come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ingestion.canonical_json import canonical_line, plain_number
from ingestion.lake import Lake
from ingestion.planning.exports import Row

#: The checks of the quality mart whose values later dates are measured against.
VOLUMES = ("rows", "quantity")
_KEY = ("check_name", "scope_kind", "scope_id")


def remember_volumes(
    lake: Lake, business_date: date, version: int, quality_checks: Iterable[Row]
) -> None:
    """Write what a version of a date measured: one line per volume, in a fixed order.

    Beside the load history, and not in the warehouse: a date that is planned again
    where nothing was planned before must expect the same.
    """
    rows = sorted(
        (row for row in quality_checks if row["check_name"] in VOLUMES), key=_order
    )
    lines = (
        canonical_line(
            {
                "version": str(version),
                **{name: row[name] for name in _KEY},
                "value": plain_number(row["value"]),
            }
        )
        for row in rows
    )
    path = f"manifests/published_volumes/{business_date}/v{version}.jsonl"
    with lake.writer(path, replace=True) as stream:
        stream.write(b"".join(lines))


def _order(row: Row) -> list[bytes]:
    return [str(row[name]).encode() for name in _KEY]
