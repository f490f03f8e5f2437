"""The six master data tables: columns, types and keys, in one fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """One column.

    Attributes:
        kind: ``text``, ``numeric`` or ``integer`` (of 32 bits).
        scale: digits after the decimal point, of a numeric column.
    """

    name: str
    kind: str = "text"
    scale: int = 0

    @property
    def sql_type(self) -> str:
        """The type in PostgreSQL's words."""
        return (
            f"numeric({PRECISION},{self.scale})"
            if self.kind == "numeric"
            else (self.kind)
        )


@dataclass(frozen=True)
class Table:
    """One table; the key is its first ``key_length`` columns."""

    name: str
    columns: tuple[Column, ...]
    key_length: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's columns."""
        return tuple(column.name for column in self.columns[: self.key_length])

    @property
    def qualified_name(self) -> str:
        """Schema and name."""
        return f"{SCHEMA}.{self.name}"


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _quantity(name: str) -> Column:
    return Column(name, "numeric", 3)


TABLES = (
    Table(
        "products",
        (
            *_text("sku_id", "name"),
            _quantity("pack_size"),
            *_text("unit", "status"),
        ),
    ),
    Table(
        "suppliers",
        (
            *_text("supplier_id", "name"),
            Column("lead_time_days", "integer"),
            Column("currency"),
            Column("min_order_value", "numeric", 2),
        ),
    ),
    Table(
        "product_suppliers",
        (
            *_text("sku_id", "supplier_id"),
            Column("priority", "integer"),
            Column("unit_price", "numeric", 4),
        ),
        key_length=2,
    ),
    Table(
        "replenishment_rules",
        (Column("sku_id"), _quantity("moq"), _quantity("safety_stock")),
    ),
    Table("stores", _text("store_id", "name", "region")),
    Table(
        "warehouses",
        (*_text("warehouse_id", "name", "region"), _quantity("capacity")),
    ),
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
    absent = set(absent_tables(cursor))
    if absent:
        cursor.execute("select to_regnamespace(%s) is null", (SCHEMA,))
        if (cursor.fetchone() or (False,))[0]:
            cursor.execute(f"create schema {SCHEMA}")
    for table in TABLES:
        if table.name in absent:
            cursor.execute(_create_statement(table))
    for name in _tables_without_key(cursor):
        table = next(table for table in TABLES if table.name == name)
        cursor.execute(
            f"alter table {table.qualified_name} add primary key "
            f"({', '.join(table.key)})"
        )


def absent_tables(cursor: Cursor) -> list[str]:
    """Names of the tables that the server does not have."""
    cursor.execute(
        "select name from unnest(%s) with ordinality as wanted(name, position) "
        "where not exists (select from pg_catalog.pg_class as relation "
        "join pg_catalog.pg_namespace as folder on folder.oid = relation.relnamespace "
        "where folder.nspname = %s and relation.relname = wanted.name) "
        "order by position",
        ([table.name for table in TABLES], SCHEMA),
    )
    return [name for (name,) in cursor.fetchall()]


def names_of(columns: Sequence[Column]) -> str:
    """Column names for a statement."""
    return ", ".join(column.name for column in columns)


def _create_statement(table: Table) -> str:
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
    return (
        f"create table {table.qualified_name} "
        f"({columns}, primary key ({', '.join(table.key)}))"
    )


def _tables_without_key(cursor: Cursor) -> list[str]:
    cursor.execute(
        "select relation.relname from pg_catalog.pg_class as relation "
        "join pg_catalog.pg_namespace as folder on folder.oid = relation.relnamespace "
        "where folder.nspname = %s and relation.relname = any(%s) "
        "and relation.relkind in ('r', 'p') and not exists (select "
        "from pg_catalog.pg_constraint as rule where rule.conrelid = relation.oid "
        "and rule.contype = 'p') order by relation.relname",
        (SCHEMA, [table.name for table in TABLES]),
    )
    return [name for (name,) in cursor.fetchall()]
