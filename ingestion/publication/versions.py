"""The versions of a date: keeping the former one, and publishing the next.

A former version lies under ``versions/DATE/v<n>`` as it was published, so that every
name in its manifest is a path from there, with ``changes.json``: what the version
after it changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ingestion.canonical_json import Json, canonical_line
from ingestion.gate.drafts import copy
from ingestion.lake import Lake
from ingestion.planning.exports import Row
from ingestion.publication.change_journal import DateChange
from ingestion.publication.provenance import Provenance
from ingestion.publication.publishing import (
    Published,
    build_version,
    building_folder,
    exceptions_path,
    orders_folder,
    reports_of,
    what_is_published,
)
from ingestion.publication.remembered import REMEMBERED_ORDERS, remembered_path
from ingestion.publication.version_files import (
    PlannedVersion,
    exceptions_name,
    write_file,
)
from ingestion.publication.visible import check_visible

_ENDINGS = ("json", "csv")


def former_folder(business_date: date, version: int) -> str:
    """Folder of a version that is not the latest any longer."""
    return f"versions/{business_date}/v{version}"


def keeping_folder(business_date: date) -> str:
    """Where a version that is about to be replaced is put together."""
    return f"versions/_keeping/{business_date}"


def next_version(lake: Lake, business_date: date) -> int:
    """Number of the next version of a date of which nothing is published now.

    Where what was published is lost, and not what was made from it, that is the
    version that was lost.
    """
    kept = [
        int(name[1:]) + 1
        for name in lake.folders(f"versions/{business_date}")
        if name[:1] == "v" and name[1:].isdecimal()
    ]
    remembered = [
        int(file.name.removesuffix(".jsonl")[1:])
        for file in lake.files(f"manifests/{REMEMBERED_ORDERS}/{business_date}")
    ]
    return max([1, *kept, *remembered])


def orders_before(lake: Lake, business_date: date, version: int) -> dict[str, Row]:
    """The orders of the version before, by supplier, without lines; none before 1."""
    path = remembered_path(REMEMBERED_ORDERS, str(business_date), version - 1)
    if version == 1 or not lake.exists(path):
        return {}
    with lake.reader(path) as stream:
        orders = [json.loads(line, parse_float=Decimal) for line in stream]
    return {order["supplier"]["supplier_id"]: order for order in orders}


def published_contents(lake: Lake, business_date: date) -> dict[str, bytes]:
    """Every published file of a date but the manifest, by its name in there."""
    contents = {
        file.name: _content(lake, file.path)
        for file in lake.files(orders_folder(business_date))
        if file.name != "manifest.json"
    }
    for ending in _ENDINGS:
        path = exceptions_path(business_date, ending)
        if lake.exists(path):
            contents[exceptions_name(business_date, ending)] = _content(lake, path)
    return contents


def paths_of_publication(business_date: date) -> list[str]:
    """What a date has under ``output``, the folder with the manifest last."""
    reports = [exceptions_path(business_date, ending) for ending in _ENDINGS]
    return [*reports, orders_folder(business_date)]


def publish_next(
    lake: Lake,
    planned: PlannedVersion,
    provenance: Provenance,
    change: DateChange,
    changes: Json,
    master_data: Iterable[str],
) -> Published:
    """Publish a version in the place of the former one, which is kept.

    Args:
        lake: where the date is published.
        planned: the version to publish, one above the published one.
        provenance: what it was made from.
        change: begun for the version before; takes back what fails.
        changes: document of what differs from the former version.
        master_data: files of the former version's master data, if they changed.

    Raises:
        OSError: the lake refuses a write; the change is to be taken back.
        PublicationError: other bytes are there than were written; the same.
    """
    business_date = planned.business_date
    expected = build_version(lake, planned, provenance)
    _keep_former(lake, business_date, planned.version - 1, changes, master_data)
    # A moment without the folder: nobody can read a mix of the two versions.
    for path in reversed(paths_of_publication(business_date)):
        change.set_aside(path)
    for path, content in reports_of(planned).items():
        write_file(lake, path, content)
    lake.rename(building_folder(business_date), orders_folder(business_date))
    check_visible(lake, orders_folder(business_date), expected)
    return what_is_published(planned)


def _keep_former(
    lake: Lake,
    business_date: date,
    version: int,
    changes: Json,
    master_data: Iterable[str],
) -> None:
    keeping = keeping_folder(business_date)
    lake.delete(keeping)
    for file in lake.files(orders_folder(business_date)):
        copy(lake, file.path, f"{keeping}/{file.name}")
    for ending in _ENDINGS:
        source = exceptions_path(business_date, ending)
        copy(lake, source, f"{keeping}/{exceptions_name(business_date, ending)}")
    for path in master_data:
        copy(lake, path, f"{keeping}/master/{path.rpartition('/')[2]}")
    write_file(lake, f"{keeping}/changes.json", canonical_line(changes))
    lake.delete(former_folder(business_date, version))
    lake.rename(keeping, former_folder(business_date, version))


def _content(lake: Lake, path: str) -> bytes:
    with lake.reader(path) as stream:
        return stream.read()
