"""Publishing a date: orders, exceptions and their manifest, all or nothing.

The version is built under ``versions/``, outside ``output/``, and its folder renamed
in when it is whole. A date counts as published when its folder has manifest.json.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.canonical_json import Json, canonical_line
from ingestion.lake import Lake
from ingestion.publication.documents import SCHEMA_VERSION
from ingestion.publication.provenance import Provenance
from ingestion.publication.reconciliation import figures_document
from ingestion.publication.remembered import HISTORY, remember
from ingestion.publication.version_files import (
    PlannedVersion,
    exceptions_name,
    write_file,
)
from ingestion.publication.visible import check_visible


@dataclass(frozen=True)
class Published:
    """What a published version holds.

    Attributes:
        skus: SKUs planned, whether something had to be ordered or not.
        orders: those with lines.
        held: orders among them that wait for a person.
        cancelled: orders of the former version that are taken back.
    """

    version: int
    skus: int
    orders: int
    held: int
    lines: int
    exceptions_by_code: dict[str, int]
    cancelled: int = 0


def orders_folder(business_date: date) -> str:
    """Folder of a date's published orders and their manifest."""
    return f"output/supplier_orders/{business_date}"


def exceptions_path(business_date: date, ending: str) -> str:
    """Path of a date's published exceptions, as ``json`` or ``csv``."""
    return f"output/{exceptions_name(business_date, ending)}"


def published_version(lake: Lake, business_date: date) -> int | None:
    """Version of a date that is published, or None."""
    manifest = published_manifest(lake, business_date)
    return None if manifest is None else int(manifest["version"])


def published_manifest(lake: Lake, business_date: date) -> dict[str, Any] | None:
    """The manifest of a date that is published, numbers as int or Decimal, or None."""
    path = f"{orders_folder(business_date)}/manifest.json"
    if not lake.exists(path):
        return None
    with lake.reader(path) as stream:
        manifest: dict[str, Any] = json.loads(stream.read(), parse_float=Decimal)
    return manifest


def recorded_history(manifest: dict[str, Any]) -> list[tuple[str, int]]:
    """The earlier dates that a version looked back at, each in the version of then."""
    return sorted(
        {
            (used["business_date"], int(used["version"]))
            for purpose in manifest["history"].values()
            for used in purpose
        }
    )


def publish(lake: Lake, planned: PlannedVersion, provenance: Provenance) -> Published:
    """Make the first version of a date that there is.

    Raises:
        OSError: the lake refuses a write; then nothing of the date is visible.
        PublicationError: other bytes are there than were written; the same.
    """
    _make_visible(lake, planned, build_version(lake, planned, provenance))
    return what_is_published(planned)


def build_version(
    lake: Lake, planned: PlannedVersion, provenance: Provenance
) -> dict[str, bytes]:
    """Write a version where no reader looks, its manifest last.

    The reports of exceptions, which lie outside of the orders' folder, are not
    written yet.

    Returns:
        Everything that is to be visible, by its path under ``output``.
    """
    building = building_folder(planned.business_date)
    lake.delete(building)
    reports = reports_of(planned)
    orders = [name for name in planned.files if f"output/{name}" not in reports]

    def write_order(name: str) -> None:
        write_file(lake, f"{building}/{name}", planned.files[name].content)

    list(lake.each(write_order, orders))
    remember(lake, planned, provenance)
    manifest = canonical_line(_manifest(planned, provenance))
    write_file(lake, f"{building}/manifest.json", manifest)
    folder = orders_folder(planned.business_date)
    return {
        **{f"{folder}/{name}": planned.files[name].content for name in orders},
        **reports,
        f"{folder}/manifest.json": manifest,
    }


def building_folder(business_date: date) -> str:
    """Where a version is put together before it is published."""
    return f"versions/_building/{business_date}"


def reports_of(planned: PlannedVersion) -> dict[str, bytes]:
    """The published reports of exceptions, by their path."""
    files = planned.files
    day = planned.business_date
    return {
        exceptions_path(day, ending): files[exceptions_name(day, ending)].content
        for ending in ("json", "csv")
    }


def what_is_published(planned: PlannedVersion) -> Published:
    """The figures of a version."""
    orders = planned.documents
    return Published(
        version=planned.version,
        skus=len(planned.demand),
        orders=sum(order["status"] != "cancelled" for order in orders),
        held=sum(order["status"] == "held" for order in orders),
        lines=sum(order["line_count"] for order in orders),
        exceptions_by_code=planned.exceptions_by_code(),
        cancelled=len(planned.cancelled),
    )


def withdraw_reports(lake: Lake, business_date: date) -> None:
    """Remove the reports of a date that is not published.

    They come before the manifest, so a run that was killed may have left them.
    """
    for ending in ("json", "csv"):
        lake.delete(exceptions_path(business_date, ending))


def _make_visible(
    lake: Lake, planned: PlannedVersion, expected: Mapping[str, bytes]
) -> None:
    """Put the reports in place, then the folder whose manifest makes them count."""
    business_date = planned.business_date
    try:
        for path, content in reports_of(planned).items():
            write_file(lake, path, content)
        lake.delete(orders_folder(business_date))  # without a manifest: not published
        lake.rename(building_folder(business_date), orders_folder(business_date))
        check_visible(lake, orders_folder(business_date), expected)
    except BaseException:
        # The last step may have been done when it failed, or was interrupted: a
        # manifest must not outlive the reports that it names.
        manifest = f"{orders_folder(business_date)}/manifest.json"
        with suppress(OSError):  # what stopped the step may stop this as well
            lake.delete(manifest)
            lake.delete(orders_folder(business_date))
        if not lake.exists(manifest):
            withdraw_reports(lake, business_date)
        raise


def _manifest(planned: PlannedVersion, provenance: Provenance) -> dict[str, Json]:
    return {
        "schema_version": SCHEMA_VERSION,
        "business_date": str(planned.business_date),
        "version": planned.version,
        "files": [
            {
                "name": name,
                "sha256": hashlib.sha256(file.content).hexdigest(),
                "lines": file.lines,
            }
            for name, file in planned.files.items()
        ],
        "inputs": provenance.inputs,
        "master_data": {"sha256": provenance.master_data},
        "rule_variables": provenance.rule_variables,
        "code": provenance.code,
        "history": {
            purpose: [
                {"business_date": row["used_date"], "version": row["version"]}
                for row in planned.history
                if row["purpose"] == purpose
            ]
            for purpose in HISTORY
        },
        "reconciliation": figures_document(planned.figures),
    }
