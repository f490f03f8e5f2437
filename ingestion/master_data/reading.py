"""Reading master data from PostgreSQL.

The canonical form of a table is one JSON object per row, every value a string
as PostgreSQL prints it (decimals keep their scale) or null, keys in the table's
column order, rows by key in the order of their UTF-8 bytes, UTF-8, a line feed
after each. Equal master data gives equal bytes on every server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError
from ingestion.master_data.tables import TABLES, Table, absent_tables
from ingestion.postgres import first_line

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

#: Rows fetched at a time; all of a table need not fit in memory.
_BATCH = 10_000


@dataclass(frozen=True)
class Sites:
    """Who has to deliver files every evening, in the order of the ids' UTF-8 bytes."""

    stores: tuple[str, ...]
    warehouses: tuple[str, ...]


def read_sites(connection: Connection) -> Sites:
    """Read stores and warehouses as they are now; a table that is absent has no rows.

    Raises:
        ServiceUnavailableError: the server fails or refuses to be read.
    """
    with one_instant(connection):
        ids: dict[str, list[str]] = {"stores": [], "warehouses": []}
        for table, rows in canonical_tables(connection):
            if table.name in ids:
                found = (json.loads(row)[table.key[0]] for row in rows)
                ids[table.name] = [name for name in found if name is not None]
    return Sites(tuple(ids["stores"]), tuple(ids["warehouses"]))


@contextmanager
def one_instant(connection: Connection) -> Iterator[None]:
    """A block in one read-only transaction, which sees one instant.

    The connection is outside of a transaction before and after.

    Raises:
        ServiceUnavailableError: the server fails or refuses to be read.
    """
    import psycopg2

    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        try:
            with connection:
                yield
        finally:
            connection.set_session(isolation_level="default", readonly="default")
    except psycopg2.Error as error:
        raise ServiceUnavailableError(
            f"The master data cannot be read from PostgreSQL: {first_line(error)}."
        ) from error


def canonical_tables(connection: Connection) -> Iterator[tuple[Table, Iterator[bytes]]]:
    """Every table with its canonical rows, inside the open transaction.

    A table that is absent has none.
    """
    with connection.cursor() as cursor:
        absent = absent_tables(cursor)
    for table in TABLES:
        yield table, iter(()) if table.name in absent else _rows(connection, table)


def _rows(connection: Connection, table: Table) -> Iterator[bytes]:
    # "C" is the order of the bytes, whatever the database's own collation.
    order = ", ".join(f'{name}::text collate "C"' for name in table.key)
    with connection.cursor(name=f"read_{table.name}") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(
            f"select {', '.join(f'{name}::text' for name in table.names)} "  # noqa: S608
            f"from {table.qualified_name} order by {order}"
        )
        for row in cursor:
            values = dict(zip(table.names, row, strict=True))
            text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
            yield f"{text}\n".encode()
