"""Loading master data files into PostgreSQL, all of them or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError
from ingestion.master_data.csv_files import TableFile, read_files
from ingestion.master_data.tables import create_tables, names_of
from ingestion.postgres import ConnectionSettings, connect, first_line

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812


@dataclass(frozen=True)
class LoadedTable:
    """What one file changed in its table, in rows."""

    name: str
    rows: int
    inserted: int
    updated: int
    deleted: int
    absent_columns: tuple[str, ...]


def load_master_data(
    settings: ConnectionSettings, folder: Path, *, prune: bool = False
) -> list[LoadedTable]:
    """Read the files of a folder and load them.

    Raises:
        UsageError: a file or a cell is wrong; nothing was changed.
        ServiceUnavailableError: the server does not answer, or refuses.
    """
    return load_files(settings, read_files(folder), prune=prune)


def load_files(
    settings: ConnectionSettings, files: Sequence[TableFile], *, prune: bool = False
) -> list[LoadedTable]:
    """Insert and update the rows of checked files, in one transaction.

    A file that is not given leaves its table alone, a column that is not given
    keeps what it holds.

    Args:
        settings: the server; schema, tables and keys are created when absent.
        files: any of the six tables' files, as :func:`read_files` gives them.
        prune: also delete rows that the given files lack.

    Raises:
        ServiceUnavailableError: the server does not answer, or refuses.
    """
    import psycopg2

    connection = connect(settings)
    try:
        with connection, connection.cursor() as cursor:
            create_tables(cursor)
            return [_load(cursor, file, prune=prune) for file in files]
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
    given = {column.name for column in file.columns}
    return LoadedTable(
        name=file.table.name,
        rows=len(file.rows),
        inserted=inserted,
        updated=updated,
        deleted=_prune(cursor, file) if prune else 0,
        absent_columns=tuple(
            column.name for column in file.table.columns if column.name not in given
        ),
    )


def _copy_to_temporary(cursor: Cursor, file: TableFile) -> None:
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in file.columns)
    cursor.execute(
        f"create temporary table given_{file.table.name} ({columns}) on commit drop"
    )
    # Everything is quoted, so that no text is taken for one of COPY's marks; an
    # empty cell can then only be a null, an empty text does not occur.
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(file.rows.values())
    buffer.seek(0)
    cursor.copy_expert(
        f"copy given_{file.table.name} from stdin "
        f"(format csv, force_null ({names_of(file.columns)}))",
        buffer,
    )


def _upsert(cursor: Cursor, file: TableFile) -> tuple[int, int]:
    """Rows inserted and rows changed; equal rows are not written again."""
    table, names = file.table, names_of(file.columns)
    key = ", ".join(table.key)
    values = [column.name for column in file.columns if column.name not in table.key]
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
