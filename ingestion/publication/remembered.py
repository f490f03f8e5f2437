"""What is kept of a version beside its files, for later dates and the next version.

``manifests/NAME/DATE/v<n>.jsonl``, beside the load history and not in the warehouse: a
date that is planned again where nothing was planned before must look back at the same.
Readers take a version of these files only when it is the published one, so that files
of a run that died before its manifest do no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from ingestion.canonical_json import Json, canonical_line, plain_number
from ingestion.lake import Lake, write_file
from ingestion.planning.exports import Row
from ingestion.publication.documents import cancelled_order
from ingestion.publication.provenance import Provenance
from ingestion.publication.version_files import PlannedVersion, open_lines

#: What is known of a version for its page; written by ``reported``.
REPORTS = "published_reports"
_ORDERS = "published_orders"
#: What a date looks back at earlier ones for, and what is kept of them for it.
HISTORY = {
    "spikes": "published_demand",
    "open_orders": "published_order_lines",
    "repeated_files": "published_files",
    "snapshots": "published_snapshots",
}
#: The checks of the quality mart whose values later dates are measured against.
_VOLUMES = ("rows", "quantity")
_VOLUME_KEY = ("check_name", "scope_kind", "scope_id")
#: SKUs of a snapshot in one line: engines read lines of 16 MiB at most.
_SKUS_PER_LINE = 10_000


def remembered_path(name: str, business_date: date | str, version: int) -> str:
    """Where something that is kept of a version lies."""
    return f"manifests/{name}/{business_date}/v{version}.jsonl"


def remembered_paths(business_date: date, version: int) -> list[str]:
    """Everything that is kept of a version."""
    return [
        remembered_path(name, business_date, version)
        for name in (*HISTORY.values(), "published_volumes", _ORDERS, REPORTS)
    ]


def remember(lake: Lake, planned: PlannedVersion, provenance: Provenance) -> None:
    """Write what later dates and the next version look back at.

    Demand, lines still to arrive, files that count, SKUs of each warehouse, and
    volumes, which later dates expect again; the orders without their lines, as the
    next version takes them back where it has none of the supplier.
    """

    def write(name: str, rows: Iterable[Json]) -> None:
        path = remembered_path(name, planned.business_date, planned.version)
        write_file(lake, path, b"".join(map(canonical_line, rows)))

    version = {"version": str(planned.version)}
    write(
        "published_demand",
        (
            {**version, "sku_id": row["sku_id"], "demand": plain_number(row["demand"])}
            for row in planned.demand
            if row["demand"] > 0
        ),
    )
    write(
        "published_order_lines",
        (
            {
                **version,
                "sku_id": line["sku_id"],
                "ordered_quantity": plain_number(line["ordered_quantity"]),
                "requested_delivery_date": order["requested_delivery_date"],
            }
            for order, line in open_lines(planned.documents)
        ),
    )
    write(
        "published_files",
        (
            {**version, "feed": file["feed"], "sha256": file["sha256"]}
            for file in provenance.inputs
            if file["rows_accepted"]
        ),
    )
    write(
        "published_snapshots",
        ({**version, **part} for part in _snapshot_parts(planned.snapshots)),
    )
    write(
        "published_volumes",
        (
            {
                **version,
                **{name: row[name] for name in _VOLUME_KEY},
                "value": plain_number(row["value"]),
            }
            for row in sorted(planned.quality_checks, key=_volume_order)
            if row["check_name"] in _VOLUMES
        ),
    )
    write(
        _ORDERS,
        (cancelled_order(order, planned.version) for order in planned.documents),
    )


def remembered_versions(lake: Lake, business_date: date) -> list[int]:
    """Versions of a date that something is kept of."""
    files = lake.files(f"manifests/{_ORDERS}/{business_date}")
    return [int(file.name.removesuffix(".jsonl")[1:]) for file in files]


def orders_before(lake: Lake, business_date: date, version: int) -> dict[str, Row]:
    """The orders of the version before, by supplier, without lines; none before 1."""
    path = remembered_path(_ORDERS, business_date, version - 1)
    if version == 1 or not lake.exists(path):
        return {}
    with lake.reader(path) as stream:
        orders = [json.loads(line, parse_float=Decimal) for line in stream]
    return {order["supplier"]["supplier_id"]: order for order in orders}


def _snapshot_parts(snapshots: Iterable[Row]) -> Iterator[dict[str, Json]]:
    """The SKUs of each warehouse, in parts."""
    for row in snapshots:
        skus = row["sku_ids"]
        for part, start in enumerate(range(0, len(skus), _SKUS_PER_LINE), start=1):
            yield {
                "warehouse_id": row["warehouse_id"],
                "part": str(part),
                "sku_ids": skus[start : start + _SKUS_PER_LINE],
            }


def _volume_order(row: Row) -> list[bytes]:
    return [str(row[name]).encode() for name in _VOLUME_KEY]
