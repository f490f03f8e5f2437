"""The six master data tables: columns, types and keys, in one fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres import first_line

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

SCHEMA = "master"

#: Digits of every decimal column together, before and after the point.
PRECISION = 18


@dataclass(frozen=True)
class Column:
    """One column, and its type in PostgreSQL's words: text, integer or numeric."""

    name: str
    sql_type: str = "text"

    @cached_property
    def scale(self) -> int | None:
        """Digits after the decimal point; None unless the column is numeric."""
        is_numeric = self.sql_type.startswith("numeric")
        return int(self.sql_type.strip(")").split(",")[1]) if is_numeric else None


@dataclass(frozen=True)
class Table:
    """One table; the key is its first ``key_length`` columns."""

    name: str
    columns: tuple[Column, ...]
    key_length: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's columns."""
        return self.names[: self.key_length]

    @property
    def qualified_name(self) -> str:
        """Schema and name."""
        return f"{SCHEMA}.{self.name}"


def _table(name: str, columns: str, key_length: int = 1) -> Table:
    """A table by its columns, each ``name`` or ``name:type``; without a type: text."""
    pairs = (column.partition(":") for column in columns.split())
    made = tuple(Column(column, sql_type or "text") for column, _, sql_type in pairs)
    return Table(name, made, key_length)


TABLES = (
    _table("products", "sku_id name pack_size:numeric(18,3) unit status"),
    _table(
        "suppliers",
        "supplier_id name lead_time_days:integer currency "
        "min_order_value:numeric(18,2)",
    ),
    _table(
        "product_suppliers",
        "sku_id supplier_id priority:integer unit_price:numeric(18,4)",
        key_length=2,
    ),
    _table(
        "replenishment_rules", "sku_id moq:numeric(18,3) safety_stock:numeric(18,3)"
    ),
    _table("stores", "store_id name region"),
    _table("warehouses", "warehouse_id name region capacity:numeric(18,3)"),
)


def ensure_tables(connection: Connection) -> None:
    """Create what is absent of schema, tables and keys, and commit.

    Nothing but the keys is constrained: master data may be wrong, and a wrong
    value must become an exception of the order run, not break it.

    Raises:
        ServiceUnavailableError: the server refuses.
    """
    import psycopg2

    try:
        with connection, connection.cursor() as cursor:
            create_tables(cursor)
    except psycopg2.Error as error:
        raise ServiceUnavailableError(
            f"The tables of schema {SCHEMA!r} cannot be created in PostgreSQL: "
            f"{first_line(error)}."
        ) from error


def create_tables(cursor: Cursor) -> None:
    """Do the same inside the cursor's transaction, one process at a time."""
    cursor.execute("select pg_advisory_xact_lock(hashtext('procurement master data'))")
    present = _present(cursor)
    if len(present) < len(TABLES):
        cursor.execute("select to_regnamespace(%s) is null", (SCHEMA,))
        if (cursor.fetchone() or (False,))[0]:
            cursor.execute(f"create schema {SCHEMA}")
    for table in TABLES:
        name, key = table.qualified_name, ", ".join(table.key)
        if table.name not in present:
            cursor.execute(f"create table {name} ({definitions(table.columns)})")
        if not present.get(table.name):
            cursor.execute(f"alter table {name} add primary key ({key})")


def absent_tables(cursor: Cursor) -> list[str]:
    """Names of the tables that the server does not have."""
    present = _present(cursor)
    return [table.name for table in TABLES if table.name not in present]


def definitions(columns: Sequence[Column]) -> str:
    """Columns with their types, for a statement."""
    return ", ".join(f"{column.name} {column.sql_type}" for column in columns)


def _present(cursor: Cursor) -> dict[str, bool]:
    """Tables that are there, each with whether it needs no key (a view has none)."""
    cursor.execute(
        "select relation.relname, relation.relkind not in ('r', 'p') or exists (select "
        "from pg_catalog.pg_constraint as rule where rule.conrelid = relation.oid "
        "and rule.contype = 'p') from pg_catalog.pg_class as relation "
        "join pg_catalog.pg_namespace as folder on folder.oid = relation.relnamespace "
        "where folder.nspname = %s and relation.relname = any(%s)",
        (SCHEMA, [table.name for table in TABLES]),
    )
    return dict(cursor.fetchall())
