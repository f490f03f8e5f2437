"""Reading master data files: CSV in, checked rows by key out.

The gate's reader takes the text apart, so that CSV is here what it is in the inbox.
Comma or semicolon, whichever gives the header more of the table's columns; columns in
any order; an empty cell is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.contracts.ids import spreadsheet_form
from ingestion.errors import UsageError
from ingestion.gate.reading.csv.records import CsvReader, Record
from ingestion.gate.reading.text import open_lines, skip_blank
from ingestion.gate.reading.verdict import FileRefusedError
from ingestion.master_data.cells import BLANKS, WrongCellError, read_cell
from ingestion.master_data.tables import TABLES, Column, Table

#: More wrong cells than this are counted, not listed.
_LISTED = 10

Row = tuple["str | None", ...]


@dataclass(frozen=True)
class TableFile:
    """The rows that one file gives for its table.

    Attributes:
        columns: columns of the table that the file has, in the table's order;
            the others keep what they hold.
        rows: by key, each as long as ``columns``; of a doubled key the last row.
        passed_over: names in the header that are no columns of the table.
        warnings: what loads and looks wrong, each with file and line.
    """

    table: Table
    columns: tuple[Column, ...]
    rows: dict[Row, Row]
    passed_over: tuple[str, ...]
    warnings: list[str]

    @property
    def names(self) -> list[str]:
        """Names of the columns that the file has."""
        return [column.name for column in self.columns]


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
    errors: list[str] = []
    files = [_read_file(table, path, errors) for table, path in given.items()]
    if errors:
        raise UsageError(
            f"{first_of(errors)}\nNothing was loaded. Correct the files and load again."
        )
    return [file for file in files if file]


def first_of(messages: list[str]) -> str:
    """The first messages, a line each, and how many more there are."""
    more = len(messages) - _LISTED
    return "\n".join([*messages[:_LISTED], *([f"... and {more} more"] * (more > 0))])


def _read_file(table: Table, path: Path, errors: list[str]) -> TableFile | None:
    try:
        with path.open("rb", buffering=0) as raw:
            lines = open_lines(raw, compression=None)
            reader = CsvReader(lines, skip_blank(lines) + 1)
            return _read_rows(table, path, reader, errors)
    except FileRefusedError as error:
        place = f"{path}, line {error.line}" if error.line else f"{path}"
        errors.append(f"{place}: {error.message}")
    except OSError as error:
        errors.append(f"{path} cannot be read: {error.strerror}.")
    return None


def _read_rows(
    table: Table, path: Path, reader: CsvReader, errors: list[str]
) -> TableFile:
    names = _header(table, reader)
    columns = [
        (column, names.index(column.name), column.name in table.key)
        for column in table.columns
        if column.name in names
    ]
    rows: dict[Row, Row] = {}
    lines: dict[Row, int] = {}
    warnings = [f"{path}: {near}" for near in _near_names(table, names)]
    while record := reader.record():
        if problem := _problem(record, reader.delimiter, len(names)):
            errors.append(f"{path}, line {record.line}: {problem}.")
            continue
        values = []
        for column, position, is_key in columns:
            cell = record.cells[position]
            try:
                values.append(read_cell(column, cell, is_key=is_key))
            except WrongCellError as error:
                place = f"{path}, line {record.line}, column {column.name}"
                errors.append(f"{place}: {_shown(cell)} {error}.")
        row, key = tuple(values), tuple(values[: table.key_length])
        if rows.setdefault(key, row) != row:
            warnings.append(
                f"{path}, lines {lines[key]} and {record.line}: different rows of "
                f"{' '.join(map(str, key))}; the later one counts."
            )
        rows[key], lines[key] = row, record.line
    passed_over = tuple(name for name in names if name not in table.names)
    return TableFile(
        table, tuple(column for column, _, _ in columns), rows, passed_over, warnings
    )


def _header(table: Table, reader: CsvReader) -> list[str]:
    """The names in the header; the reader has their delimiter from then on.

    Raises:
        FileRefusedError: a name is blank or doubled, or a key column is missing.
    """
    found = {mark: _names(reader.try_record(mark)) for mark in ",;"}
    reader.delimiter = max(found, key=lambda mark: len({*found[mark]} & {*table.names}))
    record, names = reader.record(), found[reader.delimiter]
    reader.width = len(names)
    missing = [name for name in table.key if name not in names]
    doubled = sorted({repr(name) for name in names if names.count(name) > 1})
    problem = None
    if record and record.problem:
        problem = "is not UTF-8, or its quotes are wrong"
    elif any("\r" in name for name in names):
        # Else a file whose lines end so would pass as one without rows.
        problem = "has a name with a lone CR: lines end in LF or CR LF"
    elif missing:
        problem = (
            f"lacks the key column {' and '.join(missing)}: it must name the columns, "
            f"separated by comma or semicolon, and names {_shown(', '.join(names))}"
        )
    elif doubled or "" in names:
        what = f"{', '.join(doubled)} more than once" if doubled else "a blank name"
        problem = f"has {what}"
    if problem:
        line = record.line if record else None
        raise FileRefusedError("incorrect-label", f"The header {problem}.", line)
    return names


def _names(header: Record | None) -> list[str]:
    return [cell.strip(BLANKS) for cell in header.cells] if header else []


def _near_names(table: Table, names: list[str]) -> Iterator[str]:
    """What to say of names that are a column's but for case, blanks, _ or -."""
    near = {_plain(name): name for name in table.names if name not in names}
    for name in names:
        if name not in table.names and _plain(name) in near:
            yield f"the column {name!r} is passed over; is it {near[_plain(name)]}?"


def _plain(name: str) -> str:
    return re.sub("[ _-]", "", name).lower()


def _problem(record: Record, delimiter: str, width: int) -> str | None:
    """Why a record is no row; bytes that are no text are left to their cells."""
    # Where no cell is quoted, a quote can only be an inch mark or the like.
    if record.problem == "quote-error" and (
        delimiter.join(record.cells) != record.text.rstrip("\r\n")
    ):
        for cell in record.cells:
            if cell.startswith("=") and (form := spreadsheet_form(cell)):
                return f"{_shown(cell)} {form}"
        return (
            "a quote stands in a cell without quotes around it, or text after a "
            'closing quote: a cell with a quote in it is written "5"" pipe"'
        )
    if len(record.cells) != width:
        # The reader stops behind the first cell too many.
        found = "more" if len(record.cells) > width else f"{len(record.cells)}"
        return f"{found} cells where the header has {width}"
    return None


def _shown(cell: str) -> str:
    shown = repr(cell) if cell.isprintable() else ascii(cell)
    return shown if len(shown) <= 80 else f"{shown[:80]}..."
