"""Reading back what the models exported, with every number exact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from ingestion.lake import Lake

Row = dict[str, Any]


def exported_rows(lake: Lake, name: str, business_date: date) -> Iterator[Row]:
    """Rows of one export of a date: JSON values, numbers as int or Decimal.

    The rows come in no particular order; a date without rows has no files. Hive keeps
    what a folder's name says out of the file, so that it is put back here.
    """
    folder = f"export/{name}/business_date={business_date}"

    def rows_of(part: str) -> list[Row]:
        key, _, value = part.partition("=")
        of_folder = {"business_date": str(business_date), key: unquote(value)}
        return [
            {**of_folder, **json.loads(line, parse_float=Decimal)}
            for file in lake.files(f"{folder}/{part}")
            for line in _lines(lake, file.path)
        ]

    for rows in lake.each(rows_of, lake.folders(folder)):
        yield from rows


def _lines(lake: Lake, path: str) -> Iterator[bytes]:
    with lake.reader(path) as stream:
        yield from stream


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
                    with lake.reader(file.path) as stream:
                        digest.update(stream.read())
    return digest.hexdigest()
