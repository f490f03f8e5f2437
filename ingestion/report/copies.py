"""The tables of a report as CSV files and as one workbook, written row by row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.publication.cells import defused
from ingestion.report.tables import Table, declared_tables

WORKBOOK = "quality.xlsx"
#: What a sheet can hold, less its header and a line that says so.
_MOST_ROWS = 1_048_574
_MOST_CHARACTERS = 32_000
#: Beyond, a spreadsheet's doubles would round what it shows.
_EXACT_DIGITS = 15
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_csv_files(folder: Path, tables: Sequence[Table]) -> None:
    """One ``csv/<table>.csv`` per table; those of tables that are unknown go away.

    UTF-8, a header, LF, quotes where needed, an empty cell where nothing is known.
    """
    (folder / "csv").mkdir(parents=True, exist_ok=True)
    for name in set(declared_tables()) - {table.name for table in tables}:
        (folder / "csv" / f"{name}.csv").unlink(missing_ok=True)
    for table in tables:
        with (
            _replacing(folder / "csv" / f"{table.name}.csv") as path,
            path.open("w", encoding="utf-8", newline="") as stream,
        ):
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([column.name for column in table.columns])
            writer.writerows([defused(cell) for cell in row] for row in table.rows)


def write_workbook(folder: Path, tables: Sequence[Table]) -> None:
    """One sheet per table in ``quality.xlsx``; only one row is held in memory."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with _replacing(folder / WORKBOOK) as path, Workbook(str(path), options) as book:
        header = book.add_format({"bold": True, "bottom": 1})
        for table in tables:
            sheet = book.add_worksheet(table.name)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(table.columns):
                sheet.set_column(number, number, 12 if column.kind == "number" else 24)
                sheet.write_string(0, number, column.label, header)
            _write_rows(sheet, table)
            last = min(len(table.rows), _MOST_ROWS)
            sheet.autofilter(0, 0, last, len(table.columns) - 1)


def _write_rows(sheet: Any, table: Table) -> None:
    for row_number, row in enumerate(table.rows[:_MOST_ROWS], 1):
        for number, cell in enumerate(row):
            if isinstance(cell, (int, Decimal)) and _fits(cell):
                sheet.write_number(row_number, number, cell)
            elif cell is not None:
                text = _FORBIDDEN_IN_XML.sub("\ufffd", defused(cell))
                sheet.write_string(row_number, number, text[:_MOST_CHARACTERS])
    if len(table.rows) > _MOST_ROWS:
        note = "More rows than a sheet holds: see the CSV file."
        sheet.write_string(_MOST_ROWS + 1, 0, note)


def _fits(number: int | Decimal) -> bool:
    return len(Decimal(number).normalize().as_tuple().digits) <= _EXACT_DIGITS


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of ``path`` when the block ends."""
    unfinished = path.with_name(f"_{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
