"""Master data as of a business date, kept in the lake as ``master/DATE/TABLE.jsonl``.

The files are the canonical form of the tables, so that their digest is that of the
snapshot they were written from. A capture is in place whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, BinaryIO

from ingestion.lake import Lake
from ingestion.master_data.snapshot import Digest, MasterSnapshot, read_snapshot
from ingestion.master_data.tables import TABLES, Table

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812


def capture_folder(business_date: date) -> str:
    """Folder of the capture that the models read."""
    return f"master/{business_date}"


def waiting_folder(business_date: date) -> str:
    """Folder of a capture that is not in place yet; engines do not see it."""
    return f"master/_waiting/{business_date}"


def write_capture(
    lake: Lake, connection: Connection, business_date: date
) -> MasterSnapshot:
    """Write all six tables as of one instant into the waiting folder.

    Raises:
        ServiceUnavailableError: PostgreSQL fails or refuses to be read.
    """
    folder = waiting_folder(business_date)
    lake.delete(folder)

    def keep(table: Table) -> AbstractContextManager[BinaryIO]:
        return lake.writer(_path(folder, table))

    return read_snapshot(connection, keep)


def put_in_place(lake: Lake, business_date: date) -> None:
    """Let the waiting capture take the place of the former one, if any."""
    lake.delete(capture_folder(business_date))
    lake.rename(waiting_folder(business_date), capture_folder(business_date))


def captured_snapshot(lake: Lake, business_date: date) -> MasterSnapshot | None:
    """What a run needs to know of the date's capture, from its bytes; None without."""
    folder = capture_folder(business_date)
    if not lake.exists(folder):
        return None
    digest = Digest()
    warehouse_ids: tuple[str, ...] = ()
    for table in TABLES:
        lines = digest.of_table(table, captured_lines(lake, folder, table))
        if table.name == "warehouses":
            found = [json.loads(line)["warehouse_id"] for line in lines]
            warehouse_ids = tuple(sorted((i for i in found if i), key=str.encode))
        else:
            for _ in lines:
                pass
    return digest.snapshot(warehouse_ids)


def captured_lines(lake: Lake, folder: str, table: Table) -> Iterator[bytes]:
    """The canonical form of one table of a capture, row by row."""
    path = _path(folder, table)
    if lake.exists(path):
        with lake.reader(path) as stream:
            yield from stream


def _path(folder: str, table: Table) -> str:
    return f"{folder}/{table.name}.jsonl"
