"""Reading master data files: CSV in, checked rows by key out.

UTF-8, with or without a byte order mark; comma or semicolon, whichever gives
the header more of the table's columns; columns in any order, unknown ones
ignored; blanks around cells stripped, an empty cell is null.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from ingestion.errors import UsageError
from ingestion.master_data.cells import BLANKS, WrongCellError, read_cell
from ingestion.master_data.tables import TABLES, Column, Table

#: More wrong cells than this are counted, not listed.
_LISTED_PROBLEMS = 10


Row = tuple["str | None", ...]


@dataclass(frozen=True)
class TableFile:
    """The rows that one file gives for its table.

    Attributes:
        columns: columns of the table that the file has, in the table's order;
            the others keep what they hold.
        rows: by key, each as long as ``columns``; of a doubled key the last row.
    """

    table: Table
    columns: tuple[Column, ...]
    rows: dict[Row, Row]


@dataclass
class _Problems:
    """Wrong cells found so far; all files are read before any is reported."""

    listed: list[str] = field(default_factory=list)
    count: int = 0

    def read(
        self, path: Path, line: int, column: Column, cell: str, *, is_key: bool
    ) -> str | None:
        """Read one cell; a wrong one is noted, and null for now."""
        try:
            return read_cell(column, cell, is_key=is_key)
        except WrongCellError as error:
            self.count += 1
            if len(self.listed) < _LISTED_PROBLEMS:
                place = f"{path}, line {line}, column {column.name}"
                self.listed.append(f"{place}: {_shown(cell)} {error}.")
            return None

    def raise_any(self) -> None:
        if not self.count:
            return
        unlisted = self.count - len(self.listed)
        more = [f"... and {unlisted} more"] if unlisted else []
        raise UsageError(
            "\n".join([*self.listed, *more])
            + "\nNothing was loaded. Correct the cells and load again."
        )


def read_files(folder: Path) -> list[TableFile]:
    """Read and check every master data file of a folder, changing nothing.

    Raises:
        UsageError: no folder, no file, an unreadable file, or wrong cells, each
            with its file, line, column and value.
    """
    if not folder.is_dir():
        raise UsageError(f"The master data folder {folder} does not exist.")
    paths = {table: folder / f"{table.name}.csv" for table in TABLES}
    given = {table: path for table, path in paths.items() if path.exists()}
    if not given:
        names = ", ".join(path.name for path in paths.values())
        raise UsageError(f"{folder} holds no master data: none of {names}.")
    problems = _Problems()
    files = [_read_file(table, path, problems) for table, path in given.items()]
    problems.raise_any()
    return files


def _read_file(table: Table, path: Path, problems: _Problems) -> TableFile:
    # Bytes that are not UTF-8 come through as lone surrogates, so that the cell
    # they stand in can be named.
    try:
        with path.open(
            encoding="utf-8-sig", errors="surrogateescape", newline=""
        ) as stream:
            return _read_table(table, path, stream, problems)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _read_table(
    table: Table, path: Path, stream: TextIO, problems: _Problems
) -> TableFile:
    lines = _lines(table, path, stream)
    _, header = next(lines, (1, []))
    positions = _positions(table, path, header)
    columns = tuple(column for column in table.columns if column.name in positions)
    read = [
        (column, positions[column.name], column.name in table.key) for column in columns
    ]
    rows: dict[Row, Row] = {}
    for line, cells in lines:
        if len(cells) != len(header):
            raise UsageError(
                f"{path}, line {line}: {len(cells)} cells where the header has "
                f"{len(header)}. Nothing was loaded."
            )
        row: Row = tuple(
            problems.read(path, line, column, cells[position], is_key=is_key)
            for column, position, is_key in read
        )
        rows[row[: table.key_length]] = row
    return TableFile(table, columns, rows)


def _shown(cell: str) -> str:
    shown = repr(cell) if cell.isprintable() else ascii(cell)
    return shown if len(shown) <= 80 else f"{shown[:80]}..."


def _lines(table: Table, path: Path, stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on; lines of nothing but blanks are none."""
    delimiter = _delimiter(table, stream.readline())
    stream.seek(0)
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if len(cells) > 1 or "".join(cells).strip(BLANKS):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"{path}, line {begins}: not proper CSV ({error}). Nothing was loaded."
        ) from error


def _delimiter(table: Table, header: str) -> str:
    def known(delimiter: str) -> int:
        names = next(csv.reader([header], delimiter=delimiter), [])
        given = {name.strip(BLANKS) for name in names}
        return sum(column.name in given for column in table.columns)

    return max(",;", key=known)


def _positions(table: Table, path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each column of the table stands in the file.

    Raises:
        UsageError: a blank or doubled name, or a key column is missing.
    """
    names = [name.strip(BLANKS) for name in header]
    missing = [name for name in table.key if name not in names]
    if missing:
        raise UsageError(
            f"{path}, line 1: the header lacks the key column {' and '.join(missing)}. "
            "It must name the columns, separated by comma or semicolon."
        )
    doubled = sorted({repr(name) for name in names if names.count(name) > 1})
    if doubled or "" in names:
        what = f"{', '.join(doubled)} more than once" if doubled else "a blank name"
        raise UsageError(f"{path}, line 1: the header has {what}.")
    known = {column.name for column in table.columns}
    return {name: place for place, name in enumerate(names) if name in known}
