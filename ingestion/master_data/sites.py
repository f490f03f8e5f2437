"""Who has to deliver files every evening: the stores and warehouses of the retailer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError
from ingestion.master_data.tables import absent_tables
from ingestion.postgres import first_line

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812


@dataclass(frozen=True)
class Sites:
    """Ids of the master data, in the order of their UTF-8 bytes."""

    stores: tuple[str, ...]
    warehouses: tuple[str, ...]


def read_sites(connection: Connection) -> Sites:
    """Read both tables as they are now; a table that does not exist has no rows.

    Raises:
        ServiceUnavailableError: the server fails or refuses to be read.
    """
    import psycopg2

    try:
        with connection, connection.cursor() as cursor:
            absent = absent_tables(cursor)
            found: dict[str, tuple[str, ...]] = {}
            for table, key in (("stores", "store_id"), ("warehouses", "warehouse_id")):
                if table not in absent:
                    cursor.execute(f"select {key}::text from master.{table}")  # noqa: S608
                rows = [] if table in absent else cursor.fetchall()
                ids = (name for (name,) in rows if name is not None)
                found[table] = tuple(sorted(ids, key=str.encode))
            return Sites(**found)
    except psycopg2.Error as error:
        raise ServiceUnavailableError(
            f"Stores and warehouses cannot be read from PostgreSQL: "
            f"{first_line(error)}."
        ) from error
