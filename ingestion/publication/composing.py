"""Putting a version together from what the models exported, and reconciling it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ingestion.lake import Lake
from ingestion.planning.exports import ORDERS, Row, exported_rows
from ingestion.publication.documents import sorted_exceptions
from ingestion.publication.reconciliation import reconcile
from ingestion.publication.version_files import PlannedVersion


def compose(
    lake: Lake,
    business_date: date,
    version: int,
    former: Mapping[str, Row],
    build_id: str,
) -> PlannedVersion:
    """Put together what the models exported for a date, and hold it against the marts.

    Args:
        lake: holds the exports of the last build of the date.
        business_date: the date.
        version: number that the planned bears.
        former: orders of the version before, by supplier; none for a first one.
        build_id: the build that must have exported everything.

    Raises:
        ReconciliationError: something is missing, doubled, cut off, of another build,
            or not what the marts of the build hold.
    """

    def exported(name: str, *, by: str) -> list[Row]:
        """Rows in the order of the UTF-8 bytes of one column."""
        rows = exported_rows(lake, name, business_date, build_id)
        return sorted(rows, key=lambda row: str(row[by]).encode())

    orders = exported(ORDERS, by="supplier_id")
    present = {row["supplier_id"] for row in orders}
    planned = PlannedVersion(
        business_date=business_date,
        version=version,
        orders=orders,
        cancelled=[former[supplier] for supplier in former if supplier not in present],
        exceptions=sorted_exceptions(exported("exceptions", by="code")),
        demand=exported("demand", by="sku_id"),
        history=exported("history_used", by="used_date"),
        quality_checks=exported("quality_checks", by="check_name"),
        snapshots=exported("snapshots", by="warehouse_id"),
        figures={},
    )
    return replace(planned, figures=reconcile(planned, exported("figures", by="key")))
