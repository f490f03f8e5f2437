"""What is kept of each published version for later dates, beside the load history.

Not in the warehouse: a date that is planned again where nothing was planned before has
to look back at the same. Readers take a version of these files only when it is the one
that is published, so that files of a run that died before its manifest do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ingestion.canonical_json import Json, canonical_line, plain_number
from ingestion.lake import Lake
from ingestion.planning.exports import Row
from ingestion.publication.documents import cancelled_order
from ingestion.publication.provenance import Provenance
from ingestion.publication.version_files import (
    PlannedVersion,
    open_lines,
    write_file,
)

#: Orders of each version, without lines, for the version after it.
REMEMBERED_ORDERS = "published_orders"
#: What a date looks back at earlier ones for, and what is kept of them for it.
HISTORY = {
    "spikes": "published_demand",
    "open_orders": "published_order_lines",
    "repeated_files": "published_files",
    "snapshots": "published_snapshots",
}
#: The checks of the quality mart whose values later dates are measured against.
_VOLUMES = ("rows", "quantity")
_KEY_OF_VOLUME = ("check_name", "scope_kind", "scope_id")
#: SKUs of a snapshot in one line: engines read lines of 16 MiB at most.
_SKUS_PER_LINE = 10_000


def remember(lake: Lake, planned: PlannedVersion, provenance: Provenance) -> None:
    """Keep what later dates look back at of a version that is about to be published."""
    tables = {
        "published_demand": _demand(planned),
        "published_order_lines": _still_to_arrive(planned),
        "published_files": _files(provenance),
        "published_snapshots": _snapshots(planned),
        "published_volumes": _volumes(planned),
    }
    day = str(planned.business_date)
    for name, rows in tables.items():
        content = b"".join(
            canonical_line({"version": str(planned.version), **row}) for row in rows
        )
        write_file(lake, remembered_path(name, day, planned.version), content)
    # As the next version takes them back, if it has none of the supplier.
    orders = (cancelled_order(order, planned.version) for order in planned.documents)
    path = remembered_path(REMEMBERED_ORDERS, day, planned.version)
    write_file(lake, path, b"".join(map(canonical_line, orders)))


def _demand(planned: PlannedVersion) -> Iterator[dict[str, Json]]:
    for row in planned.demand:
        if row["demand"] > 0:
            yield {"sku_id": row["sku_id"], "demand": plain_number(row["demand"])}


def _still_to_arrive(planned: PlannedVersion) -> Iterator[dict[str, Json]]:
    for order, line in open_lines(planned.documents):
        yield {
            "sku_id": line["sku_id"],
            "ordered_quantity": plain_number(line["ordered_quantity"]),
            "requested_delivery_date": order["requested_delivery_date"],
        }


def _files(provenance: Provenance) -> Iterator[dict[str, Json]]:
    """Files of which rows count, known by their bytes."""
    for file in provenance.inputs:
        if file["rows_accepted"]:
            yield {"feed": file["feed"], "sha256": file["sha256"]}


def _snapshots(planned: PlannedVersion) -> Iterator[dict[str, Json]]:
    """The SKUs of each warehouse, in parts."""
    for row in planned.snapshots:
        skus = row["sku_ids"]
        for part, start in enumerate(range(0, len(skus), _SKUS_PER_LINE), start=1):
            yield {
                "warehouse_id": row["warehouse_id"],
                "part": str(part),
                "sku_ids": skus[start : start + _SKUS_PER_LINE],
            }


def _volumes(planned: PlannedVersion) -> Iterator[dict[str, Json]]:
    """How much each store, warehouse and feed delivered, in a fixed order."""
    rows = (row for row in planned.quality_checks if row["check_name"] in _VOLUMES)
    for row in sorted(rows, key=_by_volume):
        yield {
            **{name: row[name] for name in _KEY_OF_VOLUME},
            "value": plain_number(row["value"]),
        }


def _by_volume(row: Row) -> list[bytes]:
    return [str(row[name]).encode() for name in _KEY_OF_VOLUME]


def remembered_path(name: str, business_date: str, version: int) -> str:
    """Where one kind of what is kept of a version lies."""
    return f"manifests/{name}/{business_date}/v{version}.jsonl"


def remembered_paths(business_date: date, version: int) -> list[str]:
    """Everything that is kept of a version for later dates."""
    names: Iterable[str] = (*HISTORY.values(), "published_volumes", REMEMBERED_ORDERS)
    return [remembered_path(name, str(business_date), version) for name in names]
