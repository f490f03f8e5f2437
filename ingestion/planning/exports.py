"""Reading back what the models exported, with every number exact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.errors import ReconciliationError
from ingestion.lake import Lake, read_file

Row = dict[str, Any]

#: The export that has a folder of its own; the others are parts of ``results``.
ORDERS = "supplier_orders"


def exported_rows(
    lake: Lake, name: str, business_date: date, build_id: str | None = None
) -> Iterator[Row]:
    """Rows of one export of a date: JSON values, numbers as int or Decimal.

    The rows come in no particular order; a date without rows has no files.

    Args:
        lake: holds the exports of the last build of the date.
        name: ``supplier_orders``, or the name of one of the other results.
        business_date: the date.
        build_id: the build whose rows they have to be; not given, any build's.

    Raises:
        ReconciliationError: a file is cut off, or a row is of another build or date.
    """
    export = name if name == ORDERS else "results"
    folder = f"export/{export}/business_date={business_date}"
    parts = lake.folders(folder) if name == ORDERS else [f"name={name}"]

    def rows_of(part: str) -> list[Row]:
        return [
            _row(line, f"{lake.root}/{file.path}", business_date, build_id)
            for file in lake.files(f"{folder}/{part}")
            for line in _lines(lake, file.path)
        ]

    for rows in lake.each(rows_of, parts):
        yield from rows


def _lines(lake: Lake, path: str) -> Iterator[bytes]:
    with lake.reader(path) as stream:
        yield from stream


def _row(line: bytes, path: str, business_date: date, build_id: str | None) -> Row:
    try:
        document = json.loads(line, parse_float=Decimal)
        build, day = document["build"], document["business_date"]
        row: Row = document["row"]
    except (ValueError, TypeError, KeyError) as error:
        raise ReconciliationError(
            f"{business_date}: {path} is cut off, or no export of this version of the "
            f"project ({type(error).__name__}: {error}). Nothing was published; run "
            "the date again."
        ) from error
    if build_id is not None and (build, day) != (build_id, str(business_date)):
        raise ReconciliationError(
            f"{business_date}: {path} was exported for {day} by the build {build}, not "
            f"by {build_id}, which is to be published. Nothing was published; run the "
            "date again, and nothing else that builds it meanwhile."
        )
    return row


def clear_exports(lake: Lake, business_date: date) -> None:
    """Remove what any earlier build of a date exported, whole or not.

    An insert of Trino that was killed leaves files in folders that no table knows of,
    which a delete therefore passes over: read with the next export, they would double
    the orders.
    """
    for name in lake.folders("export"):
        lake.delete(f"export/{name}/business_date={business_date}")


def exports_digest(lake: Lake, business_date: date) -> str:
    """SHA-256 that changes when anything that was exported for a date does.

    In HDFS names and sizes tell: Trino names its files after the query. DuckDB writes
    the same names again, and there the bytes tell.
    """
    digest = hashlib.sha256()
    for name in lake.folders("export"):
        folder = f"export/{name}/business_date={business_date}"
        for part in lake.folders(folder):
            for file in lake.files(f"{folder}/{part}"):
                digest.update(f"{file.path}\0{file.size}\0".encode())
                if "://" not in lake.root:
                    digest.update(read_file(lake, file.path))
    return digest.hexdigest()
