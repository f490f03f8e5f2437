"""Publishing a version of a date: orders, exceptions and manifest, all or nothing.

The version is built under ``versions/``, outside ``output/``, and its folder renamed
in when it is whole; then it is read back. A former version is kept before it gives way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from ingestion.canonical_json import Json, canonical_line
from ingestion.errors import PublicationError
from ingestion.gate.provisional_files import copy
from ingestion.lake import Lake, read_file, write_file
from ingestion.master_data.capture import capture_folder
from ingestion.publication.change_journal import DateChange
from ingestion.publication.documents import SCHEMA_VERSION
from ingestion.publication.provenance import Provenance
from ingestion.publication.published import (
    building_folder,
    exceptions_paths,
    former_folder,
    keeping_folder,
    orders_folder,
)
from ingestion.publication.reconciliation import figures_document
from ingestion.publication.remembered import HISTORY, remember
from ingestion.publication.version_files import PlannedVersion, Published


def publish(lake: Lake, planned: PlannedVersion, provenance: Provenance) -> Published:
    """Publish a version of a date of which none is published.

    Raises:
        OSError: the lake refuses a write; then nothing of the date is visible.
        PublicationError: other bytes are there than were written; the same.
    """
    day = planned.business_date
    expected = _build(lake, planned, provenance)
    try:
        _make_visible(lake, day, expected)
    except BaseException:
        # The last step may have been done when it failed, or was interrupted: a
        # manifest must not outlive the reports that it names.
        manifest = f"{orders_folder(day)}/manifest.json"
        with suppress(OSError):  # what stopped the step may stop this as well
            lake.delete(manifest)
            lake.delete(orders_folder(day))
        if not lake.exists(manifest):
            withdraw_reports(lake, day)
        raise
    return planned.published()


def publish_next(
    lake: Lake,
    planned: PlannedVersion,
    provenance: Provenance,
    change: DateChange,
    changes: Json,
) -> Published:
    """Publish a version in the place of the former one, which is kept.

    Args:
        lake: where the date is published.
        planned: the version to publish, one above the published one.
        provenance: what it was made from.
        change: begun for the version before; takes back what fails.
        changes: document of what differs from the former version.

    Raises:
        OSError: the lake refuses a write; the change is to be taken back.
        PublicationError: other bytes are there than were written; the same.
    """
    day = planned.business_date
    expected = _build(lake, planned, provenance)
    _keep_former(lake, day, planned.version - 1, change, changes)
    # A moment without the folder: nobody can read a mix of the two versions.
    for path in (orders_folder(day), *exceptions_paths(day)):
        change.set_aside(path)
    _make_visible(lake, day, expected)
    return planned.published()


def withdraw_reports(lake: Lake, business_date: date) -> None:
    """Remove the reports of a date that is not published.

    They come before the manifest, so a run that was killed may have left them.
    """
    for path in exceptions_paths(business_date):
        lake.delete(path)


def _build(
    lake: Lake, planned: PlannedVersion, provenance: Provenance
) -> dict[str, bytes]:
    """Write the orders' folder where no reader looks, its manifest last.

    Returns:
        Everything that is to be visible, by its path under ``output``.
    """
    folder = orders_folder(planned.business_date)
    building = building_folder(planned.business_date)
    lake.delete(building)
    expected = {
        f"output/{name}" if "/" in name else f"{folder}/{name}": file.content
        for name, file in planned.files.items()
    }

    def write(path: str) -> None:
        write_file(lake, path.replace(folder, building), expected[path])

    list(lake.each(write, [path for path in expected if path.startswith(folder)]))
    remember(lake, planned, provenance)
    manifest = f"{folder}/manifest.json"
    expected[manifest] = canonical_line(_manifest(planned, provenance))
    write(manifest)
    return expected


def _make_visible(
    lake: Lake, business_date: date, expected: Mapping[str, bytes]
) -> None:
    """Put the reports in place, then the folder whose manifest makes them count."""
    for path in exceptions_paths(business_date):
        write_file(lake, path, expected[path])
    folder = orders_folder(business_date)
    lake.delete(folder)  # without a manifest: not published
    lake.rename(building_folder(business_date), folder)
    _read_back(lake, folder, expected)


def _read_back(lake: Lake, folder: str, expected: Mapping[str, bytes]) -> None:
    """Compare what is visible with what was written, by length and sha256.

    Raises:
        PublicationError: a file is missing, too many, or other than it was written.
    """
    surplus = {file.path for file in lake.files(folder)} - expected.keys()
    wrong = [f"{path} should not be there" for path in sorted(surplus)]

    def difference(path: str) -> str | None:
        try:
            found = _told(read_file(lake, path))
        except FileNotFoundError:
            found = "missing"
        written = _told(expected[path])
        return None if found == written else f"{path} is {found}, written was {written}"

    wrong += [text for text in lake.each(difference, sorted(expected)) if text]
    if wrong:
        raise PublicationError(
            "\n".join(
                [
                    f"{folder} does not read back as it was written; the version was "
                    "withdrawn.",
                    *(f"  {text}" for text in wrong),
                    f"See that {lake.root} keeps what it is given (space, disks, its "
                    "log), then run again.",
                ]
            )
        )


def _told(content: bytes) -> str:
    return f"{len(content)} bytes with sha256 {hashlib.sha256(content).hexdigest()}"


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


def _keep_former(
    lake: Lake, business_date: date, version: int, change: DateChange, changes: Json
) -> None:
    """Copy a version to where former ones lie, with what the next one changes.

    Also its master data, where the change has set them aside.
    """
    keeping = keeping_folder(business_date)
    lake.delete(keeping)
    for file in lake.files(orders_folder(business_date)):
        copy(lake, file.path, f"{keeping}/{file.name}")
    for path in exceptions_paths(business_date):
        copy(lake, path, f"{keeping}/{path.removeprefix('output/')}")
    for file in lake.files(change.path_aside(capture_folder(business_date))):
        copy(lake, file.path, f"{keeping}/master/{file.name}")
    write_file(lake, f"{keeping}/changes.json", canonical_line(changes))
    lake.delete(former_folder(business_date, version))
    lake.rename(keeping, former_folder(business_date, version))
