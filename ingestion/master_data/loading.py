"""Loading master data files into PostgreSQL, all of them or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError, UsageError
from ingestion.master_data.csv_files import TableFile, first_of
from ingestion.master_data.misfits import TABLES_READ, misfits
from ingestion.master_data.tables import create_tables, definitions
from ingestion.postgres import ConnectionSettings, connect, first_line

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812


@dataclass(frozen=True)
class LoadedTable:
    """What one file changed in its table, in rows."""

    file: TableFile
    inserted: int
    updated: int
    deleted: int


@dataclass(frozen=True)
class Load:
    """What was loaded, and what looks wrong with it, a line each."""

    tables: list[LoadedTable]
    warnings: list[str]


def load_files(
    settings: ConnectionSettings,
    files: Sequence[TableFile],
    *,
    prune: bool = False,
    strict: bool = False,
    check: bool = False,
) -> Load:
    """Insert and update the rows of checked files, in one transaction.

    A file that is not given leaves its table alone, a column that is not given
    keeps what it holds.

    Args:
        settings: the server; schema, tables and keys are created when absent.
        files: any of the six tables' files, as :func:`read_files` gives them.
        prune: also delete rows that the given files lack.
        strict: refuse what is otherwise warned of.
        check: do the same and take all of it back.

    Raises:
        UsageError: there are warnings, and ``strict``; nothing was changed.
        ServiceUnavailableError: the server does not answer, or refuses.
    """
    import psycopg2

    connection = connect(settings)
    try:
        with connection, connection.cursor() as cursor:
            create_tables(cursor)
            tables = [_load(cursor, file, prune=prune) for file in files]
            warnings = [warning for file in files for warning in file.warnings]
            if TABLES_READ & {file.table.name for file in files}:
                warnings += misfits(cursor)
            if strict and warnings:
                raise UsageError(
                    f"{first_of(warnings)}\nNothing was loaded (--strict)."
                )
            if check:
                connection.rollback()
            return Load(tables, warnings)
    except psycopg2.Error as error:
        raise ServiceUnavailableError(
            f"PostgreSQL at {settings.address()} refused the master data: "
            f"{first_line(error)}. Nothing was changed."
        ) from error
    finally:
        connection.close()


def _load(cursor: Cursor, file: TableFile, *, prune: bool) -> LoadedTable:
    _copy_to_temporary(cursor, file)
    inserted, updated = _upsert(cursor, file)
    return LoadedTable(
        file, inserted, updated, deleted=_prune(cursor, file) if prune else 0
    )


def _copy_to_temporary(cursor: Cursor, file: TableFile) -> None:
    cursor.execute(
        f"create temporary table given_{file.table.name} "
        f"({definitions(file.columns)}) on commit drop"
    )
    # Everything is quoted, so that no text is taken for one of COPY's marks; an
    # empty cell can then only be a null, an empty text does not occur.
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(file.rows.values())
    buffer.seek(0)
    cursor.copy_expert(
        f"copy given_{file.table.name} from stdin "
        f"(format csv, force_null ({', '.join(file.names)}))",
        buffer,
    )


def _upsert(cursor: Cursor, file: TableFile) -> tuple[int, int]:
    """Rows inserted and rows changed; equal rows are not written again."""
    table, names = file.table, ", ".join(file.names)
    key = ", ".join(table.key)
    values = [name for name in file.names if name not in table.key]
    change = "nothing"
    if values:
        old = ", ".join(f"present.{name}" for name in values)
        new = ", ".join(f"excluded.{name}" for name in values)
        sets = ", ".join(f"{name} = excluded.{name}" for name in values)
        change = f"update set {sets} where row({old}) is distinct from row({new})"
    cursor.execute(
        f"with written as (insert into {table.qualified_name} as present ({names}) "  # noqa: S608
        f"select {names} from given_{table.name} order by {key} "
        f"on conflict ({key}) do {change} returning xmax = 0 as is_new) "
        "select count(*) filter (where is_new), count(*) filter (where not is_new) "
        "from written"
    )
    inserted, updated = cursor.fetchone() or (0, 0)
    return inserted, updated


def _prune(cursor: Cursor, file: TableFile) -> int:
    table = file.table
    same = " and ".join(f"given.{name} = present.{name}" for name in table.key)
    cursor.execute(
        f"delete from {table.qualified_name} as present where not exists "  # noqa: S608
        f"(select from given_{table.name} as given where {same})"
    )
    return cursor.rowcount
