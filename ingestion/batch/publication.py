"""Publishing a date: orders, exceptions and their manifest, all or nothing.

The version is built under ``versions/``, outside ``output/``, and its folder renamed
in when it is whole. A date counts as published when its folder has manifest.json.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ingestion.batch.canonical_json import Json, canonical_line, plain_number
from ingestion.batch.documents import (
    SCHEMA_VERSION,
    exceptions_csv,
    exceptions_json,
    sorted_exceptions,
    supplier_order,
)
from ingestion.batch.exports import Row, exported_rows
from ingestion.batch.volumes import remember_volumes
from ingestion.lake import Lake


@dataclass(frozen=True)
class Provenance:
    """What a version was made from, as its manifest records it.

    Attributes:
        inputs: files that count or were refused, without their names.
        master_data: digest of the master data the date was planned with.
        code: digests of models and macros, and of contracts.
    """

    inputs: list[dict[str, Json]]
    master_data: str
    rule_variables: Mapping[str, Json]
    code: Mapping[str, Json]


@dataclass(frozen=True)
class Published:
    """What a published version holds.

    Attributes:
        skus: SKUs planned, whether something had to be ordered or not.
        held: orders among them that wait for a person.
    """

    version: int
    skus: int
    orders: int
    held: int
    lines: int
    exceptions_by_code: dict[str, int]


def orders_folder(business_date: date) -> str:
    """Folder of a date's published orders and their manifest."""
    return f"output/supplier_orders/{business_date}"


def exceptions_path(business_date: date, ending: str) -> str:
    """Path of a date's published exceptions, as ``json`` or ``csv``."""
    return f"output/exceptions/{business_date}.{ending}"


def published_version(lake: Lake, business_date: date) -> int | None:
    """Version of a date that is published, or None."""
    path = f"{orders_folder(business_date)}/manifest.json"
    if not lake.exists(path):
        return None
    with lake.reader(path) as stream:
        return int(json.load(stream)["version"])


def publish(lake: Lake, business_date: date, provenance: Provenance) -> Published:
    """Make version 1 of a date from what the models exported.

    Raises:
        OSError: the lake refuses a write; then nothing of the date is visible.
    """
    version = 1
    orders = [
        supplier_order(row, version)
        for row in _exported(lake, "supplier_orders", business_date, by="supplier_id")
    ]
    exceptions = sorted_exceptions(exported_rows(lake, "exceptions", business_date))
    reports = {
        exceptions_path(business_date, "json"): exceptions_json(
            business_date, version, exceptions
        ),
        exceptions_path(business_date, "csv"): exceptions_csv(exceptions),
    }
    building = f"versions/_building/{business_date}"
    lake.delete(building)
    files = [_write_order(lake, building, order) for order in orders]
    files += [
        _file(path.removeprefix("output/"), content, len(exceptions))
        for path, content in reports.items()
    ]
    manifest = _manifest(lake, business_date, version, files, provenance)
    _write(lake, f"{building}/manifest.json", canonical_line(manifest))
    demand = _exported(lake, "demand", business_date, by="sku_id")
    _remember(lake, business_date, version, orders, demand)
    remember_volumes(lake, business_date, version)
    _make_visible(lake, business_date, building, reports)
    return Published(
        version=version,
        skus=len(demand),
        orders=len(orders),
        held=sum(order["status"] == "held" for order in orders),
        lines=sum(order["line_count"] for order in orders),
        exceptions_by_code=dict(Counter(row["code"] for row in exceptions)),
    )


def withdraw_reports(lake: Lake, business_date: date) -> None:
    """Remove the reports of a date that is not published.

    They come before the manifest, so a run that was killed may have left them.
    """
    for ending in ("json", "csv"):
        lake.delete(exceptions_path(business_date, ending))


def _make_visible(
    lake: Lake, business_date: date, building: str, reports: Mapping[str, bytes]
) -> None:
    """Put the reports in place, then the folder whose manifest makes them count."""
    try:
        for path, content in reports.items():
            _write(lake, path, content)
        lake.delete(orders_folder(business_date))  # without a manifest: not published
        lake.rename(building, orders_folder(business_date))
    except BaseException:
        # The last step may have been done when it failed, or was interrupted: a
        # manifest must not outlive the reports that it names.
        lake.delete(f"{orders_folder(business_date)}/manifest.json")
        lake.delete(orders_folder(business_date))
        withdraw_reports(lake, business_date)
        raise


def _manifest(
    lake: Lake,
    business_date: date,
    version: int,
    files: list[Json],
    provenance: Provenance,
) -> dict[str, Json]:
    history = list(_exported(lake, "history_used", business_date, by="used_date"))
    return {
        "schema_version": SCHEMA_VERSION,
        "business_date": str(business_date),
        "version": version,
        "files": files,
        "inputs": provenance.inputs,
        "master_data": {"sha256": provenance.master_data},
        "rule_variables": provenance.rule_variables,
        "code": provenance.code,
        "history": {
            purpose: [
                {"business_date": row["used_date"], "version": row["version"]}
                for row in history
                if row["purpose"] == purpose
            ]
            for purpose in ("spikes", "open_orders")
        },
    }


def _remember(
    lake: Lake,
    business_date: date,
    version: int,
    orders: list[Row],
    demand_rows: list[Row],
) -> None:
    """Keep what later dates look back at: demand, and lines still to arrive.

    Readers take a version of these files only when it is the published one, so
    files of a run that died before its manifest do no harm.
    """
    demand = (
        {"sku_id": row["sku_id"], "demand": plain_number(row["demand"])}
        for row in demand_rows
        if row["demand"] > 0
    )
    open_lines = (
        {
            "sku_id": line["sku_id"],
            "ordered_quantity": plain_number(line["ordered_quantity"]),
            "requested_delivery_date": order["requested_delivery_date"],
        }
        for order in orders
        if order["status"] == "released" and order["requested_delivery_date"]
        for line in order["lines"]
    )
    tables = {"published_demand": demand, "published_order_lines": open_lines}
    for name, rows in tables.items():
        content = b"".join(
            canonical_line({"version": str(version), **row}) for row in rows
        )
        _write(lake, f"manifests/{name}/{business_date}/v{version}.jsonl", content)


def _exported(lake: Lake, name: str, business_date: date, *, by: str) -> list[Row]:
    """Exported rows in the order of the UTF-8 bytes of one column."""
    rows = exported_rows(lake, name, business_date)
    return sorted(rows, key=lambda row: str(row[by]).encode())


def _write_order(lake: Lake, folder: str, order: Row) -> Json:
    name = f"{order['supplier']['supplier_id']}.json"
    content = canonical_line(order)
    _write(lake, f"{folder}/{name}", content)
    return _file(name, content, order["line_count"])


def _write(lake: Lake, path: str, content: bytes) -> None:
    with lake.writer(path, replace=True) as stream:
        stream.write(content)


def _file(name: str, content: bytes, lines: int) -> Json:
    return {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "lines": lines,
    }
