"""Master data as of a business date, kept in the lake as ``master/DATE/TABLE.jsonl``.

The files are the canonical form of the tables, so that their digest is that of the
snapshot they were written from. A capture is in place whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ingestion.lake import Lake
from ingestion.master_data.reading import canonical_tables, one_instant
from ingestion.master_data.tables import TABLES, Table

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812


@dataclass(frozen=True)
class MasterSnapshot:
    """What a run needs to know of the master data it starts from.

    Attributes:
        rows: number of rows by table name; 0 for a table that does not exist.
        warehouse_ids: in the order of their UTF-8 bytes.
        digest: sha256 over the canonical form of all six tables, in hex.
    """

    rows: dict[str, int]
    warehouse_ids: tuple[str, ...]
    digest: str

    @property
    def is_empty(self) -> bool:
        """Whether no table holds a row; nothing can be ordered from that."""
        return not any(self.rows.values())


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
    with one_instant(connection):
        for table, rows in canonical_tables(connection):
            with lake.writer(_path(folder, table)) as stream:
                stream.writelines(rows)
    return snapshot_in(lake, folder)


def put_in_place(lake: Lake, business_date: date) -> None:
    """Let the waiting capture take the place of the former one, if any."""
    lake.delete(capture_folder(business_date))
    lake.rename(waiting_folder(business_date), capture_folder(business_date))


def captured_snapshot(lake: Lake, business_date: date) -> MasterSnapshot | None:
    """What a run needs to know of the date's capture; None without one."""
    folder = capture_folder(business_date)
    return snapshot_in(lake, folder) if lake.exists(folder) else None


def snapshot_in(lake: Lake, folder: str) -> MasterSnapshot:
    """The same of the capture in a folder, from its bytes."""
    digest = hashlib.sha256()
    rows = {table.name: 0 for table in TABLES}
    warehouse_ids: list[str] = []
    for table in TABLES:
        digest.update(f"{table.name}\n".encode())
        for line in captured_lines(lake, folder, table):
            digest.update(line)
            rows[table.name] += 1
            if table.name == "warehouses" and (found := json.loads(line)[table.key[0]]):
                warehouse_ids.append(found)
    return MasterSnapshot(
        rows, tuple(sorted(warehouse_ids, key=str.encode)), digest.hexdigest()
    )


def captured_lines(lake: Lake, folder: str, table: Table) -> Iterator[bytes]:
    """The canonical form of one table of a capture, row by row."""
    path = _path(folder, table)
    if lake.exists(path):
        with lake.reader(path) as stream:
            yield from stream


def _path(folder: str, table: Table) -> str:
    return f"{folder}/{table.name}.jsonl"
