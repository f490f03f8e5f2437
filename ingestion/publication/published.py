"""What is published of a date, and where: its files, its manifest, its versions.

A date counts as published when its folder has manifest.json. A former version lies
under ``versions/DATE/v<n>`` as it was published, so that every name in its manifest is
a path from there.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.lake import Lake, read_file
from ingestion.publication.remembered import remembered_versions
from ingestion.publication.version_files import exceptions_name

_ENDINGS = ("json", "csv")


def orders_folder(business_date: date) -> str:
    """Folder of a date's published orders and their manifest."""
    return f"output/supplier_orders/{business_date}"


def exceptions_path(business_date: date, ending: str) -> str:
    """Path of a date's published exceptions, as ``json`` or ``csv``."""
    return f"output/{exceptions_name(business_date, ending)}"


def exceptions_paths(business_date: date) -> list[str]:
    """Both of them."""
    return [exceptions_path(business_date, ending) for ending in _ENDINGS]


def building_folder(business_date: date) -> str:
    """Where a version is put together before it is published."""
    return f"versions/_building/{business_date}"


def keeping_folder(business_date: date) -> str:
    """Where a version that is about to be replaced is put together."""
    return f"versions/_keeping/{business_date}"


def former_folder(business_date: date, version: int) -> str:
    """Folder of a version that is not the latest any longer."""
    return f"versions/{business_date}/v{version}"


def published_version(lake: Lake, business_date: date) -> int | None:
    """Version of a date that is published, or None."""
    manifest = published_manifest(lake, business_date)
    return None if manifest is None else int(manifest["version"])


def published_manifest(lake: Lake, business_date: date) -> dict[str, Any] | None:
    """The manifest of a date that is published, numbers as int or Decimal, or None."""
    path = f"{orders_folder(business_date)}/manifest.json"
    if not lake.exists(path):
        return None
    manifest: dict[str, Any] = json.loads(read_file(lake, path), parse_float=Decimal)
    return manifest


def published_contents(lake: Lake, business_date: date) -> dict[str, bytes]:
    """Every published file of a date but the manifest, by its name in there."""
    folder = orders_folder(business_date)
    paths = {file.name: file.path for file in lake.files(folder)}
    paths.pop("manifest.json", None)
    for path in exceptions_paths(business_date):
        if lake.exists(path):
            paths[path.removeprefix("output/")] = path
    return {name: read_file(lake, path) for name, path in paths.items()}


def recorded_history(manifest: dict[str, Any]) -> list[tuple[str, int]]:
    """The earlier dates that a version looked back at, each in the version of then."""
    return sorted(
        {
            (used["business_date"], int(used["version"]))
            for purpose in manifest["history"].values()
            for used in purpose
        }
    )


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
    return max([1, *kept, *remembered_versions(lake, business_date)])
