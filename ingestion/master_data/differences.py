"""What differs between two captures of the master data, value by value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.lake import Lake
from ingestion.master_data.capture import captured_lines
from ingestion.master_data.tables import TABLES, Table

_Key = tuple[str, ...]
_Row = dict[str, "str | None"]


@dataclass(frozen=True)
class MasterChange:
    """One value that differs, or a row that only one of the two has.

    Attributes:
        column: None for a whole row.
        before, after: as PostgreSQL prints them, None for null; for a whole row,
            ``row`` where it is there.
    """

    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None

    def text(self) -> str:
        """The same in one line."""
        if self.column is None:
            said = "added" if self.after else "deleted"
            return f"{self.table} {self.key}: row {said}"
        return (
            f"{self.table} {self.key}: {self.column} "
            f"{_shown(self.before)} -> {_shown(self.after)}"
        )


def master_changes(lake: Lake, before: str, after: str) -> list[MasterChange]:
    """Compare the captures in two folders, by table and key."""
    return [
        change
        for table in TABLES
        for change in _table_changes(
            table, _rows(lake, before, table), _rows(lake, after, table)
        )
    ]


def _rows(lake: Lake, folder: str, table: Table) -> dict[_Key, _Row]:
    rows = map(json.loads, captured_lines(lake, folder, table))
    return {tuple(row[name] or "" for name in table.key): row for row in rows}


def _table_changes(
    table: Table, before: dict[_Key, _Row], after: dict[_Key, _Row]
) -> Iterator[MasterChange]:
    keys = sorted({*before, *after}, key=lambda key: [part.encode() for part in key])
    for key in keys:
        was, now = before.get(key), after.get(key)
        name = " ".join(key)
        if was is None or now is None:
            there = ["row" if row is not None else None for row in (was, now)]
            yield MasterChange(table.name, name, None, *there)
            continue
        for column in was:
            if was[column] != now.get(column):
                yield MasterChange(
                    table.name, name, column, was[column], now.get(column)
                )


def _shown(value: str | None) -> str:
    return "null" if value is None else value
