"""Reading all master data as of one instant, and naming it by a digest.

The canonical form of a table is one JSON object per row, every value a string
as PostgreSQL prints it (decimals keep their scale) or null, keys in the table's
column order, rows by key in the order of their UTF-8 bytes, UTF-8, a line feed
after each. Equal master data gives equal bytes on every server.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ingestion.errors import ServiceUnavailableError
from ingestion.master_data.tables import TABLES, Table, absent_tables
from ingestion.postgres import first_line

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

#: Rows fetched at a time; all of a table need not fit in memory.
_BATCH = 10_000

#: Opens where the canonical form of a table is to be written; None: nowhere.
Keep = Callable[[Table], "AbstractContextManager[BinaryIO | None]"]


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


def _nowhere(_table: Table) -> AbstractContextManager[None]:
    return nullcontext()


def read_snapshot(connection: Connection, keep: Keep = _nowhere) -> MasterSnapshot:
    """Read all six tables in one read-only transaction that sees one instant.

    The connection is outside of a transaction again afterwards.

    Args:
        connection: outside of a transaction.
        keep: opens, table by table, where its canonical form is written.

    Raises:
        ServiceUnavailableError: the server fails or refuses to be read.
    """
    import psycopg2

    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        try:
            with connection:
                return _read(connection, keep)
        finally:
            connection.set_session(isolation_level="default", readonly="default")
    except psycopg2.Error as error:
        raise ServiceUnavailableError(
            f"The master data cannot be read from PostgreSQL: {first_line(error)}."
        ) from error


def canonical_rows(connection: Connection, table: Table) -> Iterator[bytes]:
    """The canonical form of one table, row by row, inside the open transaction."""
    names = [column.name for column in table.columns]
    # "C" is the order of the bytes, whatever the database's own collation.
    order = ", ".join(f'{name}::text collate "C"' for name in table.key)
    with connection.cursor(name=f"read_{table.name}") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(
            f"select {', '.join(f'{name}::text' for name in names)} "  # noqa: S608
            f"from {table.qualified_name} order by {order}"
        )
        for row in cursor:
            yield _json_line(dict(zip(names, row, strict=True)))


def _read(connection: Connection, keep: Keep) -> MasterSnapshot:
    with connection.cursor() as cursor:
        absent = absent_tables(cursor)
        warehouse_ids = () if "warehouses" in absent else _warehouse_ids(cursor)
    digest = Digest()
    for table in TABLES:
        rows = () if table.name in absent else canonical_rows(connection, table)
        with keep(table) as stream:
            for line in digest.of_table(table, rows):
                if stream:
                    stream.write(line)
    return digest.snapshot(warehouse_ids)


class Digest:
    """Names master data by its content, table after table in their fixed order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._rows: dict[str, int] = {}

    def of_table(self, table: Table, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Hand on the lines of a table's canonical form, and count them in."""
        self._sha256.update(f"{table.name}\n".encode())
        self._rows[table.name] = 0
        for line in lines:
            self._sha256.update(line)
            self._rows[table.name] += 1
            yield line

    def snapshot(self, warehouse_ids: tuple[str, ...]) -> MasterSnapshot:
        """What all tables came to."""
        return MasterSnapshot(self._rows, warehouse_ids, self._sha256.hexdigest())


def _warehouse_ids(cursor: Cursor) -> tuple[str, ...]:
    cursor.execute("select warehouse_id::text from master.warehouses")
    found = [name for (name,) in cursor.fetchall() if name is not None]
    return tuple(sorted(found, key=str.encode))


def _json_line(row: dict[str, str | None]) -> bytes:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()
